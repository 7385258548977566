"""A target in the course of a run, and what a run counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from loop import journal as journals
from loop.budget import Budget
from loop.journal import Journal
from loop.keep import Standing
from loop.library.offering import NOTHING, Weights
from loop.proposal import Refused
from loop.strategy import View
from verify.canonical import Digest
from verify.governance import Governance
from verify.ir import Value
from verify.limits import Limits
from verify.reasons import HeldForReview, Reason
from verify.reasons import Verdict as VerdictName
from verify.spec import Spec
from verify.types import is_value

Outcome: TypeAlias = Literal[
    "improved", "already improved", "held for review", "no improvement found", "baseline not accepted", "not reached"
]
LEARNED: int = 50
"""most past refusals of a target that a brief carries"""
CORPUS: int = 100
"""most past counterexamples of a target that are tried first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run may do."""

    folder: Path
    rounds: int
    seed: int
    limits: Limits
    judge: Digest
    """see `journal.judge_digest`"""
    budget: Budget = field(default_factory=Budget)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    """what the journal says of how the run was called"""
    governance: Governance = field(default_factory=Governance)
    """what policy.toml says"""
    review: bool = False
    """whether every version that supersedes another waits for a person's word"""
    weights: Weights = NOTHING
    """what is known of the worth of lemmas; a run that is gone on with takes those that it began with"""
    anew: bool = False
    """whether what was judged before, and not accepted, is judged once more"""


@dataclass(slots=True, eq=False)
class Target:
    """One target in the course of a run."""

    spec: Spec
    stands: Standing
    admitted: int = 0
    """improvements that this run added"""
    held: int = 0
    """improvements that this run put into the review queue"""
    proposals: int = 0
    seconds: float = 0.0
    """of asking and judging, summed over the workers"""
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
    def dead(self) -> bool:
        """Whether the baseline was judged and not accepted."""
        return self.stands.head is None and (self.reason is not None or self.recorded is not None)

    @property
    def outcome(self) -> Outcome:
        """What came of the target, as a reader is told."""
        if isinstance(self.reason, HeldForReview):
            return "held for review"
        if self.stands.head is None:
            return "baseline not accepted" if self.dead else "not reached"
        if self.stands.improved:
            return "improved" if self.admitted else "already improved"
        return "held for review" if self.held else "no improvement found"

    @property
    def view(self) -> View:
        """What a strategy sees of it."""
        head = self.stands.head
        return View(self.spec, head.id if head else None, self.stands.improved, self.dead)

    def learn(self, program: str, reason: str, message: str, arguments: tuple[Value, ...] | None) -> None:
        """Remember a refused candidate for later briefs, and its counterexample; a baseline's own refusal teaches nothing."""
        if program:
            self.refusals = [*self.refusals, Refused(program, reason, message)][-LEARNED:]
        if arguments is not None:
            self.corpus = [*self.corpus, arguments][-CORPUS:]


def target_of(spec: Spec, stands: Standing, journal: Journal) -> Target:
    """Make a target, with what earlier runs learned about it."""
    target = Target(spec, stands)
    for entry in journal.refused(stands.spec.id, LEARNED):
        target.learn(entry.program, entry.reason or "", entry.message, None)
    due = [p.type for p in spec.program.parameters]
    for given in journal.hits(stands.spec.id, CORPUS):
        if len(given) == len(due) and all(map(is_value, given, due)):
            target.corpus.append(given)
    return target


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


class Watch(Protocol):
    """Whoever shows a run while it goes on."""

    def stage(self, target: Target, what: str) -> None:
        """Take note of what is being done for a target."""
        ...

    def note(self, message: str) -> None:
        """Take note of something that a reader of the run should know."""
        ...


