"""A sheet as plain text, for terminals."""

from collections.abc import Iterator

from loop.notebook.sheet import Block, Code, Items, Line, Picture, Sheet, Table, Title
from verify.ci_formats import plain


def to_text(sheet: Sheet) -> str:
    """Return a sheet as lines."""
    return "\n".join(line.rstrip() for block in sheet.blocks for line in _lines(block))


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Title(text, mark):
            yield plain(f"{mark}  {text}" if mark else text)
        case Line(text, _):
            yield f"  {plain(text)}"
        case Items(lines):
            yield from (f"  - {plain(line)}" for line in lines)
        case Table():
            yield from _rows(block)
        case Code(text, _, summary):
            if summary:
                yield f"  {plain(summary)}:"
            yield from (f"    {plain(line)}" for line in text.expandtabs(4).rstrip("\n").split("\n"))
        case Picture(_, says):
            yield f"  {plain(says)}"


def _rows(table: Table) -> Iterator[str]:
    rows = [tuple(map(plain, row)) for row in ((table.head,) if table.head else ()) + table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        padded = (c.rjust(w) if i in table.right else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        yield f"  {'  '.join(padded)}"
