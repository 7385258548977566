"""Shows a run in the output of a cell while it goes on."""

import contextvars
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Protocol, Self

from loop.notebook.sheet import Block, Items, Line, Sheet, Shown, Table, Title
from loop.notebook.texts import shown
from loop.progress import COLUMNS, Rows
from loop.rounds import Rounds
from loop.target import Target

EVERY: Final = 1.0
"""seconds between two drawings"""
NOTES: Final = 20
"""newest notes that are shown"""
_NUMBERS: Final = tuple(i for i, c in enumerate(COLUMNS) if c in {"proposals", "seconds"})


class Handle(Protocol):
    """An output of a cell that can be drawn anew: IPython's `DisplayHandle`."""

    def update(self, obj: Any) -> None:
        """Show something else in its place."""
        ...


class Show(Protocol):
    """Opens an output: IPython's `display` with `display_id=True`."""

    def __call__(self, obj: Any) -> Handle:
        """Show something, and return how to draw it anew."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Progress(Shown):
    """How far a run is, or was when it ended."""

    state: str
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    spent: str

    @property
    def sheet(self) -> Sheet:
        """What a cell shows."""
        blocks: list[Block] = [Title("a run", self.state)]
        if self.rows:
            blocks.append(Table(self.rows, COLUMNS, _NUMBERS))
        if self.notes:
            blocks.append(Items(self.notes))
        if self.spent:
            blocks.append(Line(self.spent, dim=True))
        return Sheet(tuple(blocks))


class CellBoard:
    """The rows of a run in a cell; it is a `loop.progress.Shows`."""

    def __init__(self, show: Show, every: float = EVERY) -> None:
        """Open an output with `show`, and draw it anew after so many seconds."""
        self._show, self._every = show, every
        self._rows = Rows()
        self._notes: list[str] = []
        self._handle: Handle | None = None
        self._over = threading.Event()
        # an output belongs to a cell by a context variable, which a thread does not have by itself
        context = contextvars.copy_context()
        self._drawing = threading.Thread(target=lambda: context.run(self._draw), name="qed-progress", daemon=True)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._handle = self._show(self._progress("running"))
        self._drawing.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Leave the rows as they were where the run was broken off; of one that came to its end the summary has them."""
        self._over.set()
        self._drawing.join()
        if self._handle is not None:
            left = self._progress("stopped") if kind else Progress("done", (), tuple(self._notes), "")
            self._handle.update(left)

    def stage(self, target: Target, what: str) -> None:
        """Set a target's stage."""
        self._rows.stage(target, what)

    def note(self, message: str) -> None:
        """Add a line below the rows."""
        self._notes = [*self._notes, shown(message)][-NOTES:]

    def follow(self, rounds: Rounds) -> None:
        """Show what a run spends, too."""
        self._rows.follow(rounds)

    def _draw(self) -> None:
        last: Progress | None = None
        while not self._over.wait(self._every):
            now = self._progress("running")
            if now != last and self._handle is not None:
                self._handle.update(now)
            last = now

    def _progress(self, state: str) -> Progress:
        return Progress(state, tuple(self._rows.cells()), tuple(self._notes), self._rows.spent)


def cell_board() -> CellBoard | None:
    """Return a board where a kernel can show it; None at a terminal, which has one of its own, and without IPython."""
    try:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415 - an optional extra
        from IPython.display import display  # noqa: PLC0415 - as above
    except ImportError:
        return None
    if not hasattr(get_ipython(), "kernel"):
        return None

    def show(obj: Any) -> Handle:
        handle: Handle = display(obj, display_id=True)  # type: ignore[no-untyped-call]  # IPython's
        return handle

    return CellBoard(show)
