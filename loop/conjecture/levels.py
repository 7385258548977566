"""How hard conjectures are to be: levels, and the one whose share of successes is expected nearest to a half.

After the curricula of self-play: what always succeeds teaches nothing, nor does what always fails. All in whole numbers, so that
the same results give the same choices everywhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from loop.search.reading import items, natural, text

EASIEST: Final = 3
"""leaves and operators of the greater side at the easiest level, which has the smaller ones as well"""
HARDEST: Final = 6
CONDITIONS: Final = 2
"""the most conditions of a conjecture"""
HALF: Final = Fraction(1, 2)
FADING: Final = 64
"""results of a level after which the older ones count half"""


@dataclass(frozen=True, slots=True)
class Level:
    """A grammar, the leaves and operators of the greater side, and how many conditions there are."""

    grammar: str
    size: int = EASIEST
    conditions: int = 0

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.grammar} {self.size}" + (f" where {self.conditions}" if self.conditions else "")

    @property
    def easier(self) -> tuple["Level", ...]:
        """The levels that are one step easier."""
        found = [Level(self.grammar, self.size - 1, self.conditions)] if self.size > EASIEST else []
        return (*found, *([Level(self.grammar, self.size, self.conditions - 1)] if self.conditions else []))


@dataclass(slots=True)
class Levels:
    """Successes and results by level: a conjecture was proved, or it was not, or the falsifier refuted it."""

    counts: dict[Level, tuple[int, int]] = field(default_factory=dict)

    def learn(self, level: Level, *, proved: bool) -> None:
        """Add a result."""
        won, tried = self.counts.get(level, (0, 0))
        if tried >= FADING:
            won, tried = won // 2, tried // 2
        self.counts[level] = won + proved, tried + 1

    def rate(self, level: Level) -> Fraction:
        """Return the expected share of successes; of a level that nobody has tried, a half."""
        won, tried = self.counts.get(level, (0, 0))
        return Fraction(won + 1, tried + 2)

    def choose(self, grammars: Sequence[str], empty: Collection[Level] = ()) -> Level | None:
        """Return the level whose expected share is nearest to a half, the easiest of several; None where none is left.

        A level is on offer once one that is a step easier was tried, or has nothing to conjecture. `empty` are those without
        conjectures.
        """
        levels = [
            Level(g, size, c) for size in range(EASIEST, HARDEST + 1) for c in range(CONDITIONS + 1) for g in grammars
        ]  # fmt: skip
        known = {*self.counts, *empty}
        offered = [n for n in levels if n not in empty and (not n.easier or any(e in known for e in n.easier))]
        return min(offered, key=lambda n: (abs(self.rate(n) - HALF), n.size + n.conditions, levels.index(n)), default=None)

    def to_data(self) -> list[list[object]]:
        """Return it as JSON data."""
        return [[n.grammar, n.size, n.conditions, won, tried] for n, (won, tried) in self.counts.items()]

    @classmethod
    def from_data(cls, data: object) -> "Levels":
        """Read what `to_data` wrote. Raises ValueError."""
        found = cls()
        for row in items(data):
            match items(row):
                case [grammar, size, conditions, won, tried] if natural(won) <= natural(tried):
                    found.counts[Level(text(grammar), natural(size), natural(conditions))] = natural(won), natural(tried)
                case _:
                    raise ValueError("a level is a grammar, a size, conditions, successes and tries")
        return found
