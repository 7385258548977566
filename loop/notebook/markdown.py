"""A sheet as Markdown, for viewers that show no HTML of a cell; text in it can neither make markup nor mathematics."""

import re
from typing import Final

from loop.notebook.sheet import Block, Code, Items, Line, Picture, Sheet, Table, Title
from verify.ci_formats import plain

_SPECIAL: Final = re.compile(r"[\\`*_\[\]<>#|~&$^@]|:(?=//)|(?<=www)\.", re.IGNORECASE)
"""what some reader of Markdown takes for markup, mathematics or an address, where it stands within a line"""
_FIRST: Final = re.compile(r"^[ =+-]+|(?<=^\d)[.)]|(?<=^\d\d)[.)]")
"""the same at the beginning of a line: a rule, a list, a heading"""


def to_markdown(sheet: Sheet) -> str:
    """Return a sheet as Markdown, blocks apart by empty lines."""
    return "\n\n".join(map(_block, sheet.blocks)) + "\n"


def _block(block: Block) -> str:
    match block:
        case Title(text, mark):
            return f"**{_text(mark)}** {_text(text)}" if mark else f"**{_text(text)}**"
        case Line(text, _):
            return _text(text)
        case Items(lines):
            return "\n".join(f"- {_text(line)}" for line in lines)
        case Table():
            return _table(block)
        case Code():
            return _code(block)
        case Picture(_, says):
            return _text(says)


def _table(table: Table) -> str:
    head = table.head or ("", "")
    rule = " | ".join("---:" if i in table.right else "---" for i in range(len(head)))
    rows = [head, *table.rows]
    lines = [f"| {' | '.join(map(_text, row))} |" for row in rows]
    return "\n".join([lines[0], f"| {rule} |", *lines[1:]])


def _code(code: Code) -> str:
    lines = [plain(line) for line in code.text.expandtabs(4).rstrip("\n").split("\n")]
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    title = f"{_text(code.summary)}\n\n" if code.summary else ""
    return f"{title}{fence}{code.language}\n" + "\n".join(lines) + f"\n{fence}"


def _text(text: str) -> str:
    """Return text for one line; a character that could be markup is written by its number."""
    return _FIRST.sub(_numbered, _SPECIAL.sub(_numbered, plain(text)))


def _numbered(found: re.Match[str]) -> str:
    return "".join(f"&#{ord(c)};" for c in found[0])
