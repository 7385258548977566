"""Instructions for models, evolved with GEPA on verified yield: they are as good as what the judge made of the answers to them.

A judge says how far an answer got, and nothing that a model writes has a part in that. Each target is asked about once for each
text, in the same words but for that text and with the same seed. The targets are those that the loop learns from; whether the
best text is a policy is for a trial on others to say.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gepa.api import optimize
from gepa.core.adapter import EvaluationBatch, GEPAAdapter
from gepa.core.state import GEPAState

from loop.models.workbench import Report, Workbench
from loop.policies.reflecting import ACCEPTED, DECLINED, NONE, REFUSED, UNREAD, Answered, to_instructions, to_question
from loop.proposal import Brief, ProposerFailed, Refused
from loop.proposers.openai import OpenAI
from verify.canonical import Digest
from verify.policy import Evidence
from verify.reasons import (
    BadContract,
    Forbidden,
    IllTyped,
    Malformed,
    NoComponent,
    NoTarget,
    SignatureMismatch,
    Unsupported,
)
from verify.spec import Spec
from verify.task import Version

PART: Final = "instructions"
BATCH: Final = 3
"""targets that a new text is tried on before all others"""
PATIENCE: Final = 6
"""answers about instructions in a row that bring none that are new, after which no more are asked for"""
MEASURE: Final = f"how far the best answer to the targets that were learned from got, {ACCEPTED} where it was accepted"
_READING: Final = frozenset(c.__name__ for c in (
    Malformed, Forbidden, Unsupported, IllTyped, NoTarget, BadContract, SignatureMismatch, NoComponent,
))  # fmt: skip
"""reasons for which a program is not even run"""


class Over(Exception):  # noqa: N818 - an outcome that ends the evolution
    """A budget is used up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evolved:
    """What an evolution came to; `best` is the present text where no other did better on all targets."""

    present: str
    best: str
    tried: str | None
    """the new text that did best on what it was tried on; None where there was none"""
    evidence: Evidence
    """of that text against the present one, on the targets that were learned from; it is no policy's evidence"""
    texts: int
    calls: int
    ended: str
    """why no more could be asked; empty where nothing stood in the way"""


