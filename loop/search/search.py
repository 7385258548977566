"""The search as a whole: which target is next and who is asked, candidates best first, and what each outcome teaches.

One object of it serves a run: it chooses (`choose`), hands on (`candidates`), and is told (`told`, `ended`). It steers and
nothing else: what it says about a candidate has no part in any verdict. Given the same learned state and the same outcomes in the
same order, it does the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from loop.search.bandit import ONE, Prior
from loop.search.cascade import Screened
from loop.search.effort import Effort
from loop.search.learned import Learned
from loop.search.provability import form
from loop.search.stream import Stream, Trail
from loop.techniques.study import Study, Technique
from verify import reasons
from verify.canonical import Digest, digest_bytes
from verify.ir import ListOf, Program, TupleOf
from verify.reasons import Reason, Verdict

GATES: Final[Mapping[str, int]] = {
    "policy": 10, "examples": 1_500, "strength": 2_000, "smt": 4_000, "kernel": 15_000, "solvers": 10_000,
}  # fmt: skip
"""milliseconds up to which a judgement that ends at a gate is taken to need, where no run has measured it"""
ASK: Final = 5_000
"""milliseconds that a proposer is taken to need for a proposal; the ones after the first as much more each"""
PLAIN_GAIN: Final = ONE // 8
"""what an accepted proposal counts for whose gain was not measured"""
KINDS: Final = ("lists", "tuples", "ints")
COMPARING: Final = ("CostNotLower", "GraphConflict")
"""reasons for a reject that are about the head, and not about what the candidate does"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one proposal."""

    target: Digest
    """of the spec"""
    proposal: Digest
    """see `Proposal.digest`"""
    proposer: str
    verdict: Verdict
    reason: str = ""
    """class name"""
    gate: str = ""
    """the one that did not accept"""
    milliseconds: int = 0
    """as measured; it has no say before the next run"""
    model: str = ""
    """the model that made it, where one did"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run does next: the target, who is asked, and how much is spent."""

    target: Digest
    proposer: str
    effort: Effort


@dataclass(slots=True)
class _Round:
    """What came of a target's round so far."""

    gained: bool = False
    near: bool = False


