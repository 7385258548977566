"""What a cell shows, as data: a sheet of titles, lines, tables, code and pictures. HTML, Markdown and plain text are made of it.

Whatever a spec, a candidate or a tool wrote is text in it, and each form escapes it, so that none can steer a page or a terminal.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Title:
    """The first line: what is shown, and a mark such as the name of a verdict in front of it, "" for none."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose; a dim one is of less weight."""

    text: str
    dim: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """Lines that belong together."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of as many cells as `head` has; `right` are the columns of numbers. Without `head` a row is a name and a value."""

    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()
    right: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is shown as it stands; what has a `summary` is folded away under it where that can be done."""

    text: str
    language: Literal["python", "lean", "text"] = "text"
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG that this program made, and the sentence that stands for it where it cannot be shown."""

    svg: str
    says: str


Block: TypeAlias = Title | Line | Items | Table | Code | Picture


@dataclass(frozen=True, slots=True)
class Sheet:
    """Blocks from top to bottom."""

    blocks: tuple[Block, ...]


class Shown(ABC):
    """Something that Jupyter, IPython and a plain prompt show, each in its own form."""

    __slots__ = ()

    @property
    @abstractmethod
    def sheet(self) -> Sheet:
        """What is shown."""

    def __repr__(self) -> str:
        """Return plain text, for terminals."""
        from loop.notebook.text import to_text  # noqa: PLC0415 - only the form that is asked for

        return to_text(self.sheet)

    def _repr_html_(self) -> str:
        from loop.notebook.html import to_html  # noqa: PLC0415 - as above

        return to_html(self.sheet)

    def _repr_markdown_(self) -> str:
        from loop.notebook.markdown import to_markdown  # noqa: PLC0415 - as above

        return to_markdown(self.sheet)
