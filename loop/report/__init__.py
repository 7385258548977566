"""`qed report`: what a graph, its journal and its generations hold, as one page of HTML, as Markdown, or as data."""
