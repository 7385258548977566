"""Places in a text: lines as the protocol counts them, columns in the units that the client asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lsprotocol.types import Position, PositionEncodingKind, Range, TextEdit

_LINE_ENDS: Final = re.compile(r"\r\n|\n|\r")
"""what ends a line, for Python and for the protocol; `str.splitlines` knows others, such as a form feed"""
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line; all counted from 0, in characters. Without an `end` it goes to the end of the line."""

    line: int
    start: int = 0
    end: int | None = None


def to_lines(text: str) -> list[str]:
    r"""Return the lines of a text, without what ends them.

    >>> to_lines("a\r\nb\x0c\n")
    ['a', 'b\x0c', '']
    """
    return _LINE_ENDS.split(text)


def units(text: str, encoding: PositionEncodingKind | str) -> int:
    """Return how long a text is in the units of an encoding; UTF-16 where the encoding is none of the protocol's.

    >>> [units("a𝔸", e) for e in ("utf-8", "utf-16", "utf-32")]
    [5, 3, 2]
    """
    match encoding:
        case "utf-32":
            return len(text)
        case "utf-8":
            return len(text.encode("utf-8", "surrogatepass"))
        case _:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2


def to_range(lines: Sequence[str], place: Place, encoding: PositionEncodingKind | str) -> Range:
    """Return a place as the client counts; one beyond the end of the text becomes the end."""
    at = min(max(place.line, 0), len(lines) - 1)
    line = lines[at]
    start = min(max(place.start, 0), len(line)) if place.line == at else len(line)
    end = len(line) if place.end is None or place.line != at else min(max(place.end, start), len(line))
    first = units(line[:start], encoding)
    return Range(Position(at, first), Position(at, first + units(line[start:end], encoding)))


def contains(whole: Range, position: Position) -> bool:
    """Say whether a position is in a range, its end included."""
    return (whole.start.line, whole.start.character) <= (position.line, position.character) <= (
        whole.end.line,
        whole.end.character,
    )


def meets(one: Range, other: Range) -> bool:
    """Say whether two ranges have lines in common."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def edit_between(old: str, new: str, encoding: PositionEncodingKind | str) -> TextEdit:
    """Return the edit that makes one text of another: of whole lines, from the first that differs to the last."""
    a, b = _LINE.findall(old), _LINE.findall(new)
    least = min(len(a), len(b))
    first = next((i for i in range(least) if a[i] != b[i]), least)
    last = next((i for i in range(least - first) if a[-1 - i] != b[-1 - i]), least - first)
    end = Position(len(a) - last, 0)
    if a and end.line == len(a) and not a[-1].endswith(("\r", "\n")):
        end = Position(len(a) - 1, units(a[-1], encoding))
    start = min(Position(first, 0), end)  # of one text with itself it is an empty edit at the end
    return TextEdit(Range(start, end), "".join(b[first : len(b) - last]))
