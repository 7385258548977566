"""What there is to conjecture at a level: terms that came to the same, on all samples or on those that meet a condition."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from loop.conjecture.candidates import Candidate, candidate, ranked
from loop.conjecture.conditions import Condition, conditions, holding, steered
from loop.conjecture.derive import left_over
from loop.conjecture.grammar import GRAMMARS, Grammar, Kind, Point, Vector, samples
from loop.conjecture.levels import EASIEST, Level
from loop.conjecture.terms import Bank, Term
from loop.conjecture.worth import fault, general
from loop.simplify import static_cost
from loop.techniques.rules import Rule

POINTS: Final = 32
"""samples by which terms are told apart; the conjecturer is bold, as a falsifier comes after it"""
PLAIN: Final = 48
"""samples on which each conjecture is tried first"""
MANY: Final = 400
"""samples by which it is told what is worth conjecturing"""
CROWDED: Final = 3_000
"""with more behaviours no larger terms are made"""
GROUPS: Final = 40
"""most terms that are taken of those that come to the same under a condition"""
LOOKED: Final = 600
"""candidates of a level that are looked at, the general ones first"""
POOL: Final = 300
"""equations that save ticks, by which it is told which of the rules are needed"""
BY_NAME: Final = {g.name: g for g in GRAMMARS}


@dataclass(slots=True)
class _Terms:
    """The terms of one grammar, as far as they were asked for, and the pairs by size."""

    bank: Bank
    pairs: list[list[tuple[Term, Term]]] = field(default_factory=list)

    def up_to(self, size: int) -> bool:
        """Make the terms up to a size; say whether they are there, since of a crowd no larger ones are made."""
        while self.bank.size < size and len(self.bank) <= CROWDED:
            self.pairs.append(list(self.bank.grow()))
        return self.bank.size >= size


class Supply:
    """Makes conjectures, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        """Begin with no terms; `seed` is of the samples."""
        self.seed = seed
        self._terms: dict[str, _Terms] = {}
        self._made: dict[Level, list[Candidate]] = {}
        self._pools: dict[str, list[Candidate]] = {}

    def take(self, level: Level, count: int, tried: Callable[[Candidate], bool], rules: Sequence[Rule]) -> list[Candidate]:
        """Return the first conjectures of a level that nobody made and that do not follow from rules; fewer where no more are."""
        out: list[Candidate] = []
        fresh = [c for c in self._level(level) if not tried(c)]
        for first in range(0, len(fresh), LOOKED // 4):
            out += left_over(fresh[first : first + LOOKED // 4], rules)
            if len(out) >= count:
                break
        return out[:count]

    def plain(self, grammar: Grammar) -> list[Point]:
        """Return the samples on which each conjecture is tried first."""
        return samples(grammar, PLAIN, self.seed + 1)

    def many(self, grammar: Grammar) -> list[Point]:
        """Return the samples by which it is told what is worth conjecturing."""
        return samples(grammar, MANY, self.seed + 2)

    def pool(self, level: Level, rules: Sequence[Rule]) -> list[Candidate]:
        """Return equations of a level, and of sizes up to the next one, that save ticks and do not follow from rules."""
        grammar = BY_NAME[level.grammar]
        terms, points = self._grown(grammar, level.size), self.many(grammar)
        terms.up_to(level.size + 1)
        pairs = [pair for of in terms.pairs[: level.size + 1] for pair in of]
        found = [c for c in ranked(pairs)[: 4 * POOL] if not c.both]
        return [c for c in left_over(found, rules) if not fault(c, points)][:POOL]

    def _level(self, level: Level) -> list[Candidate]:
        """Return all that is worth conjecturing at a level, the general ones first."""
        if level not in self._made:
            grammar = BY_NAME[level.grammar]
            points, terms, found = self.many(grammar), self._grown(grammar, level.size), list[Candidate]()
            if len(terms.pairs) >= level.size and level.conditions == 0:
                due = range(EASIEST) if level.size == EASIEST else range(level.size - 1, level.size)
                pairs = ranked(pair for i in due for pair in terms.pairs[i])[:LOOKED]
                found = sorted({general(c, grammar, points) for c in pairs}, key=lambda c: c.rank)
            elif len(terms.pairs) >= level.size and level.conditions == 1:
                found = _Conditional(grammar, terms.bank, self.seed, level).made
            self._made[level] = [c for c in found if not fault(c, steered(c.where, grammar, points))]
        return self._made[level]

    def _grown(self, grammar: Grammar, size: int) -> _Terms:
        if grammar.name not in self._terms:
            self._terms[grammar.name] = _Terms(Bank(grammar, samples(grammar, POINTS, self.seed)))
        self._terms[grammar.name].up_to(size)
        return self._terms[grammar.name]


@dataclass(frozen=True)
class _Conditional:
    """Equations under one condition: terms that differ, and come to the same where it holds."""

    grammar: Grammar
    bank: Bank
    seed: int
    level: Level

    @cached_property
    def made(self) -> list[Candidate]:
        """The equations that save ticks, each under its weakest conditions, the general ones first."""
        points = samples(self.grammar, POINTS, self.seed)
        found: dict[tuple[str, str], list[tuple[Candidate, frozenset[int]]]] = {}
        for condition in conditions(self.grammar, self.grammar.letters):
            where = [dict(condition.met(p)) for p in points]
            asked = holding([condition.text], where)
            if len(asked) < len(where):
                continue
            holds = frozenset(i for i, p in enumerate(points) if holding([condition.text], [p]))
            for c in self._under(condition, asked):
                found.setdefault((c.left, c.right), []).append((c, holds))
        kept = [c for of in found.values() for c, holds in of if not any(holds < other for _, other in of)]
        return sorted(dict.fromkeys(kept), key=lambda c: c.rank)[:LOOKED]

    def _under(self, condition: Condition, points: Sequence[Point]) -> Iterator[Candidate]:
        groups: dict[tuple[Kind, Vector], list[Term]] = {}
        for term in self.bank.terms(self.level.size):
            groups.setdefault((term.kind, term.at(points)), []).append(term)
        for (_, found), group in groups.items():
            if len(group) > 1 and None not in found:
                yield from self._pairs(condition, group[:GROUPS])

    def _pairs(self, condition: Condition, group: Sequence[Term]) -> Iterator[Candidate]:
        cheapest = min(group, key=lambda t: (t.size, t.text))
        for term in group:
            due = term.size <= self.level.size if self.level.size == EASIEST else term.size == self.level.size
            made = candidate(term, cheapest, [condition.text]) if due and term is not cheapest else None
            if made is not None and static_cost(made.sides[1]) < static_cost(made.sides[0]):
                yield made
