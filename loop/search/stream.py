"""Candidates for one study, best first, drawn from techniques that are asked only when something is to be had of them.

In each step either a technique is asked for one more draft or the best candidate so far is handed on, whichever is expected to
give more for what it costs. Nothing but the study and what was known when it began decides the order: what becomes of the first
candidates has no say in which ones follow, as it may be known sooner or later.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from loop.search.bandit import Bandit, Prior
from loop.search.cascade import Cascade, Dropped, Screened
from loop.search.features import features
from loop.search.islands import Islands
from loop.search.novelty import Clusters, Seen
from loop.search.prices import Prices
from loop.search.provability import Provability
from loop.search.settings import DEFAULT, Settings
from loop.search.weights import Weights
from loop.techniques.study import Draft, Study, Technique

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
    first: list[Screened] = field(default_factory=list)
    """candidates that stand for their behaviour because the one before was declined"""
    clusters: Clusters[Screened] = field(default_factory=Clusters)

    def against(self, head: str) -> None:
        """Begin with a head."""
        if head != self.seen.head:
            self.exhausted.clear()
            self.left.clear()
            self.first.clear()
            self.clusters = Clusters()
        self.seen.against(head)

    def worth_asking(self, technique: str, effort: int) -> bool:
        """Say whether a technique is worth asking again: after twice the effort where nothing new came of it."""
        known = self.exhausted.get(technique)
        return known is None or effort > 2 * known

    def told(self, one: Screened, *, unproved: bool) -> None:
        """Take note of the verdict on a candidate: others that do the same are judged only where it was not proved."""
        following = self.clusters.told(one.behaviour, unproved=unproved)
        if following is not None:
            self.first.append(following)


@dataclass(frozen=True, slots=True)
class Known:
    """What a stream goes by: copies, so that streams of other targets have no part in it."""

    techniques: Bandit
    operators: Bandit
    provability: Provability
    prices: Prices
    ranking: Weights | None = None
    """a policy that says how likely a candidate is to be accepted, in place of past counts"""
    settings: Settings = DEFAULT


class Stream:
    """The candidates of one study."""

    def __init__(
        self, study: Study, techniques: Mapping[str, Technique], known: Known, trail: Trail, islands: Islands, context: str,
        origin: str,
    ) -> None:  # fmt: skip
        """Ask nothing yet; `context` is the class of the target that outcomes count in."""
        self._study, self._known, self._trail, self._islands, self._context = study, known, trail, islands, context
        self._cascade = Cascade(study, trail.seen, origin, fuel=known.settings.fuel)
        self._techniques = {n: t for n, t in techniques.items() if trail.worth_asking(n, study.effort)}
        self._lanes: dict[str, Iterator[Draft]] = {}
        judge = known.prices.of("judge", JUDGE) // 2
        self._pulls = {n: known.prices.of(f"technique {n}", PULL * (i + 1)) for i, n in enumerate(techniques)}
        self._priors = {n: Prior(cost=judge + cost) for n, cost in self._pulls.items()}
        self._new: set[str] = set()

    def __iter__(self) -> Iterator[Screened]:
        """Yield candidates until nothing more is to be had."""
        trail = self._trail
        while True:
            lane = self._lane()
            if trail.first:
                best = self._best(trail.first)
                trail.first.remove(best)
                yield best
            elif trail.left and self._is_time(best := self._best(trail.left), lane):
                trail.left.remove(best)
                if trail.clusters.offer(best.behaviour, best):
                    yield best
            elif lane is not None:
                self._pull(lane)
            else:
                return

    def _is_time(self, best: Screened, lane: str | None) -> bool:
        """Say whether the best candidate is to be handed on before a technique is asked for another one."""
        return lane is None or len(self._trail.left) >= self._known.settings.lookahead or self._value(best) >= self._worth(lane)

    def _lane(self) -> str | None:
        """Return the technique to ask next."""
        left = {n: self._priors[n] for n in self._techniques}
        return self._known.techniques.choose(self._context, left, self._known.settings) if left else None

    def _worth(self, lane: str) -> Fraction:
        """Return what one more draft of a technique is expected to give for what it costs."""
        return self._known.techniques.expected(self._context, lane, self._priors[lane], self._known.settings).rate

    def _value(self, one: Screened) -> Fraction:
        """Return what a candidate is expected to give for what judging it costs."""
        known = self._known
        if known.ranking is None:
            proved = known.provability.rate(one.claim, one.technique, known.settings)
        else:
            proved = known.ranking.rate(features(one, self._context))
        return one.worth(proved) / known.prices.of("judge", JUDGE)

    def _best(self, among: list[Screened]) -> Screened:
        """Return the candidate to be handed on next; of equal ones the first."""
        return max(among, key=self._value)

    def _pull(self, lane: str) -> None:
        """Ask a technique for a draft, and screen it."""
        started = time.monotonic()
        if lane not in self._lanes:
            self._lanes[lane] = iter(self._techniques[lane](self._study))
        draft = next(self._lanes[lane], None)
        self._known.prices.hear(f"technique {lane}", int(1000 * (time.monotonic() - started)))
        self._known.techniques.tell(self._context, lane, cost=self._pulls[lane])
        if draft is None:
            del self._techniques[lane]
            if lane not in self._new:
                self._trail.exhausted[lane] = self._study.effort
            return
        found = self._cascade.screen(lane, draft)
        if not isinstance(found, Dropped) or found.stage != "known":
            self._new.add(lane)
        if isinstance(found, Screened):
            self._trail.left.append(found)
        if found.elite is not None:
            self._islands.add(found.elite)
