"""Rules over a grammar, found and proved: terms of growing size, candidates by rank, Lean, and what others make up for goes.

What was proved is used at once to leave out what follows from it. What could not be proved is believed for nothing; but it is
tried again with the next size, where more rules may be there to prove it by.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from loop.conjecture.candidates import Candidate, ranked
from loop.conjecture.derive import left_over
from loop.conjecture.grammar import Grammar, Point, samples
from loop.conjecture.terms import Bank
from loop.conjecture.worth import fault, general, minimised
from loop.techniques.rules import Rule

Came: TypeAlias = Literal["proved", "refuted", "unproved", "worthless", "redundant"]
POINTS: Final = 160
"""samples by which terms are told apart"""
MORE: Final = 1_500
"""samples on which a candidate is tried before anybody looks for a proof"""
BATCH: Final = 8
"""candidates that are tried before the others are looked through once more"""
POOL: Final = 300
"""equations that save ticks, by which it is told which of the rules are needed"""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one candidate."""

    candidate: Candidate
    came: Came
    rule: Rule | None = None
    """the rule, where it was proved and is needed"""


@dataclass(slots=True)
class Conjecturer:
    """Finds rules over one grammar; `prove` returns a candidate as a rule with a proof, or None."""

    grammar: Grammar
    prove: Callable[[Candidate], Rule | None]
    known: Sequence[Rule] = ()
    """rules that are there already: what follows from them is not conjectured"""
    seed: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    over: Callable[[], bool] = lambda: False
    """says that no more is to be tried; what was proved by then is brought to its end"""

    def run(self, size: int) -> Iterator[Told]:
        """Yield what became of each candidate that did not follow, over terms of so many leaves and operators at most.

        What was proved of one size comes after the rest of it, as far as it is needed. What is needed for nothing yet may be with
        the next size; at the end it is redundant.
        """
        bank = Bank(self.grammar, samples(self.grammar, POINTS, self.seed))
        more = samples(self.grammar, MORE, self.seed + 1)
        rules, open_, ahead = list(self.known), list[Candidate](), list(bank.grow())
        spare: dict[Rule, Candidate] = {}
        for _ in range(size):
            pairs, ahead = ahead, list(bank.grow())
            self.counts["pairs"] += len(pairs)
            again, open_ = open_, []
            for told in self._size([*again, *ranked(pairs)], more, [*rules, *spare]):
                if told.rule is not None:
                    spare[told.rule] = told.candidate
                else:
                    open_ += [told.candidate] if told.came == "unproved" else []
                    yield self._counted(told)
            pool = saving(ranked([*pairs, *ahead]) if spare else [], rules, more)
            for rule in minimised(list(spare), rules, pool):
                rules.append(rule)
                yield self._counted(Told(spare.pop(rule), "proved", rule))
            if self.over():
                break
        yield from (self._counted(Told(one, "redundant")) for one in spare.values())

    def _counted(self, told: Told) -> Told:
        self.counts[told.came] += 1
        return told

    def _size(self, candidates: Sequence[Candidate], more: Sequence[Point], rules: list[Rule]) -> Iterator[Told]:
        """Yield what becomes of candidates, those that rules make equal left out; what is proved is one of the rules at once."""
        left, seen = left_over(candidates, rules), set[Candidate]()
        while left and not self.over():
            for one in left[:BATCH]:
                wide = general(one, self.grammar, more)
                if wide in seen or self.over() or not left_over([wide], rules):
                    continue
                seen.add(wide)
                told = self._tried(wide, more)
                rules += [told.rule] if told.rule is not None else []
                yield told
            left = left_over(left[BATCH:], rules)

    def _tried(self, one: Candidate, points: Sequence[Point]) -> Told:
        if one.terms is not None:
            left, right = (t.at(points) for t in one.terms)
            if any(None not in (a, b) and a != b for a, b in zip(left, right, strict=True)):
                return Told(one, "refuted")
        if fault(one, points):
            return Told(one, "worthless")
        rule = self.prove(one)
        return Told(one, "unproved" if rule is None else "proved", rule)


def saving(candidates: Sequence[Candidate], known: Sequence[Rule], points: Sequence[Point]) -> list[Candidate]:
    """Return the first candidates that save ticks, are worth something, and do not follow from known rules."""
    return [c for c in left_over([c for c in candidates if not c.both], known) if not fault(c, points)][:POOL]
