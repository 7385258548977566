"""What a worker process of the server is asked, what it answers, and the judge that answers there.

Whatever a client hands in is looked at in such a process, and nowhere else: it can be ended at any time, with all that it began.
Its answers are records, read as `loop.executors.wire` reads them. What an examination says of an acceptance counts no more than
it does from any judge: the door is elsewhere.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from loop.agents.goals import GoalExaminer, Left
from loop.examine import ANY, Asked, Examination
from loop.executors.executor import Answer, Question, Say
from loop.executors.judges import Examining
from loop.orders import cost_text
from loop.tactic_order import TacticOrder
from verify.counterexample import text
from verify.gates.examples import baseline_runs, costs
from verify.ir import Value
from verify.judge import Screened, screen
from verify.limits import DEFAULT
from verify.python_run import function_text, run_calls
from verify.reasons import CostNotLower, ProofMissing, Reason, Refusal
from verify.task import Task
from verify.verdict import to_verdict

Kind: TypeAlias = Literal["judge", "goals", "runs", "cost"]
"""all gates; what is left to prove; the gates that can only refuse; what both versions cost"""
NEW: Final = "__new__"
PASSED: Final = "runs"
"""the gate that an answer to `runs` names where none found a fault"""
STOPPED: Final = Examination(to_verdict(ProofMissing(what="nothing was to be proved."), "search", ()))
"""what an answer holds in the place of a judgement where none was asked for"""


@dataclass(frozen=True, slots=True)
class Inquiry(Question):
    """A question of a kind; `asked` is what is to be proved of the costs."""

    kind: Kind = "judge"
    asked: Asked = ANY


@dataclass(frozen=True, slots=True)
class Dearer:
    """An allowed input on which the candidate takes more ticks than the version to beat."""

    arguments: tuple[Value, ...]
    old: int
    new: int
    got: str
    """what the candidate returns there in CPython, or why that is not known"""


@dataclass(frozen=True, slots=True)
class Compared:
    """Costs on the inputs that were drawn: on how many of them the candidate is cheaper and dearer, and where it is dearest."""

    inputs: int
    cheaper: int
    dearer: int
    worst: Dearer | None


@dataclass(frozen=True, slots=True)
class Told(Answer):
    """An answer with what else was asked for."""

    left: tuple[Left, ...] = ()
    proved: bool = False
    """of `goals`: a proof was found, which no judge has seen"""
    cost: tuple[str | None, str | None] = (None, None)
    compared: Compared | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """Makes the judge of a worker, in whichever process it is called."""

    examining: Examining

    def __call__(self, say: Say) -> "AgentJudge":
        """Look for no Lean before a proof is due."""
        return AgentJudge(self.examining, say)


class AgentJudge:
    """Answers inquiries; the examiner, with its Lean, is made with the first one that needs it."""

    def __init__(self, examining: Examining, say: Say) -> None:
        """Begin nothing; `say` hears what is being done."""
        self._examining, self._say = examining, say
        self._examiner: GoalExaminer | None = None

    def answer(self, question: Question) -> Answer:
        """Answer a question. Raises ToolchainMissing where a proof is due and there is no Lean."""
        begun = time.perf_counter()
        kind = question.kind if isinstance(question, Inquiry) else "judge"
        answers: dict[Kind, Callable[[Question], Told]] = {
            "judge": self._judged, "goals": self._goals, "runs": self._ran, "cost": self._cost,
        }  # fmt: skip
        return replace(answers[kind](question), seconds=time.perf_counter() - begun)

    def examine(self, task: Task, **_: object) -> Examination:
        """Judge one task, as `Judge` has it."""
        return self._searching().examine(task)

    def _searching(self) -> GoalExaminer:
        if self._examiner is None:
            made = self._examining
            self._examiner = GoalExaminer(made.lean, DEFAULT, self._say, TacticOrder(dict(made.counts), made.tactics))
        self._examiner.outcomes.clear()
        self._examiner.left.clear()
        return self._examiner

    def _judged(self, question: Question) -> Told:
        examiner, asked = self._searching(), _asked(question)
        examination = examiner.examine(
            question.task, lemmas=question.lemmas, corpus=question.corpus, store=question.store, asked=asked
        )
        return Told(examination, tuple(examiner.outcomes))

    def _goals(self, question: Question) -> Told:
        """Look for a proof once the gates that refuse let the task pass."""
        self._say("examples and smt")
        screened = screen(question.task, question.corpus, DEFAULT)
        if not isinstance(screened, Screened):
            return Told(Examination(screened))
        begun, examiner = time.perf_counter(), self._searching()
        found = examiner.look(question.task, question.lemmas, question.store, _asked(question))
        seconds = (*screened.seconds, ("search", time.perf_counter() - begun))
        if isinstance(found, Reason):
            return Told(Examination(to_verdict(found, "search", seconds)), left=tuple(examiner.left))
        return Told(STOPPED, left=tuple(examiner.left), proved=True)

    def _ran(self, question: Question) -> Told:
        """Put a task to the gates that can only refuse, and compare costs."""
        self._say("examples and smt")
        screened = screen(question.task, question.corpus, DEFAULT)
        if not isinstance(screened, Screened):
            dearer = _compared(question.task) if isinstance(screened.reason, CostNotLower) else None
            return Told(Examination(screened), compared=dearer)
        self._say("comparing costs")
        passed = Examination(to_verdict(ProofMissing(what="no fault was found; nothing is proved."), PASSED, screened.seconds))
        return Told(passed, cost=cost_text(question.task, DEFAULT), compared=_compared(question.task))

    def _cost(self, question: Question) -> Told:
        return Told(STOPPED, cost=cost_text(question.task, DEFAULT))


def _asked(question: Question) -> Asked:
    """Return what is to be proved of the costs; of a baseline nothing is."""
    return question.asked if isinstance(question, Inquiry) and question.task.new is not None else ANY


def _compared(task: Task) -> Compared | None:
    """Compare both versions on the inputs that the gate examples draws for the baseline; None where nothing can be compared."""
    runs = baseline_runs(task.spec, DEFAULT)
    if task.new is None or isinstance(runs, Reason):
        return None
    found = costs(task, [r.arguments for r in runs], DEFAULT)
    dearer = [f for f in found if f[2] > f[1]]
    worst = max(dearer, key=lambda f: f[2] - f[1], default=None)
    shown = None if worst is None else Dearer(*worst, _returned(task, worst[0]))
    return Compared(len(found), sum(new < old for _, old, new in found), len(dearer), shown)


def _returned(task: Task, arguments: tuple[Value, ...]) -> str:
    """Run the candidate on an input in CPython, in the sandbox."""
    try:
        (ran,) = run_calls(function_text(task.judged, task.spec.name, NEW), [(NEW, arguments)], DEFAULT)
    except Refusal as refusal:
        return str(refusal.reason)
    return ran.gave_up or (f"raises {ran.raised}" if ran.raised else text(ran.value))
