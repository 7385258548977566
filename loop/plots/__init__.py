"""Small drawings of what `loop.views` holds, as SVG text: no script, no style sheet of their own where they stand in a page.

Each has a title and a description for who does not see it, tells its parts apart by form as well as by colour, and takes the
colour of the text around it; a page may set `--plot-old`,
`--plot-new`, `--plot-bound` and `--plot-paper`.
"""
