"""What a run may spend, what it has spent, and the file that stops it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from loop.journal import SPENT, Journal, journal_path

STOP: Final = "qed.stop"
"""a file of this name, in the graph's folder under `.qed` or in the current directory, stops a run between two judgements"""
GRACE: Final = 60.0
"""seconds after a stop was seen for which what is being judged may go on; then it is ended, and judged anew by who goes on"""
PAID: Final = ("tokens", "money")
"""budgets that only asking uses up: what came for them is judged nevertheless"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What a run has spent; seconds are wall clock, those of the runs that it goes on from included."""

    seconds: float = 0.0
    proposals: int = 0
    judgements: int = 0
    requests: int = 0
    tokens: int = 0
    money: Decimal = Decimal(0)
    """in the currency of the models' prices"""

    def as_data(self) -> dict[str, Any]:
        """Return the amounts for JSON; money is a text, for it is exact."""
        return {
            "seconds": round(self.seconds, 3), "proposals": self.proposals, "judgements": self.judgements,
            "requests": self.requests, "tokens": self.tokens, "money": str(self.money),
        }  # fmt: skip


def spent_of(data: Mapping[str, Any]) -> Spent:
    """Read what `Spent.as_data` wrote. Raises ValueError."""
    try:
        return Spent(
            seconds=float(data["seconds"]), money=Decimal(data["money"]),
            **{k: int(data[k]) for k in ("proposals", "judgements", "requests", "tokens")},
        )  # fmt: skip
    except (KeyError, TypeError, InvalidOperation) as error:
        raise ValueError(f"what a run spent is not readable: {error}") from None


def spent_before(journal: Journal) -> Spent:
    """Return what the run that a journal was set to has spent in the processes before this one."""
    found = journal.own(SPENT)
    return spent_of(found[-1]) if found else Spent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that a run may spend, None where there is no limit; seconds are wall clock."""

    seconds: float | None = None
    proposals: int | None = None
    judgements: int | None = None
    tokens: int | None = None
    money: Decimal | None = None

    def used_up(self, spent: Spent, names: Sequence[str] = ("seconds", "proposals", "judgements")) -> str:
        """Return the name of the first of some budgets that is used up, "" where none is."""
        return next((n for n in names if (most := getattr(self, n)) is not None and getattr(spent, n) >= most), "")


def stop_files(folder: Path) -> tuple[Path, ...]:
    """Return where a file stops a run over the graph in a folder.

    >>> stop_files(Path("work/accepted"))
    (PosixPath('work/.qed/accepted/qed.stop'), PosixPath('qed.stop'))
    """
    return journal_path(folder).parent / STOP, Path(STOP)


def stop(folder: Path) -> Path:
    """Write the file that stops what works on a graph, and return its path. Raises OSError."""
    file = stop_files(folder)[0]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


def stopped_by(folder: Path) -> Path | None:
    """Return the file that stops a run over a graph, None where there is none."""
    return next((p for p in stop_files(folder) if p.exists()), None)
