"""The search as a whole: which target is next and who is asked, candidates best first, and what each outcome teaches.

One object of it serves a run. A round on a target begins (`begin`), its candidates are handed on (`candidates`), and when it is
over the search learns from what became of them (`finish`). All of it steers and nothing else: no verdict rests on it. Given the
same learned state and the same outcomes in the same order, it does the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from loop.policies.in_use import Policies
from loop.proposal import Brief
from loop.rule_store import Accepted
from loop.search.bandit import ONE, Prior
from loop.search.cascade import Screened
from loop.search.effort import Effort
from loop.search.features import features
from loop.search.learned import Learned
from loop.search.provability import form
from loop.search.stream import Known, Stream, Trail
from loop.techniques.study import Study, Technique
from verify import reasons
from verify.canonical import Digest, digest_bytes
from verify.ir import ListOf, Program, TupleOf
from verify.limits import Limits
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


class Search:
    """Steers a run."""

    def __init__(
        self, learned: Learned | None = None, rules: tuple[Accepted, ...] = (), policies: Policies | None = None
    ) -> None:
        """Go on from what was learned; `rules` are those of the graph, which techniques may rewrite by."""
        self.learned = learned or Learned()
        self.rules, self._policies = rules, policies or Policies()
        self._trails: dict[Digest, Trail] = {}
        self._contexts: dict[Digest, str] = {}
        self._begun: dict[Digest, Known] = {}
        """targets on which a round goes on, with what was known when it began"""
        self._drawn: set[Digest] = set()
        """of those, the ones whose candidates were asked for"""
        self._handed: dict[Digest, dict[Digest, Screened]] = {}
        """what was handed on in it and not told of, by target and proposal"""

    # -- what a run asks --------------------------------------------------------------------------------------------------------

    def choose(self, targets: Mapping[Digest, Sequence[str]], seed: int = 0) -> Choice | None:
        """Return what to do next, given the targets and who may be asked for each; None where there is nobody."""
        target = self.learned.efforts.choose([t for t, proposers in targets.items() if proposers])
        if target is None:
            return None
        prices = self.learned.prices
        arms = {p: Prior(cost=prices.of(f"proposer {p}", ASK * (i + 1))) for i, p in enumerate(targets[target])}
        proposer = self.learned.proposers.choose(self._contexts.get(target, ""), arms, self._policies.settings)
        return Choice(target, proposer, self.learned.efforts.effort(target, seed))

    def begin(self, target: Digest) -> None:
        """Begin a round on a target: what its proposals are made from is what is known by then."""
        learned = self.learned
        learned.islands(target)
        self._handed[target] = {}
        self._drawn.discard(target)
        self._begun[target] = Known(
            learned.techniques.fork(), learned.operators.fork(), learned.provability.copy(), learned.prices,
            self._policies.ranking, self._policies.settings,
        )  # fmt: skip

    def study(self, brief: Brief, limits: Limits) -> Study:
        """Return what techniques work from: a brief, with what the archive of its target keeps.

        A round on the target begins, unless `begin` said so; what nobody told about the one before is taken from the brief.
        """
        target = brief.spec.digest
        if target not in self._begun or target in self._drawn:
            self._infer(brief)
            self.begin(target)
        return Study(brief, limits, self.elites(target), self._begun[target].operators, self.rules)

    def candidates(self, study: Study, techniques: Mapping[str, Technique], origin: str) -> Iterator[Screened]:
        """Yield what techniques draft for a study, screened and best first; they are asked as late as possible."""
        target = study.spec.digest
        self._drawn.add(target)
        trail = self._trails.setdefault(target, Trail())
        trail.against(digest_bytes(study.brief.head.source.content))
        self._contexts[target] = context = context_of(study.head)
        islands, handed = self.learned.islands(target), self._handed[target]
        for found in Stream(study, techniques, self._begun[target], trail, islands, context, origin):
            one = replace(found, proposal=replace(found.proposal, features=tuple(features(found, context))))
            handed[one.proposal.digest] = one
            yield one

    def drawn(self, target: Digest) -> bool:
        """Say whether candidates of the round that goes on were asked for."""
        return target in self._drawn

    def elites(self, target: Digest) -> tuple[str, ...]:
        """Return the texts of the programs that are kept for a target, which were right on all runs; cheap ones first."""
        islands = self.learned.archives.get(target)
        if islands is None:
            return ()
        return tuple(e.program for e in sorted(islands.elites(), key=lambda e: e.order))

    # -- what a run tells -------------------------------------------------------------------------------------------------------

    def told(self, outcome: Outcome) -> None:
        """Learn from a verdict."""
        learned, target = self.learned, outcome.target
        one = self._handed.get(target, {}).pop(outcome.proposal, None)
        accepted = outcome.verdict == "accept"
        gate = outcome.gate or "kernel"
        cost = learned.prices.of(f"gate {gate}", GATES.get(gate, ASK))
        if outcome.milliseconds:
            learned.prices.hear(f"gate {gate}", outcome.milliseconds)
            learned.prices.hear("judge", outcome.milliseconds)
        reward = (min(one.gain, ONE) if one else PLAIN_GAIN) if accepted else 0
        context = self._contexts.get(target, "")
        learned.proposers.tell(context, outcome.proposer, reward=reward, cost=cost)
        if outcome.model:
            learned.models.tell(context, outcome.model, reward=reward, cost=cost)
        if one is None:
            return
        learned.techniques.tell(context, one.technique, reward=reward, cost=cost, pulls=0)
        if accepted or outcome.verdict == "decline":
            learned.provability.tell(one.claim, one.technique, proved=accepted)
        trail = self._trails[target]
        if outcome.verdict == "reject" and outcome.reason not in COMPARING:
            trail.seen.refuse(one.mark)
        trail.told(one, unproved=outcome.verdict in ("decline", "error"))

    def finish(self, target: Digest, outcomes: Sequence[Outcome]) -> None:
        """Learn from a round on a target; of what was handed on and is not among the outcomes, nothing is known."""
        known = self._begun.pop(target, None)
        if known is not None:
            self.learned.techniques.join(known.techniques)
            self.learned.operators.join(known.operators)
        for outcome in outcomes:
            self.told(outcome)
        for one in self._handed.pop(target, {}).values():
            self._trails[target].told(one, unproved=True)
        verdicts = {o.verdict for o in outcomes}
        gained, near = "accept" in verdicts, "decline" in verdicts
        self.learned.efforts.told(target, gained=gained, near=near, settings=self._policies.settings)

    # -- state ----------------------------------------------------------------------------------------------------------------

    def to_data(self) -> dict[str, object]:
        """Return what was learned, as JSON data."""
        return self.learned.to_data()

    @classmethod
    def from_data(cls, data: object) -> "Search":
        """Go on from what `to_data` returned. Raises ValueError."""
        return cls(Learned.from_data(data))

    def _infer(self, brief: Brief) -> None:
        """Finish a round of which nobody told, by what a brief says: what was refused, and what has become the head."""
        target = brief.spec.digest
        if target not in self._begun:
            return
        refused = {r.program: r.reason for r in brief.refusals}
        found = []
        for proposal, one in self._handed[target].items():
            text = one.proposal.program
            reason = refused.get(text.decode(), "")
            verdict: Verdict | None = "accept" if text == brief.head.source.content else _verdict(reason)
            if verdict is not None:
                gate = {"reject": "examples"}.get(verdict, "kernel")
                found.append(Outcome(
                    target=target, proposal=proposal, proposer=one.proposal.origin, verdict=verdict, reason=reason, gate=gate,
                ))  # fmt: skip
        self.finish(target, found)


def context_of(program: Program) -> str:
    """Return the class of a target: the form of its program, and what it works on."""
    types = [v.type for v in program.variables]
    kinds = ("lists" if isinstance(t, ListOf) else "tuples" if isinstance(t, TupleOf) else "ints" for t in types)
    return f"{form(program)} {min(kinds, key=KINDS.index, default=KINDS[-1])}"


def _verdict(name: str) -> Verdict | None:
    """Return the verdict that a class of reasons comes with."""
    kind = getattr(reasons, name, None)
    return kind.verdict if isinstance(kind, type) and issubclass(kind, Reason) else None
