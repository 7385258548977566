"""Shows a run while it goes on: on a terminal one row a target and what is spent, nothing where there is none."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loop.budget import Spent
from loop.rounds import Rounds
from loop.target import Target
from loop.words import line_costs, moving
from verify.ci_formats import plain


class Board:
    """The rows of a run, in the order in which targets came up; it is a `loop.target.Watch`.

    Notes are printed above it, also where there is no terminal.
    """

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console = console
        self._rows: dict[Target, tuple[str, float]] = {}
        self._rounds: Rounds | None = None
        self._live = Live(console=console, get_renderable=self._table, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw where there is somebody to see it."""
        if moving(self._console):
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

    def follow(self, rounds: Rounds) -> None:
        """Show what a run spends, too."""
        self._rounds = rounds

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for column in ("target", "stage", "best so far", "proposals", "seconds"):
            table.add_column(column, no_wrap=True)
        for target, (what, since) in list(self._rows.items()):
            best = str(line_costs(target.stands)) if target.stands.improved else target.outcome
            seconds = target.seconds + (time.monotonic() - since if what else 0.0)
            table.add_row(target.name, plain(what), best, str(target.proposals), f"{seconds:.0f}")
        if self._rounds is not None:
            table.caption = Text(spent_words(self._rounds.spent), justify="left")
        return table


def spent_words(spent: Spent) -> str:
    """Return what a run has spent so far, in one line.

    >>> spent_words(Spent(seconds=61, proposals=3, judgements=2))
    'spent: 61 s, 3 proposals, 2 judgements'
    """
    parts = [f"{spent.seconds:.0f} s", f"{spent.proposals} proposals", f"{spent.judgements} judgements"]
    parts += [f"{spent.tokens} tokens"] if spent.tokens else []
    parts += [f"{spent.money} of money"] if spent.money else []
    return f"spent: {', '.join(parts)}"