@dataclass(slots=True, kw_only=True)
class Evolution(GEPAAdapter[Spec, Answered, Answered]):
    """Evaluates instructions for GEPA, and asks the models for new ones; `calls` limits the conversations about targets.

    `bench` judges as a whole: its `passed` is an acceptance.
    """

    proposer: OpenAI
    bench: Workbench
    specs: Sequence[Spec]
    calls: int
    seed: int = 0
    look: Callable[[], None] = lambda: None
    """called before each conversation; what it raises ends the evolution"""
    used: int = 0
    """conversations so far"""
    asked: int = 0
    """times that new instructions were asked for"""
    idle: int = 0
    """of these, the last ones in a row that brought none"""
    ended: ProposerFailed | None = None
    known: dict[str, dict[Digest, Answered]] = field(default_factory=dict)
    """what came of each text, by the targets' digests"""

    def run(self, present: str) -> Evolved:
        """Evolve, from the present instructions on. Raises ProposerFailed where these could not be tried on all targets."""
        try:
            optimize(
                {PART: present}, trainset=list(self.specs), adapter=self, custom_candidate_proposer=self.propose,
                reflection_minibatch_size=min(BATCH, len(self.specs)), perfect_score=1.0, seed=self.seed,
                stop_callbacks=self.over, logger=_Silent(), track_best_outputs=False,
            )  # fmt: skip
        except Over:
            if len(self.known.get(present, ())) < len(self.specs):
                raise self.ended or ProposerFailed("There are too few calls.", "Allow more of them.") from None
        return self._evolved(present)

    def over(self, gepa_state: GEPAState[Answered, int]) -> bool:
        """Say whether to stop: no more can be asked, nothing can get better, or as many rounds as calls did not use these up."""
        done = any(sum(a.mark for a in of.values()) == ACCEPTED * len(self.specs) for of in self.known.values())
        stopped = self.ended is not None or self.proposer.stop.is_set() or self.idle >= PATIENCE
        return done or stopped or max(self.used, gepa_state.i + 1) >= self.calls

    # -- what GEPA calls ---------------------------------------------------------------------------------------------------------

    def evaluate(
        self, batch: list[Spec], candidate: dict[str, str], capture_traces: bool = False  # noqa: FBT001, FBT002 - as GEPA has it
    ) -> EvaluationBatch[Answered, Answered]:
        """Return how far the best answer to each target got, as a share of an acceptance. Raises Over."""
        before = self.used
        found = [self._answered(candidate[PART], spec) for spec in batch]
        scores = [a.mark / ACCEPTED for a in found]
        return EvaluationBatch(found, scores, found if capture_traces else None, num_metric_calls=self.used - before)

    def make_reflective_dataset(
        self, candidate: dict[str, str], eval_batch: EvaluationBatch[Answered, Answered], components_to_update: list[str]
    ) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """Return what came of a text, the least first."""
        del candidate
        found = sorted(eval_batch.trajectories or (), key=lambda a: a.mark)
        return {part: [{"answered": a} for a in found] for part in components_to_update}

    def propose(
        self,
        candidate: dict[str, str],
        reflective_dataset: Mapping[str, Sequence[Mapping[str, Any]]],
        components_to_update: list[str],
    ) -> dict[str, str]:
        """Ask for other instructions; nothing is returned where none came that could be told to models."""
        del components_to_update
        found: list[Answered] = [record["answered"] for record in reflective_dataset[PART]]
        question = to_question(candidate[PART], found)
        place, self.asked, self.idle = f"instructions {self.asked}", self.asked + 1, self.idle + 1
        try:
            answer = self.proposer.text(place, question, self.asked - 1, self.seed)
        except ProposerFailed as failed:
            self.ended = failed
            return {}
        try:
            text = to_instructions(answer or "")
        except ValueError:
            return {}
        if text in self.known:
            return {}
        self.idle = 0
        return {PART: text}

    # -- one conversation --------------------------------------------------------------------------------------------------------

    def _answered(self, text: str, spec: Spec) -> Answered:
        of = self.known.setdefault(text, {})
        if spec.digest not in of:
            if self.used >= self.calls or self.ended is not None:
                raise Over
            self.look()
            self.used += 1
            try:
                of[spec.digest] = self._conversed(text, spec)
            except ProposerFailed as failed:
                self.ended = failed
                raise Over from None
        return of[spec.digest]

    def _conversed(self, text: str, spec: Spec) -> Answered:
        """Ask about a target, and have the answers judged as a run does. Raises ProposerFailed."""
        asked = self.proposer
        asked.settings = replace(asked.settings, instructions=text)
        brief = Brief(spec, Version(spec.source, spec.program), (), self.seed, 0)
        mark, refused = NONE, list[Refused]()
        for proposal in asked.propose(brief):
            report = self.bench.check(brief, proposal.program, proposal.lemmas, whole=True)
            mark = max(mark, mark_of(report))
            if report.verdict != "passed":
                refused.append(Refused(proposal.program.decode(errors="replace"), report.reason, report.message))
            verdict = "accept" if report.verdict == "passed" else report.verdict
            asked.learn(proposal, verdict, report.reason, report.message)
        return Answered(spec, mark, tuple(refused), tuple(asked.last_faults))

    # -- what came of it ---------------------------------------------------------------------------------------------------------

    def _evolved(self, present: str) -> Evolved:
        whole = [t for t, of in self.known.items() if len(of) == len(self.specs)]
        others = [t for t, of in self.known.items() if t != present and of]
        best = max(whole, key=lambda t: sum(a.mark for a in self.known[t].values()))  # of equals the first
        tried = best if best != present else max(others, key=lambda t: self._gain(present, t), default=None)
        return Evolved(
            present=present, best=best, tried=tried, evidence=self._evidence(present, tried), texts=len(others),
            calls=self.used, ended=str(self.ended or ""),
        )  # fmt: skip

    def _gain(self, present: str, text: str) -> int:
        return sum(a.mark - self.known[present][key].mark for key, a in self.known[text].items())

    def _evidence(self, present: str, text: str | None) -> Evidence:
        """Return what was measured of a text and the present one where both were tried; of targets of one name, their sum."""
        both: dict[str, tuple[int, int]] = {}
        for key, after in (self.known[text] if text is not None else {}).items():
            old, new = both.get(after.spec.name, (0, 0))
            both[after.spec.name] = old + self.known[present][key].mark, new + after.mark
        names = tuple(sorted(both))
        before, after_ = (tuple(both[n][side] for n in names) for side in (0, 1))
        return Evidence(MEASURE, f"one conversation for each of {len(names)} targets", names, (self.seed,), before, after_)


def mark_of(report: Report) -> int:
    """Return how far a candidate got by what a whole judgement said; an error of a tool says nothing against it."""
    if report.verdict == "passed":
        return ACCEPTED
    if report.reason in _READING:
        return UNREAD
    return REFUSED if report.verdict == "reject" else DECLINED


class _Silent:
    """Takes what GEPA says of its rounds; what came of them is told by `Evolved`."""

    def log(self, message: str) -> None:
        """Keep nothing."""