class Search:
    """Steers a run."""

    def __init__(self, learned: Learned | None = None) -> None:
        """Go on from what was learned."""
        self.learned = learned or Learned()
        self._trails: dict[Digest, Trail] = {}
        self._streams: dict[Digest, Stream] = {}
        self._rounds: dict[Digest, _Round] = {}
        self._handed: dict[Digest, dict[Digest, Screened]] = {}
        """what was handed on and not told of, by target and proposal"""

    # -- what a run asks ------------------------------------------------------------------------------------------------------

    def choose(self, targets: Sequence[Digest], proposers: Sequence[str], seed: int = 0) -> Choice | None:
        """Return what to do next; None where there is no target or nobody to ask."""
        target = self.learned.efforts.choose(targets)
        if target is None or not proposers:
            return None
        prices = self.learned.prices
        arms = {p: Prior(cost=prices.of(f"proposer {p}", ASK * (i + 1))) for i, p in enumerate(proposers)}
        proposer = self.learned.proposers.choose(self._context(target), arms)
        return Choice(target, proposer, self.learned.efforts.effort(target, seed))

    def candidates(self, study: Study, techniques: Mapping[str, Technique], origin: str) -> Iterator[Screened]:
        """Yield what techniques draft for a study, screened and best first; they are asked as late as possible."""
        target = study.spec.digest
        self._infer(study)
        trail = self._trails.setdefault(target, Trail())
        trail.against(digest_bytes(study.brief.head.source.content))
        stream = Stream(study, techniques, self.learned, trail, context_of(study.head), origin)
        self._streams[target] = stream
        handed = self._handed[target] = {}
        for one in stream:
            handed[one.proposal.digest] = one
            yield one

    def elites(self, target: Digest) -> tuple[str, ...]:
        """Return the texts of the programs that are kept for a target, which were right on all runs; cheap ones first."""
        islands = self.learned.archives.get(target)
        if islands is None:
            return ()
        return tuple(e.program for e in sorted(islands.elites(), key=lambda e: e.order))

    # -- what a run tells -----------------------------------------------------------------------------------------------------

    def told(self, outcome: Outcome) -> None:
        """Learn from a verdict."""
        learned, target = self.learned, outcome.target
        one = self._handed.get(target, {}).pop(outcome.proposal, None)
        accepted, unproved = outcome.verdict == "accept", outcome.verdict in ("decline", "error")
        gate = outcome.gate or "kernel"
        cost = learned.prices.of(f"gate {gate}", GATES.get(gate, ASK))
        if outcome.milliseconds:
            learned.prices.hear(f"gate {gate}", outcome.milliseconds)
            learned.prices.hear("judge", outcome.milliseconds)
        gain = min(one.gain, ONE) if one else PLAIN_GAIN
        reward, context = gain if accepted else 0, self._context(target)
        learned.proposers.tell(context, outcome.proposer, reward=reward, cost=cost)
        if outcome.model:
            learned.models.tell(context, outcome.model, reward=reward, cost=cost)
        now = self._rounds.setdefault(target, _Round())
        now.gained |= accepted
        now.near |= outcome.verdict == "decline"
        if one is None:
            return
        learned.techniques.tell(context, one.technique, reward=reward, cost=cost, pulls=0)
        if accepted or outcome.verdict == "decline":
            learned.provability.tell(one.claim, one.technique, proved=accepted)
        if outcome.verdict == "reject" and outcome.reason not in COMPARING:
            self._trails[target].seen.refuse(one.mark)
        self._streams[target].told(outcome.proposal, accepted=accepted, unproved=unproved)

    def ended(self, target: Digest) -> None:
        """Take note that a round on a target is over."""
        now = self._rounds.pop(target, _Round())
        self.learned.efforts.told(target, gained=now.gained, near=now.near)

    # -- state ----------------------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, object]:
        """Return what was learned, as JSON data."""
        return self.learned.to_data()

    @classmethod
    def from_data(cls, data: object) -> "Search":
        """Go on from what `to_data` returned. Raises ValueError."""
        return cls(Learned.from_data(data))

    def _context(self, target: Digest) -> str:
        stream = self._streams.get(target)
        return stream.context if stream else ""

    def _infer(self, study: Study) -> None:
        """Learn from a brief what became of candidates that nobody told of: those refused, and the one that is the head."""
        target = study.spec.digest
        handed = self._handed.get(target, {})
        refused = {r.program: r for r in study.brief.refusals}
        for proposal, one in list(handed.items()):
            text = one.proposal.program.decode()
            if study.brief.head.source.content == one.proposal.program:
                self.told(Outcome(target=target, proposal=proposal, proposer=one.proposal.origin, verdict="accept"))
            elif text in refused and (verdict := _verdict(refused[text].reason)):
                reason = refused[text].reason
                self.told(Outcome(
                    target=target, proposal=proposal, proposer=one.proposal.origin, verdict=verdict, reason=reason,
                    gate="examples" if verdict == "reject" else "kernel",
                ))  # fmt: skip


def context_of(program: Program) -> str:
    """Return the class of a target: the form of its program, and what it works on."""
    types = [v.type for v in program.variables]
    kinds = ("lists" if isinstance(t, ListOf) else "tuples" if isinstance(t, TupleOf) else "ints" for t in types)
    return f"{form(program)} {min(kinds, key=KINDS.index, default=KINDS[-1])}"


def _verdict(name: str) -> Verdict | None:
    """Return the verdict that a class of reasons comes with."""
    kind = getattr(reasons, name, None)
    return kind.verdict if isinstance(kind, type) and issubclass(kind, Reason) else None
