"""Candidates for one study, best first, drawn from techniques that are asked only when something is to be had of them.

In each step either a technique is asked for one more draft or the best candidate so far is handed on, whichever is expected to
give more for what it costs. Nothing but the study, what was learned and what is told of outcomes decides the order.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from loop.search.bandit import Prior
from loop.search.cascade import Cascade, Dropped, Screened
from loop.search.learned import Learned
from loop.search.novelty import Clusters, Seen
from loop.techniques.study import Draft, Study, Technique
from verify.canonical import Digest

LOOKAHEAD: Final = 6
"""candidates that are held back while better ones may come"""
PULL: Final = 200
"""milliseconds that the first technique is taken to need for a draft; the ones after it as much more each"""
JUDGE: Final = 8_000
"""milliseconds that a judgement is taken to need"""


@dataclass(slots=True)
class Trail:
    """What a search knows of a target in the course of a run."""

    seen: Seen = field(default_factory=Seen)
    exhausted: dict[str, int] = field(default_factory=dict)
    """techniques of which nothing new came against this head, and the effort at which"""
    left: list[Screened] = field(default_factory=list)
    """candidates that nobody came to take"""

    def against(self, head: str) -> None:
        """Begin with a head."""
        if head != self.seen.head:
            self.exhausted.clear()
            self.left.clear()
        self.seen.against(head)

    def worth_asking(self, technique: str, effort: int) -> bool:
        """Say whether a technique is worth asking again: after twice the effort where nothing new came of it."""
        known = self.exhausted.get(technique)
        return known is None or effort > 2 * known


class Stream:
    """The candidates of one study."""

    def __init__(
        self, study: Study, techniques: Mapping[str, Technique], learned: Learned, trail: Trail, context: str, origin: str
    ) -> None:
        """Ask nothing yet; `context` is the class of the target that outcomes count in."""
        self._study, self._learned, self._trail, self.context = study, learned, trail, context
        self._cascade = Cascade(study, trail.seen, origin)
        self._islands = learned.islands(study.spec.digest)
        self._techniques = {n: t for n, t in techniques.items() if trail.worth_asking(n, study.effort)}
        self._lanes: dict[str, Iterator[Draft]] = {}
        self._priors = self._usual(techniques)
        self._new: set[str] = set()
        self._pool, trail.left = trail.left, []
        self._first: list[Screened] = []
        """candidates that stand for their behaviour because the one before was declined"""
        self._clusters = Clusters[Screened]()
        self._out: dict[Digest, Screened] = {}

    def __iter__(self) -> Iterator[Screened]:
        """Yield candidates until nothing more is to be had."""
        try:
            while True:
                lane = self._lane()
                if self._first or self._pool:
                    best = self._best()
                    if lane is None or len(self._pool) >= LOOKAHEAD or self._value(best) >= self._worth(lane):
                        yield from self._handed(best)
                        continue
                if lane is not None:
                    self._pull(lane)
                elif waiting := self._clusters.left():
                    self._first += waiting  # nobody said what became of those that stood for them
                else:
                    return
        finally:
            self._trail.left = [*self._first, *self._pool]

    def told(self, proposal: Digest, *, accepted: bool, unproved: bool) -> Screened | None:
        """Take note of a verdict; return the candidate, None where it is not from here."""
        one = self._out.pop(proposal, None)
        if one is None:
            return None
        if accepted:
            self._pool = [c for c in self._pool if _cheaper(c, one)]
            self._first = [c for c in self._first if _cheaper(c, one)]
        following = self._clusters.told(one.behaviour, unproved=unproved)
        if following is not None:
            self._first.append(following)
        return one

    def _usual(self, techniques: Mapping[str, Technique]) -> dict[str, Prior]:
        prices = self._learned.prices
        judge = prices.of("judge", JUDGE) // 2
        return {n: Prior(cost=judge + prices.of(f"technique {n}", PULL * (i + 1))) for i, n in enumerate(techniques)}

    def _lane(self) -> str | None:
        """Return the technique to ask next."""
        left = {n: self._priors[n] for n in self._techniques}
        return self._learned.techniques.choose(self.context, left) if left else None

    def _worth(self, lane: str) -> Fraction:
        """Return what one more draft of a technique is expected to give for what it costs."""
        return self._learned.techniques.expected(self.context, lane, self._priors[lane]).rate

    def _value(self, one: Screened) -> Fraction:
        """Return what a candidate is expected to give for what judging it costs."""
        return one.worth(self._learned.provability) / self._learned.prices.of("judge", JUDGE)

    def _best(self) -> Screened:
        """Return the candidate to be handed on next; of equal ones the first."""
        return max(self._first or self._pool, key=self._value)

    def _handed(self, best: Screened) -> Iterator[Screened]:
        """Hand a candidate on, unless it waits for the verdict on another one that does the same."""
        if self._first:
            self._first.remove(best)
        else:
            self._pool.remove(best)
            if not self._clusters.offer(best.behaviour, best):
                return
        self._out[best.proposal.digest] = best
        yield best

    def _pull(self, lane: str) -> None:
        """Ask a technique for a draft, and screen it."""
        started = time.monotonic()
        if lane not in self._lanes:
            self._lanes[lane] = iter(self._techniques[lane](self._study))
        draft = next(self._lanes[lane], None)
        prices = self._learned.prices
        prices.hear(f"technique {lane}", int(1000 * (time.monotonic() - started)))
        self._learned.techniques.tell(self.context, lane, cost=prices.of(f"technique {lane}", PULL))
        if draft is None:
            del self._techniques[lane]
            if lane not in self._new:
                self._trail.exhausted[lane] = self._study.effort
            return
        found = self._cascade.screen(lane, draft)
        if not isinstance(found, Dropped) or found.stage != "known":
            self._new.add(lane)
        if isinstance(found, Screened):
            self._pool.append(found)
        if found.elite is not None:
            self._islands.add(found.elite)


def _cheaper(one: Screened, than: Screened) -> bool:
    """Say whether a candidate costs less than another one on some run."""
    return any(a is not None and b is not None and a < b for a, b in zip(one.ticks, than.ticks, strict=True))
