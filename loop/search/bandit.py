"""Which arm to pull next: discounted upper confidence bounds on reward per cost, in whole numbers.

Arms are proposers, techniques, operators or models, a bandit for each kind. What an arm gave in one context (a class of targets)
counts in full there; what it gave everywhere counts for a few pulls. Older pulls fade, so that an arm that has dried up is left.
No clock and no chance has a part in it: the same outcomes in the same order give the same choices everywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

from loop.hosting.baselines import radicands
from loop.hosting.hosted import hosted
from loop.search.parts import parts
from loop.search.reading import mapping, naturals
from loop.search.settings import DEFAULT, Settings

ONE: Final = 1024
"""the largest reward of one pull: a gain of 16 bits, which is a factor of 65,536, or more"""
SCALE: Final = 1 << 16
"""sums are kept in this many parts, so that fading loses little to rounding"""
FADING: Final = 8
"""with each pull in its context, an arm's sums lose one part in two to the power of this"""
ALL: Final = ""
"""the context that every outcome counts in"""


@dataclass(frozen=True, slots=True)
class Prior:
    """What an arm is taken to give before it was pulled, as one pull."""

    reward: int = ONE // 8
    """of ONE"""
    cost: int = 1_000
    """in milliseconds, at least 1"""


@dataclass(frozen=True, slots=True)
class Sums:
    """What an arm gave so far, faded: pulls, rewards and costs in parts of SCALE."""

    pulls: int = 0
    reward: int = 0
    cost: int = 0

    def plus(self, other: "Sums") -> "Sums":
        """Add."""
        return Sums(self.pulls + other.pulls, self.reward + other.reward, self.cost + other.cost)

    def faded(self) -> "Sums":
        """Return what is left after one more pull in the same context."""
        return Sums(*(x - (x >> FADING) for x in (self.pulls, self.reward, self.cost)))

    def at_most(self, pulls: int) -> "Sums":
        """Return the same averages over no more than so many pulls."""
        most = pulls * SCALE
        if self.pulls <= most:
            return self
        return Sums(most, self.reward * most // self.pulls, self.cost * most // self.pulls)

    @property
    def rate(self) -> Fraction:
        """Reward per cost."""
        return Fraction(self.reward, max(self.cost, 1))


class Bandit:
    """Chooses among arms by what they gave for what they cost."""

    def __init__(self, tables: Mapping[str, Mapping[str, Sums]] | None = None) -> None:
        """Go on from sums by context and arm."""
        self._tables: dict[str, dict[str, Sums]] = {c: dict(of) for c, of in (tables or {}).items()}
        self._told: list[tuple[str, str, int, int, int]] | None = None

    def fork(self) -> "Bandit":
        """Return a copy that learns by itself, and keeps what it is told; see `join`."""
        made = Bandit(self._tables)
        made._told = []
        return made

    def join(self, fork: "Bandit") -> None:
        """Learn all that a fork was told, in its order; so it does not matter which of several forks was asked first."""
        for context, arm, reward, cost, pulls in fork._told or ():  # noqa: SLF001 - as above
            self.tell(context, arm, reward=reward, cost=cost, pulls=pulls)

    def tell(self, context: str, arm: str, *, reward: int = 0, cost: int = 0, pulls: int = 1) -> None:
        """Add an outcome; with `pulls` 0 it belongs to one that was told of before.

        `reward` is of ONE, and more counts as ONE; `cost` is in milliseconds. Raises ValueError for negative numbers.
        """
        if min(reward, cost, pulls) < 0:
            raise ValueError("rewards, costs and pulls are not negative")
        if self._told is not None:
            self._told.append((context, arm, reward, cost, pulls))
        more = Sums(pulls * SCALE, min(reward, ONE) * SCALE, cost * SCALE)
        for name in dict.fromkeys((context, ALL)):
            table = self._tables.setdefault(name, {})
            for _ in range(pulls):
                for known, sums in table.items():
                    table[known] = sums.faded()
            table[arm] = table.get(arm, Sums()).plus(more)

    def expected(self, context: str, arm: str, prior: Prior, settings: Settings = DEFAULT) -> Sums:
        """Return what is known of an arm in a context, the prior included as one pull."""
        own = self._tables.get(context, {}).get(arm, Sums()) if context != ALL else Sums()
        most = settings.borrowed if context != ALL else 1 << FADING
        everywhere = self._tables.get(ALL, {}).get(arm, Sums()).at_most(most)
        return Sums(SCALE, prior.reward * SCALE, max(prior.cost, 1) * SCALE).plus(own).plus(everywhere)

    def index(self, context: str, arm: str, prior: Prior, settings: Settings = DEFAULT) -> Fraction:
        """Return an upper bound on what an arm may give for its cost."""
        return self._indices(context, {arm: prior}, settings)[arm]

    def _indices(self, context: str, arms: Mapping[str, Prior], settings: Settings) -> dict[str, Fraction]:
        known = [self.expected(context, arm, prior, settings) for arm, prior in arms.items()]
        total = SCALE + sum(s.pulls for s in self._tables.get(context, {}).values())
        squares = hosted(radicands)(parts(total + SCALE, SCALE), [k.pulls for k in known])
        bounds = (Fraction(k.reward + ONE * isqrt(s) // settings.greed, k.cost) for k, s in zip(known, squares, strict=True))
        return dict(zip(arms, bounds, strict=True))

    def choose(self, context: str, arms: Mapping[str, Prior], settings: Settings = DEFAULT) -> str:
        """Return the arm with the highest index, of equal ones the first. Raises ValueError where there is none."""
        return max(arms, key=self._indices(context, arms, settings).__getitem__)

    def ordered(self, context: str, arms: Mapping[str, Prior]) -> Sequence[str]:
        """Return all arms, the highest index first; ties stay as they came."""
        return sorted(arms, key=self._indices(context, arms, DEFAULT).__getitem__, reverse=True)

    def to_data(self) -> dict[str, dict[str, list[int]]]:
        """Return what was learned, as JSON data."""
        return {c: {a: [s.pulls, s.reward, s.cost] for a, s in of.items()} for c, of in self._tables.items()}

    @classmethod
    def from_data(cls, data: object) -> "Bandit":
        """Read what `to_data` wrote. Raises ValueError."""
        return cls({c: dict(_arms(of)) for c, of in mapping(data).items()})


def _arms(of: object) -> Iterator[tuple[str, Sums]]:
    for arm, sums in mapping(of).items():
        yield arm, Sums(*naturals(sums, 3))
