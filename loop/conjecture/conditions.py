"""Conditions under which expressions may be equal: what a rule can ask, which samples meet it, and the weakest that will do."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final

from loop.conjecture.grammar import KINDS, Grammar, Kind, Point, Value
from loop.conjecture.meaning import values
from loop.techniques.rules import parsed

FAIR: Final = 8
"""a condition is worth asking where it keeps one in so many of the samples on which two sides agree, and so many at least"""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A condition with places for letters of kinds, the operator that makes it worth asking, and what makes letters meet it."""

    text: str
    takes: tuple[Kind, ...]
    meet: Callable[..., tuple[Any, ...]]
    needs: str = ""
    """text of an operator that the grammar must have, "" for none"""


PATTERNS: Final = (
    Pattern("{} != 0", ("int",), lambda a: (a or 1,)),
    Pattern("{} >= 0", ("int",), lambda a: (abs(a),)),
    Pattern("{} > 0", ("int",), lambda a: (abs(a) + 1,)),
    Pattern("{} <= 0", ("int",), lambda a: (-abs(a),)),
    Pattern("{} < 0", ("int",), lambda a: (-abs(a) - 1,)),
    Pattern("{} <= {}", ("int", "int"), lambda a, b: (min(a, b), max(a, b))),
    Pattern("{} < {}", ("int", "int"), lambda a, b: (min(a, b), max(a, b) + 1)),
    Pattern("{} % {} == 0", ("int", "int"), lambda a, b: (a * b, b), "({} // {})"),
    Pattern("({} & {}) == 0", ("int", "int"), lambda a, b: (a & ~b, b), "({} & {})"),
    Pattern("len({}) > 0", ("list",), lambda xs: (xs or (0,),)),
)
"""the weaker ones of a kind first"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A pattern over letters."""

    pattern: Pattern
    letters: tuple[str, ...]

    @property
    def text(self) -> str:
        """The condition in Python."""
        return self.pattern.text.format(*self.letters)

    def met(self, point: Point) -> Point:
        """Return a sample with the letters changed so that it holds."""
        found = self.pattern.meet(*(point[n] for n in self.letters))
        return {**point, **dict(zip(self.letters, found, strict=True))}


def conditions(grammar: Grammar, letters: Iterable[str]) -> list[Condition]:
    """Return all that can be asked about some letters of a grammar, in the order of the patterns."""
    known, operators = sorted(letters, key=list(KINDS).index), {o.text for o in grammar.operators}
    found: list[Condition] = []
    for pattern in PATTERNS:
        if not pattern.needs or pattern.needs in operators:
            for chosen in permutations(known, len(pattern.takes)):
                if tuple(KINDS[n] for n in chosen) == pattern.takes:
                    found.append(Condition(pattern, chosen))  # noqa: PERF401 - two loops and a test are read better so
    return found


def holding(where: Iterable[str], points: Sequence[Point]) -> list[Point]:
    """Return the samples on which conditions hold."""
    out = list(points)
    for text in where:
        out = [p for p, held in zip(out, values(parsed(text), out), strict=True) if held is True]
    return out


def steered(where: Sequence[str], grammar: Grammar, points: Sequence[Point]) -> list[Point]:
    """Return samples on which conditions hold: those that do, and others changed so that they do, each once."""
    of: Mapping[str, Condition] = {c.text: c for c in conditions(grammar, grammar.letters)}
    found = list(points)
    for texts in (where, where[::-1]):  # what meets one condition may break another
        changed = list(points)
        for text in texts:
            changed = [of[text].met(p) for p in changed] if text in of else changed
        found += changed
    return once(holding(where, found) if where else points)


def once(points: Iterable[Point]) -> list[Point]:
    """Return samples, each once, in their order."""
    found: dict[tuple[tuple[str, Value], ...], Point] = {tuple(p.items()): p for p in points}
    return list(found.values())


def separating(pool: Sequence[Condition], broken: Sequence[Point], good: Sequence[Point]) -> Condition | None:
    """Return the condition that holds nowhere where a conjecture is broken, and at the most of the samples where it is not.

    None where each that excludes what is broken keeps too little.
    """
    due = max(FAIR, len(good) // FAIR)
    kept = {i: len(holding([c.text], good)) for i, c in enumerate(pool) if not holding([c.text], broken)}
    best = max(kept, key=lambda i: (kept[i], -i), default=None)
    return pool[best] if best is not None and kept[best] >= due else None
