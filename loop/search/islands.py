"""Islands: archives that develop apart, exchange their best now and then, and are settled anew when nothing comes of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from loop.search.archive import Archive, Elite
from loop.search.reading import items, naturals, record

ISLANDS: Final = 4
MIGRATION: Final = 64
"""insertions between two exchanges"""
STALE: Final = 256
"""insertions into an island, none of which was kept, after which it is settled anew"""


@dataclass(slots=True)
class Islands:
    """The archives of one target, in a ring."""

    archives: list[Archive] = field(default_factory=lambda: [Archive() for _ in range(ISLANDS)])
    stale: list[int] = field(default_factory=lambda: [0] * ISLANDS)
    """insertions into each since one was kept"""
    count: int = 0
    """insertions"""
    starts: int = 0
    """how often an island was settled anew"""

    @property
    def best(self) -> Elite | None:
        """The cheapest program of all islands."""
        found = [a.best for a in self.archives if a.best is not None]
        return min(found, key=lambda e: e.order, default=None)

    def add(self, new: Elite, island: int | None = None) -> bool:
        """Offer a program to an island, to the next in turn where none is named, and say whether it kept it."""
        at = (self.count if island is None else island) % ISLANDS
        self.count += 1
        kept = self.archives[at].add(new)
        self.stale[at] = 0 if kept else self.stale[at] + 1
        if self.stale[at] >= STALE:
            self._settle(at)
        if self.count % MIGRATION == 0:
            self._migrate()
        return kept

    def draw(self, rng: random.Random, island: int) -> Elite | None:
        """Return an elite of an island."""
        return self.archives[island % ISLANDS].draw(rng)

    def elites(self) -> Iterator[Elite]:
        """Yield what all islands keep, each program once."""
        yield from {e.program: e for a in self.archives for e in a}.values()

    def _migrate(self) -> None:
        """Send each island's best to the next one in the ring."""
        leaving = [a.best for a in self.archives]
        for i, one in enumerate(leaving):
            if one is not None:
                self.archives[(i + 1) % ISLANDS].add(one)

    def _settle(self, at: int) -> None:
        """Give up an island; the best of all begins there."""
        best = self.best
        self.archives[at], self.stale[at] = Archive(), 0
        self.starts += 1
        if best is not None:
            self.archives[at].add(best)

    def to_data(self) -> dict[str, object]:
        """Return them as JSON data."""
        counts = [self.count, self.starts, *self.stale]
        return {"archives": [a.to_data() for a in self.archives], "counts": counts}

    @classmethod
    def from_data(cls, data: object) -> "Islands":
        """Read what `to_data` wrote. Raises ValueError."""
        of = record(data, "archives", "counts")
        archives = [Archive.from_data(a) for a in items(of["archives"])]
        if len(archives) != ISLANDS:
            raise ValueError(f"{ISLANDS} archives are due")
        count, starts, *stale = naturals(of["counts"], ISLANDS + 2)
        return cls(archives, stale, count, starts)
