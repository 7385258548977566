"""The rounds of a run: pick targets, ask the proposer, leave out what was judged before, judge, then keep it or learn from it.

Nothing here decides. An acceptance is the verifier's word, and its node enters through `verify.graph.admit` at once.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from loop import journal as journals
from loop.journal import Journal
from loop.keep import Standing, baseline_task, keep, keep_lemma, standing
from loop.lemma_store import NOTHING, LemmaStore, store_of
from loop.normal import candidate_digest, normal_text
from loop.proposal import Brief, Proposal, Proposer, ProposerFailed, Refused
from loop.recording import Entry as Recorded
from loop.recording import Recorder
from verify.canonical import Digest
from verify.components import linked
from verify.graph import Graph, load
from verify.ir import Value
from verify.judge import version_of
from verify.lemma import Lemma
from verify.limits import Limits
from verify.reasons import Counterexample, GraphConflict, Malformed, Reason, Refusal
from verify.reasons import Verdict as VerdictName
from verify.spec import Spec, to_candidate
from verify.task import Task, Version
from verify.types import is_value, key
from verify.verdict import Accept, Seconds

if TYPE_CHECKING:
    from loop.examine import Examination

Came: TypeAlias = Literal["accepted", "refused", "known", "over"]
"""what became of one proposal: `known` was judged before, `over` came after the end of the budget"""
Outcome: TypeAlias = Literal["improved", "already improved", "no improvement found", "baseline not accepted", "not reached"]
LEARNED: int = 50
"""most past refusals of a target that a brief carries"""
CORPUS: int = 100
"""most past counterexamples of a target that are tried first"""


class Judge(Protocol):
    """Whoever gives verdicts: `loop.examine.Examiner`."""

    def examine(
        self, task: Task, *, lemmas: str = "", corpus: Sequence[tuple[Value, ...]] = (), store: LemmaStore = NOTHING
    ) -> "Examination":
        """Judge one task."""
        ...


class Watch(Protocol):
    """Whoever shows a run while it goes on."""

    def stage(self, target: "Target", what: str) -> None:
        """Take note of what is being done for a target."""
        ...

    def note(self, message: str) -> None:
        """Take note of something that a reader of the run should know."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run may do; `seconds` is wall clock, None without end."""

    folder: Path
    rounds: int
    seconds: float | None
    seed: int
    limits: Limits
    judge: Digest
    """see `journal.judge_digest`"""


