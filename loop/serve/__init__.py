"""`qed serve`: the graph, its history, runs and what waits for a person's word as pages of a local web server.

It shows, and takes a person's word; it decides nothing. What it shows comes from `loop.views` and `loop.plots`, and a word is
carried out by `qed review` in a process of its own.
"""
