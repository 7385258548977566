"""Shows a run while it goes on: one row a target on a terminal, nothing where there is none."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loop.rounds import Target
from loop.words import line_costs
from verify.ci_formats import plain


class Board:
    """The rows of a run, in the order in which targets came up; it is a `loop.rounds.Watch`.

    Notes are printed above it, also where there is no terminal.
    """

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console = console
        self._rows: dict[Target, tuple[str, float]] = {}
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw where there is somebody to see it."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Take the rows away; what remains is the summary."""
        self._live.stop()

    def stage(self, target: Target, what: str) -> None:
        """Set a target's stage."""
        self._rows[target] = (what, time.monotonic())

    def note(self, message: str) -> None:
        """Print a line."""
        self._console.print(Text(plain(message)), soft_wrap=True)

    def say(self, what: str) -> None:
        """Set the stage of the target that was last heard of."""
        if self._rows:
            target = max(self._rows, key=lambda t: self._rows[t][1])
            self._rows[target] = (what, time.monotonic())

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for column in ("target", "stage", "best so far", "proposals", "seconds"):
            table.add_column(column, no_wrap=True)
        for target, (what, since) in self._rows.items():
            best = str(line_costs(target.stands)) if target.stands.improved else target.outcome
            seconds = target.seconds + (time.monotonic() - since if what else 0.0)
            table.add_row(target.name, plain(what), best, str(target.proposals), f"{seconds:.0f}")
        return table
