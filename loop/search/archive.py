"""An archive of programs for one target: the best of each behaviour (MAP-Elites), so that what is different is kept.

A behaviour is the class of a program's growth, the length of its text, and the technique that it came from. Insertion and
drawing take the same time however many were inserted, and memory is bounded by the number of behaviours.
"""

import random
from collections.abc import Iterator
from dataclasses import astuple, dataclass, field
from typing import Final, TypeAlias

from loop.search.reading import items, natural, text

Cell: TypeAlias = tuple[str, int, str]
"""growth, length and technique"""
DEPTH: Final = 3
"""programs that are kept of one behaviour"""
LONGEST: Final = 12
"""lengths from two to the power of this on are one"""
TEXT_BYTES: Final = 8_192
"""a longer program is not kept"""


@dataclass(frozen=True, slots=True)
class Elite:
    """A program that was right on all runs."""

    program: str
    technique: str
    growth: str
    """see `loop.search.shape`"""
    nodes: int
    """length: statements and expressions"""
    ticks: int
    """thousandths of a tick, on average over runs"""

    @property
    def cell(self) -> Cell:
        """Its behaviour."""
        return self.growth, min(self.nodes.bit_length(), LONGEST), self.technique

    @property
    def order(self) -> tuple[int, int, str]:
        """Where it stands among those of its behaviour: cheap ones first, of equal ones the short one."""
        return self.ticks, self.nodes, self.program


@dataclass(slots=True)
class Archive:
    """The elites of a target."""

    _cells: dict[Cell, tuple[Elite, ...]] = field(default_factory=dict)
    _order: list[Cell] = field(default_factory=list)
    best: Elite | None = None
    """the cheapest of all"""

    def __len__(self) -> int:
        """Return how many programs are kept."""
        return sum(map(len, self._cells.values()))

    @property
    def cells(self) -> int:
        """How many behaviours there are."""
        return len(self._order)

    def add(self, new: Elite) -> bool:
        """Keep a program if it is among the best of its behaviour, and say whether it is."""
        if len(new.program) > TEXT_BYTES:
            return False
        cell = new.cell
        held = self._cells.get(cell, ())
        if any(e.program == new.program for e in held):
            return False
        if len(held) == DEPTH and new.order >= held[-1].order:
            return False
        if not held:
            self._order.append(cell)
        self._cells[cell] = tuple(sorted((*held, new), key=lambda e: e.order)[:DEPTH])
        if self.best is None or new.order < self.best.order:
            self.best = new
        return True

    def draw(self, rng: random.Random) -> Elite | None:
        """Return an elite of some behaviour, all behaviours being as likely, and the best of one likelier; None from nothing."""
        if not self._order:
            return None
        held = self._cells[self._order[rng.randrange(len(self._order))]]
        return held[min(rng.randrange(len(held)), rng.randrange(len(held)))]

    def __iter__(self) -> Iterator[Elite]:
        """Yield what is kept, behaviours in the order in which they came."""
        for cell in self._order:
            yield from self._cells[cell]

    def to_data(self) -> list[list[str | int]]:
        """Return what is kept, as JSON data."""
        return [list(astuple(e)) for e in self]

    @classmethod
    def from_data(cls, data: object) -> "Archive":
        """Read what `to_data` wrote. Raises ValueError."""
        made = cls()
        for one in items(data):
            match items(one):
                case [program, technique, growth, size, ticks]:
                    made.add(Elite(text(program), text(technique), text(growth), natural(size), natural(ticks)))
                case _:
                    raise ValueError("an elite has five fields")
        return made
