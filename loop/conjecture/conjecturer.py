"""Rules over a grammar, found and proved: terms of growing size, candidates by rank, and Lean at the end.

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
from loop.techniques.rules import Rule

Came: TypeAlias = Literal["proved", "refuted", "unproved"]
POINTS: Final = 160
"""samples by which terms are told apart"""
MORE: Final = 1_500
"""samples on which a candidate is tried before anybody looks for a proof"""
BATCH: Final = 8
"""candidates that are tried before the others are looked through once more"""


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one candidate."""

    candidate: Candidate
    came: Came
    rule: Rule | None = None


@dataclass(slots=True)
class Conjecturer:
    """Finds rules over one grammar; `prove` returns a candidate as a rule with a proof, or None."""

    grammar: Grammar
    prove: Callable[[Candidate], Rule | None]
    known: Sequence[Rule] = ()
    """rules that are there already: what follows from them is not conjectured"""
    seed: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def run(self, size: int) -> Iterator[Told]:
        """Yield what became of each candidate that did not follow, over terms of so many leaves and operators at most."""
        bank = Bank(self.grammar, samples(self.grammar, POINTS, self.seed))
        more = samples(self.grammar, MORE, self.seed + 1)
        rules, open_ = list(self.known), list[Candidate]()
        while bank.size < size:
            pairs = list(bank.grow())
            self.counts["pairs"] += len(pairs)
            left = left_over([*open_, *ranked(pairs)], rules)
            open_ = []
            while left:
                for one in left[:BATCH]:
                    if not left_over([one], rules):
                        continue
                    told = self._tried(one, more)
                    self.counts[told.came] += 1
                    if told.rule is not None:
                        rules.append(told.rule)
                    elif told.came == "unproved":
                        open_.append(one)
                    yield told
                left = left_over(left[BATCH:], rules)

    def _tried(self, one: Candidate, points: Sequence[Point]) -> Told:
        if one.terms is not None:
            left, right = (t.at(points) for t in one.terms)
            if any(None not in (a, b) and a != b for a, b in zip(left, right, strict=True)):
                return Told(one, "refuted")
        rule = self.prove(one)
        return Told(one, "unproved" if rule is None else "proved", rule)
