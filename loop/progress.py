"""Shows a run while it goes on: on a terminal one row a target and what is spent, nothing where there is none."""

import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from loop.budget import Spent
from loop.rounds import Rounds
from loop.target import Target, Watch
from loop.words import line_costs, moving
from verify.ci_formats import plain

COLUMNS: Final = ("target", "stage", "best so far", "proposals", "seconds")


class Shows(Watch, AbstractContextManager["Shows"], Protocol):
    """A watch that shows a run from its beginning to its end."""

    def follow(self, rounds: Rounds) -> None:
        """Show what a run spends, too."""
        ...


class Rows:
    """How far a run is: a row for each target, in the order in which they came up, and what was spent."""

    def __init__(self) -> None:
        """Begin without a target."""
        self._rows: dict[Target, tuple[str, float]] = {}
        self._rounds: Rounds | None = None

    def stage(self, target: Target, what: str) -> None:
        """Set a target's stage."""
        self._rows[target] = (what, time.monotonic())

    def follow(self, rounds: Rounds) -> None:
        """Say what a run spends, too."""
        self._rounds = rounds

    @property
    def spent(self) -> str:
        """What was spent, in one line; "" where no run is followed."""
        return spent_words(self._rounds.spent) if self._rounds is not None else ""

    def cells(self) -> list[tuple[str, ...]]:
        """Return the rows, by COLUMNS."""
        out = list[tuple[str, ...]]()
        for target, (what, since) in list(self._rows.items()):
            best = str(line_costs(target.stands)) if target.stands.improved else target.outcome
            seconds = target.seconds + (time.monotonic() - since if what else 0.0)
            out.append((target.name, plain(what), best, str(target.proposals), f"{seconds:.0f}"))
        return out


class Board:
    """Draws the rows of a run on a terminal. Notes are printed above it, also where there is no terminal."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._console = console
        self._rows = Rows()
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
        self._rows.stage(target, what)

    def note(self, message: str) -> None:
        """Print a line."""
        self._console.print(Text(plain(message)), soft_wrap=True)

    def follow(self, rounds: Rounds) -> None:
        """Show what a run spends, too."""
        self._rows.follow(rounds)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False)
        for column in COLUMNS:
            table.add_column(column, no_wrap=True)
        for row in self._rows.cells():
            table.add_row(*row)
        if spent := self._rows.spent:
            table.caption = Text(spent, justify="left")
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
