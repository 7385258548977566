"""What holds a command: the most that one run may ask for, as policy.toml says it, and the file that stops every run."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from loop.budget import Budget, stopped_by
from loop.commands.common import UsageError
from verify.governance import BUDGETS, Governance, governance_beside

OPTIONS: Final = {"seconds": "--budget", **{n: f"--max-{n}" for n in ("proposals", "judgements", "tokens", "money")}}
T = TypeVar("T")


def within(budget: Budget, governance: Governance) -> Budget:
    """Return a budget with what policy.toml says where nothing was asked for. Raises UsageError where more was asked for."""
    for name in BUDGETS:
        most, asked = governance.budget.get(name), getattr(budget, name)
        if most is not None and asked is not None and asked > most:
            raise UsageError(f"{OPTIONS[name]} asks for more than `budget.{name}` in policy.toml allows, which is {most}.")
    b, most_of = budget, governance.budget.get
    return Budget(
        seconds=_first(b.seconds, most_of("seconds"), float), proposals=_first(b.proposals, most_of("proposals"), int),
        judgements=_first(b.judgements, most_of("judgements"), int), tokens=_first(b.tokens, most_of("tokens"), int),
        money=_first(b.money, most_of("money"), Decimal),
    )  # fmt: skip


def seconds_within(asked: float | None, folder: Path) -> float | None:
    """Return the wall clock that a command may take on the graph in a folder, None where nothing limits it.

    Raises UsageError where more was asked for than policy.toml allows, and Refusal where that does not read.
    """
    return within(Budget(seconds=asked), governance_beside(folder)).seconds


def unless_stopped(folder: Path) -> None:
    """Raise UsageError where a file stops what works on the graph in a folder."""
    if (stop := stopped_by(folder)) is not None:
        raise UsageError(f"{stop} stops every run; remove it first (`qed stop --clear`).")


def _first(asked: T | None, most: int | Decimal | None, kind: Callable[[int | Decimal], T]) -> T | None:
    return asked if asked is not None or most is None else kind(most)
