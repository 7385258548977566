"""What people look at, as data: frozen dataclasses made from a graph and its journal; no HTML, no terminal.

`targets` and `overview` for lists, `history` and `curve` for one target, `explained` and `certificate` for one node,
`dependencies` for the picture of a graph, `runs` and `archive` for the search, `waiting` for the review queue, `generations` for
what `qed evolve` wrote. Text of candidates stands in them as it was written: whoever shows it escapes it.
"""
