"""A sheet as a piece of HTML for a notebook's output: no script, no request, no style sheet that reaches what is around it.

Text has the colours of the page around it, and code those that Jupyter's theme gives its editor, so that it reads in light and in
dark; marks bring a ground of their own.
"""

from html import escape
from typing import Final

from loop.notebook.colours import Kind, parts
from loop.notebook.sheet import Block, Code, Items, Line, Picture, Sheet, Table, Title
from verify.ci_formats import plain

MARKS: Final = {"accept": "#1a7f37", "reject": "#b3261e", "decline": "#7a4b00", "error": "#6f42c1"}
"""the ground of a verdict's name, on which white reads"""
OTHER: Final = "#57606a"
"""the ground of any other mark"""
_CELL: Final = "text-align:{};vertical-align:top;padding:2px 12px 2px 0"
_PRE: Final = (
    "text-align:left;overflow-x:auto;padding:6px 8px;margin:4px 0;border-left:3px solid rgba(127,127,127,.5);"
    "background:none;color:inherit;white-space:pre"
)
_PICTURE: Final = "overflow-x:auto;--plot-paper:var(--jp-layout-color0,var(--vscode-editor-background,Canvas))"
"""what a drawing takes for the ground that it stands on"""
_EDITOR: Final[dict[Kind, str]] = {
    "keyword": "font-weight:bold;color:var(--jp-mirror-editor-keyword-color,inherit)",
    "string": "color:var(--jp-mirror-editor-string-color,inherit)",
    "comment": "font-style:italic;color:var(--jp-mirror-editor-comment-color,inherit)",
    "number": "color:var(--jp-mirror-editor-number-color,inherit)",
    "definition": "font-weight:bold;color:var(--jp-mirror-editor-def-color,inherit)",
    "decorator": "color:var(--jp-mirror-editor-meta-color,inherit)",
}


def to_html(sheet: Sheet) -> str:
    """Return a sheet as one element."""
    return f'<div class="qed-sheet" style="text-align:left">{"".join(map(_block, sheet.blocks))}</div>'


def _block(block: Block) -> str:
    match block:
        case Title(text, mark):
            return f'<p style="margin:4px 0">{_mark(mark)}<strong>{_text(text)}</strong></p>'
        case Line(text, dim):
            shown = f"<small>{_text(text)}</small>" if dim else _text(text)
            return f'<p style="margin:4px 0">{shown}</p>'
        case Items(lines):
            return f'<ul style="margin:4px 0">{"".join(f"<li>{_text(line)}</li>" for line in lines)}</ul>'
        case Table():
            return _table(block)
        case Code():
            return _code(block)
        case Picture(svg, says):
            return f'<div role="img" aria-label="{_text(says)}" tabindex="0" style="{_PICTURE}">{svg}</div>'


def _mark(mark: str) -> str:
    if not mark:
        return ""
    ground = MARKS.get(mark, OTHER)
    style = f"background:{ground};color:#fff;border-radius:3px;padding:1px 6px;margin-right:8px;font-weight:bold"
    return f'<span style="{style}">{_text(mark)}</span>'


def _table(table: Table) -> str:
    sides = ["right" if i in table.right else "left" for i in range(len(table.head) or 2)]
    head = "".join(
        f'<th scope="col" style="{_CELL.format(side)}">{_text(c)}</th>' for side, c in zip(sides, table.head, strict=False)
    )
    rows = "".join(f"<tr>{_row(row, sides, named=not table.head)}</tr>" for row in table.rows)
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    return (
        '<div tabindex="0" style="overflow-x:auto"><table style="margin:4px 0;border-collapse:collapse;color:inherit">'
        f"{top}<tbody>{rows}</tbody></table></div>"
    )


def _row(row: tuple[str, ...], sides: list[str], *, named: bool) -> str:
    cells = [f'<td style="{_CELL.format(side)}">{_text(cell)}</td>' for side, cell in zip(sides, row, strict=True)]
    if named:
        cells[0] = f'<th scope="row" style="{_CELL.format("left")}">{_text(row[0])}</th>'
    return "".join(cells)


def _code(code: Code) -> str:
    shown = "".join(_part(*part) for part in parts(code.text)) if code.language == "python" else _lines(code.text)
    pre = f'<pre tabindex="0" style="{_PRE}"><code style="background:none;color:inherit">{shown}</code></pre>'
    return f"<details><summary>{_text(code.summary)}</summary>{pre}</details>" if code.summary else pre


def _part(kind: Kind, text: str) -> str:
    return f'<span style="{_EDITOR[kind]}">{_lines(text)}</span>' if kind else _lines(text)


def _lines(text: str) -> str:
    return "\n".join(_text(line) for line in text.expandtabs(4).split("\n"))


def _text(text: str) -> str:
    return escape(plain(text), quote=True)