@dataclass(slots=True, eq=False)
class Target:
    """One target in the course of a run."""

    spec: Spec
    stands: Standing
    active: bool = True
    admitted: int = 0
    """improvements that this run added"""
    proposals: int = 0
    seconds: float = 0.0
    reason: Reason | None = None
    """why the baseline was not accepted"""
    recorded: journals.Entry | None = None
    """the same, where an earlier run found it out"""
    refusals: list[Refused] = field(default_factory=list)
    corpus: list[tuple[Value, ...]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The function's name."""
        return self.spec.name

    @property
    def outcome(self) -> Outcome:
        """What came of the target, as a reader is told."""
        if self.stands.head is None:
            return "baseline not accepted" if self.reason or self.recorded else "not reached"
        if self.stands.improved:
            return "improved" if self.admitted else "already improved"
        return "no improvement found"


@dataclass(slots=True)
class Tally:
    """Counts of a run: judgements by verdict, and proposals that were known already."""

    accept: int = 0
    reject: int = 0
    decline: int = 0
    error: int = 0
    known: int = 0
    proposals: int = 0
    lemmas: int = 0
    """lemmas that this run added to the graph"""
    faults: int = 0
    """answers of a model that were no proposals"""

    @property
    def judgements(self) -> int:
        """How many verdicts there were."""
        return self.accept + self.reject + self.decline + self.error

    def count(self, verdict: VerdictName) -> None:
        """Count one verdict."""
        setattr(self, verdict, getattr(self, verdict) + 1)


class Rounds:
    """One run over a graph folder; what it found stands in `targets`, `tally` and `failed` when `run` returns."""

    def __init__(
        self,
        plan: Plan,
        specs: Sequence[Spec],
        proposer: Proposer,
        judge: Callable[[], Judge],
        journal: Journal,
        watch: Watch,
        recorder: Recorder | None = None,
    ) -> None:
        """Read the graph; `judge` is called when there is something to judge, and not before.

        Raises Refusal where the graph is not sound.
        """
        self.plan, self.proposer, self.judge, self.journal = plan, proposer, judge, journal
        self.watch, self.recorder, self.tally = watch, recorder, Tally()
        self.failed: ProposerFailed | None = None
        self._start = time.monotonic()
        self.graph = self._load()
        self.targets = [self._target(spec) for spec in specs]

    @property
    def seconds(self) -> float:
        """Wall clock since the start."""
        return time.monotonic() - self._start

    @property
    def over(self) -> bool:
        """Whether the budget of time is used up."""
        return self.plan.seconds is not None and self.seconds >= self.plan.seconds

    def run(self) -> None:
        """Go through the rounds until no target is left on which anything new came up.

        Raises Refusal where the graph can no longer be read or written.
        """
        for number in range(self.plan.rounds):
            active = [t for t in self.targets if t.active]
            if not active or self.over:
                break
            for target in active:
                start = time.monotonic()
                try:
                    if not self.over and (target.stands.head or self._baseline(target)) and not self.failed:
                        target.active = self._round(target, number)
                finally:
                    target.seconds += time.monotonic() - start
                    self.watch.stage(target, "")

    def _load(self) -> Graph:
        found = load(self.plan.folder)
        if isinstance(found, Reason):
            raise Refusal(found)
        return found

    def _target(self, spec: Spec) -> Target:
        """Make a target, with what earlier runs learned about it."""
        target = Target(spec, standing(self.graph, spec))
        due = [p.type for p in spec.program.parameters]
        for entry in self.journal.entries:
            if entry.spec == target.stands.spec.id and entry.verdict != "accept":
                _learn(target, entry.program, entry.reason or "", entry.message)
                given = entry.arguments
                if given is not None and len(given) == len(due) and all(map(is_value, given, due)):
                    target.corpus.append(given)
        return target

    def _baseline(self, target: Target) -> bool:
        """Judge a baseline and admit it; say whether it is in the graph now."""
        target.active = False
        target.recorded = self.journal.known(target.stands.spec.id, None, target.spec.digest, self.plan.judge)
        if target.recorded is not None and target.recorded.verdict != "accept":
            self.tally.known += 1
            return False
        target.recorded = None
        self.watch.stage(target, "baseline")
        came = self._judge(target, baseline_task(target.spec), "", target.spec.digest)
        target.active = came is None
        target.reason = came
        return target.active

    def _round(self, target: Target, number: int) -> bool:
        """Ask for one brief and judge what comes, each against the head of that moment; say whether to ask again."""
        self.watch.stage(target, "asking for proposals")
        fresh = False
        try:
            brief = self._brief(target, number)
            for proposal in self.proposer.propose(brief):
                if self.recorder:
                    self.recorder.append(Recorded(number, proposal))
                came = self._proposal(target, proposal)
                if came == "over":
                    return False
                fresh |= came != "known"
        except ProposerFailed as failed:
            self.failed = failed
            self.watch.note(f"{failed}")
            return False
        faults = list(getattr(self.proposer, "last_faults", ()))
        self.tally.faults += len(faults)
        for fault in faults:
            self.watch.note(f"{target.name}: an answer was no proposal: {fault}")
        return fresh or bool(faults)

    def _brief(self, target: Target, number: int) -> Brief:
        refusals = tuple(target.refusals[-LEARNED:])
        return Brief(target.spec, self._head(target), refusals, self.plan.seed, number)

    def _head(self, target: Target) -> Version:
        if target.stands.head is None:
            raise LookupError(f"`{target.name}` has no head")
        return version_of(target.stands.head, target.spec, self.plan.limits)

    def _proposal(self, target: Target, proposal: Proposal) -> Came:
        """Judge one proposal unless it was judged before against the same head."""
        self.tally.proposals += 1
        target.proposals += 1
        if self.over:
            return "over"
        try:
            label, limits = f"{target.name} by {proposal.origin}", self.plan.limits
            content = linked(proposal.program, label, self.graph.nodes, limits, target.stands.spec.id)
            source, program = to_candidate(content, label, target.spec, limits)
            text, new, refused = normal_text(source, target.name), Version(source, program), None
        except Refusal as refusal:
            text, new, refused = proposal.program.decode(errors="replace"), None, refusal.reason
        candidate = candidate_digest(target.spec.digest, text, proposal.lemmas)
        if self._known(target, candidate, text):
            self.tally.known += 1
            return "known"
        try:
            lemmas = proposal.lemmas.decode()
        except UnicodeDecodeError:
            lemmas, refused = "", refused or Malformed(what="the lemmas are not UTF-8.", where=proposal.origin)
        self.watch.stage(target, f"judging {proposal.idea or 'a proposal'}")
        if new is None or refused is not None:
            reason: Reason = refused or Malformed(what="no program.")
            self._write(target, candidate, reason.verdict, reason, "policy", (), proposal.program)
            return "refused"
        task = Task(target.spec, self._head(target), new, target.stands.tier)
        return "refused" if self._judge(target, task, lemmas, candidate) else "accepted"

    def _known(self, target: Target, candidate: Digest, text: str) -> bool:
        """Say whether a candidate was judged against this head, or is one of the versions that the graph holds already."""
        head = target.stands.head
        entry = self.journal.known(target.stands.spec.id, head.id if head else None, candidate, self.plan.judge)
        # what a journal calls accepted counts only where the graph holds it
        if entry is not None and (entry.verdict != "accept" or entry.node in self.graph.nodes):
            return True
        versions = (version_of(node, target.spec, self.plan.limits) for node in target.stands.line)
        return any(normal_text(v.source, target.name) == text for v in versions)

    def _judge(self, target: Target, task: Task, lemmas: str, candidate: Digest) -> Reason | None:
        """Have a task judged, admit it where it is accepted, and write the judgement down; None where it entered."""
        corpus = tuple({key(v): v for v in target.corpus[-CORPUS:]}.values())
        examination = self.judge().examine(task, lemmas=lemmas, corpus=corpus, store=store_of(self.graph))
        verdict = examination.verdict
        if not isinstance(verdict, Accept):
            program = task.new.source.content if task.new else b""
            self._write(target, candidate, verdict.name, verdict.reason, verdict.gate, verdict.seconds, program)
            return verdict.reason
        self.watch.stage(target, "admitting")
        kept = keep(self.graph, self.plan.folder, target.stands, task, examination)
        if isinstance(kept, Reason):
            if not isinstance(kept, GraphConflict):
                raise Refusal(kept)
            # somebody else admitted to this target in the meantime: go on from the head that is there now
            self.watch.note(str(kept))
            self.graph = self._load()
            target.stands = standing(self.graph, target.spec)
            return None if target.stands.head and task.new is None else kept
        self.graph, node = kept
        self._write(target, candidate, "accept", None, "", verdict.seconds, b"", node.id)
        target.stands = standing(self.graph, target.spec)
        target.admitted += task.new is not None
        self._keep_lemmas(examination.lemmas)
        return None

    def _keep_lemmas(self, lemmas: Sequence[tuple[Lemma, Accept]]) -> None:
        """Admit the accepted lemmas behind an accepted proof."""
        for lemma, verdict in lemmas:
            kept = keep_lemma(self.graph, self.plan.folder, lemma, verdict)
            if isinstance(kept, Reason):
                self.watch.note(str(kept))
                return
            self.graph = kept
            self.tally.lemmas += 1

    def _write(
        self,
        target: Target,
        candidate: Digest,
        verdict: VerdictName,
        reason: Reason | None,
        gate: str,
        seconds: Seconds,
        program: bytes,
        node: Digest | None = None,
    ) -> None:
        """Count a judgement, write it to the journal, and remember what it teaches."""
        self.tally.count(verdict)
        head = target.stands.head
        kind = type(reason).__name__ if reason else None
        arguments = reason.arguments if isinstance(reason, Counterexample) else None
        text = program.decode(errors="replace")
        entry = journals.Entry(
            target=target.name, spec=target.stands.spec.id, head=head.id if head else None, candidate=candidate,
            judge=self.plan.judge, verdict=verdict, reason=kind, message=str(reason or ""), gate=gate,
            seconds=round(sum(s for _, s in seconds), 3), arguments=arguments, program=text, node=node,
        )  # fmt: skip
        self.journal.append(entry)
        if reason is not None:
            _learn(target, text, kind or "", str(reason))
            if arguments is not None:
                target.corpus.append(arguments)


def _learn(target: Target, program: str, reason: str, message: str) -> None:
    """Remember a refused candidate for the next brief; a baseline's own refusal teaches nothing."""
    if program:
        target.refusals.append(Refused(program, reason, message))
