"""Looks for inputs that break a conjecture before anybody asks for a proof, and learns where it finds them.

It keeps what broke conjectures: of those over the same letters, the inputs that broke the most are tried first. Beside these it
tries their neighbours, what the literals of a conjecture suggest, powers of two, and fresh samples, in the order of what each of
the five found for what it ran.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from loop.conjecture.candidates import Candidate
from loop.conjecture.conditions import once, steered
from loop.conjecture.grammar import EDGES, KINDS, Grammar, Point, Value, samples
from loop.conjecture.meaning import values
from loop.search.reading import items, mapping, natural, naturals
from verify import ir

KEPT: Final = 64
"""inputs that are kept for the same letters; a new one takes the place of the one that broke least"""
FIRST: Final = 12
"""of these, the ones whose neighbours are tried"""
TRIED: Final = 240
"""the most inputs that one source gives"""
AT_ONCE: Final = 64
"""inputs that weigh as much as one success in the order of the sources"""
WIDE: Final = 70
"""the highest power of two that is tried"""


@dataclass(slots=True)
class Killer:
    """An input, and how many conjectures it broke."""

    point: Point
    broke: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """What a source gives inputs for."""

    candidate: Candidate
    grammar: Grammar
    letters: tuple[str, ...]
    seed: int

    @property
    def kinds(self) -> str:
        """The letters as one text, by which inputs are kept."""
        return " ".join(self.letters)


@dataclass(slots=True)
class Falsifier:
    """Killers by letters, and what each source found for how many inputs."""

    killers: dict[str, list[Killer]] = field(default_factory=dict)
    sources: dict[str, tuple[int, int]] = field(default_factory=dict)

    def broken(self, one: Candidate, grammar: Grammar, seed: int) -> list[Point]:
        """Return inputs on which the conditions hold and both sides differ, none where none was found; learn from them."""
        question = Question(one, grammar, letters(one), seed)
        for name in self.order():
            points = steered(one.where, grammar, once(_SOURCES[name](self, question)))[:TRIED]
            found = differing(one, points)
            hits, ran = self.sources.get(name, (0, 0))
            self.sources[name] = hits + bool(found), ran + len(points)
            if found:
                self.learn(question.kinds, found[0])
                return found
        return []

    def order(self) -> list[str]:
        """Return the sources by successes for inputs, the best first; ties stay as they stand."""

        def rate(name: str) -> Fraction:
            hits, ran = self.sources.get(name, (0, 0))
            return Fraction((hits + 1) * AT_ONCE, ran + AT_ONCE)

        return sorted(_SOURCES, key=rate, reverse=True)

    def learn(self, kinds: str, point: Point) -> None:
        """Remember an input that broke a conjecture over some letters."""
        known, due = self.killers.setdefault(kinds, []), {n: point[n] for n in kinds.split()}
        found = next((k for k in known if k.point == due), None)
        if found is None:
            del known[KEPT - 1 :]
            known.append(Killer(due))
        else:
            found.broke += 1
        known.sort(key=lambda k: k.broke, reverse=True)

    def to_data(self) -> dict[str, object]:
        """Return it as JSON data."""
        killers = {k: [[i.broke, _point_data(i.point)] for i in of] for k, of in self.killers.items()}
        return {"killers": killers, "sources": {n: list(c) for n, c in self.sources.items()}}

    @classmethod
    def from_data(cls, data: object) -> "Falsifier":
        """Read what `to_data` wrote. Raises ValueError."""
        of, found = mapping(data), cls()
        for kinds, rows in mapping(of.get("killers")).items():
            found.killers[kinds] = [_killer(kinds, row) for row in items(rows)]
        for name, counts in mapping(of.get("sources")).items():
            hits, ran = naturals(counts, 2)
            found.sources[name] = hits, ran
        return found


def letters(one: Candidate) -> tuple[str, ...]:
    """Return the letters of a candidate, in their order."""
    return one.rule().stated.letters


def differing(one: Candidate, points: Sequence[Point]) -> list[Point]:
    """Return the samples on which both sides have a value, and not the same."""
    left, right = (values(e, points) for e in one.sides)
    return [p for p, a, b in zip(points, left, right, strict=True) if a is not None and b is not None and a != b]


# -- the sources ----------------------------------------------------------------------------------------------------------------


def _known(falsifier: Falsifier, question: Question) -> Iterator[Point]:
    yield from (k.point for k in falsifier.killers.get(question.kinds, ()))


def _neighbours(falsifier: Falsifier, question: Question) -> Iterator[Point]:
    for k in falsifier.killers.get(question.kinds, ())[:FIRST]:
        for n in question.letters:
            others = [k.point[m] for m in question.letters if m != n and KINDS[m] == KINDS[n]]
            yield from ({**k.point, n: v} for v in [*_near(k.point[n]), *others])


def _near(v: Value) -> list[Value]:
    match v:
        case bool():
            return [not v]
        case int():
            return [v + 1, v - 1, -v, 2 * v, ~v]
    return [v[1:], v[::-1], v + v, (*v, 0), tuple(-x for x in v)]


def _mined(_: Falsifier, question: Question) -> Iterator[Point]:
    """Yield inputs of ints that stand in the conjecture or beside one that does, and of edges."""
    found = {int(x.value) for e in question.candidate.sides for x in ir.subexpressions(e) if isinstance(x, ir.Const)}
    ints = sorted({v + d for v in {*found, *(-v for v in found)} for d in (-1, 0, 1)} | set(EDGES))
    yield from _chosen(question, ints)


def _powers(_: Falsifier, question: Question) -> Iterator[Point]:
    ints = [sign * (1 << k) + d for k in range(0, WIDE, 3) for sign in (1, -1) for d in (-1, 0, 1)]
    yield from _chosen(question, ints)


def _chosen(question: Question, ints: Sequence[int]) -> Iterator[Point]:
    chance = random.Random(question.seed)  # noqa: S311 - no secret
    for _ in range(TRIED):
        yield {n: _drawn(n, ints, chance) for n in question.letters}


def _drawn(letter: str, ints: Sequence[int], chance: random.Random) -> Value:
    kind = KINDS[letter]
    if kind == "bool":
        return bool(chance.getrandbits(1))
    if kind == "list":
        return tuple(chance.choice(ints) for _ in range(chance.randrange(4)))
    return chance.choice(ints)


def _fresh(_: Falsifier, question: Question) -> Iterator[Point]:
    for p in samples(question.grammar, TRIED, question.seed):
        yield {n: p[n] for n in question.letters}


_SOURCES: Final[Mapping[str, Callable[[Falsifier, Question], Iterator[Point]]]] = {
    "killers": _known, "neighbours": _neighbours, "literals": _mined, "powers": _powers, "samples": _fresh,
}  # fmt: skip


# -- data -----------------------------------------------------------------------------------------------------------------------


def _point_data(point: Point) -> list[object]:
    return [list(v) if isinstance(v, tuple) else v for v in point.values()]


def _killer(kinds: str, data: object) -> Killer:
    names = kinds.split()
    match items(data):
        case [broke, [*row]] if len(row) == len(names) and all(n in KINDS for n in names):
            return Killer({n: _value(n, v) for n, v in zip(names, row, strict=True)}, natural(broke))
    raise ValueError(f"an input for {kinds} is due, with a count before it")


def _value(letter: str, data: object) -> Value:
    kind = KINDS[letter]
    match data:
        case bool() if kind == "bool":
            return data
        case int() if kind == "int" and not isinstance(data, bool):
            return data
        case [*xs] if kind == "list":
            ints = tuple(x for x in xs if isinstance(x, int) and not isinstance(x, bool))
            if len(ints) == len(xs):
                return ints
    raise ValueError(f"{letter} is of another kind")
