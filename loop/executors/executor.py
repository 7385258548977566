"""A judgement as a question and an answer, and whoever answers: the same answer, whoever it is.

Why an answer from a worker process is believed. A judgement is made by `loop.examine` and `verify.judge`, the same code wherever
it runs. What a proposer wrote runs in neither process, but in the children of the sandbox; Lean and the solvers are children,
too, which answer over pipes. So a local worker, started by this process from this process's own files, under the same user, and
heard over a pipe that nobody else holds, is as good as this process itself: whoever could change what it says could change what
this process does. Its answer is data nevertheless. It is read by `loop.executors.wire`, which makes records of `verify` and
`loop` and calls nothing, and it passes `loop.keep` and `verify.graph.admit` like any other: the node is made here, from the
bytes of the task that this process asked about, and it does not enter unless the certificate binds exactly these bytes: spec,
old version, new version, statement and proof. An answer to another question does not fit.

A worker that is not a child of this process (Ray) is not believed: `trusted` is False, and what it accepted is proved once more
from the node's bytes, by `verify.judge.rejudge` in fresh processes of this machine, before it enters. All that such a worker can
do is to find a proof, or to refuse; a wrong refusal loses a candidate and admits nothing.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from loop.lemma_store import NOTHING, LemmaStore
from verify.ir import Value
from verify.task import Task

if TYPE_CHECKING:
    # a run with nothing to judge needs no prover
    from loop.examine import Examination
    from loop.tactic_order import Outcome


class Judge(Protocol):
    """Whoever gives verdicts: `loop.examine.Examiner`. It may keep `outcomes`, a list of what its scripts came to."""

    def examine(
        self, task: Task, *, lemmas: str = "", corpus: Sequence[tuple[Value, ...]] = (), store: LemmaStore = NOTHING
    ) -> "Examination":
        """Judge one task."""
        ...


Say = Callable[[str], None]
"""takes note of what a judge is about to do"""
Maker = Callable[[Say], Judge]
"""makes a judge; where it is sent to another process, one that can be pickled"""


@dataclass(frozen=True, slots=True)
class Question:
    """A task, and all that its judgement may depend on besides the judge itself."""

    task: Task
    lemmas: str = ""
    corpus: tuple[tuple[Value, ...], ...] = ()
    store: LemmaStore = NOTHING


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge said, what its scripts came to, and the seconds that it took."""

    examination: "Examination"
    outcomes: "tuple[Outcome, ...]" = ()
    seconds: float = 0.0


class Executor(Protocol):
    """Answers questions, several at a time, in any order."""

    @property
    def jobs(self) -> int:
        """How many questions are answered at a time."""
        ...

    @property
    def window(self) -> int:
        """How many questions should be out at a time."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether an acceptance needs no proof in this process's own children before it is kept."""
        ...

    def submit(self, question: Question, say: Say) -> "Future[Answer]":
        """Hand a question in; `say` hears how it goes, from any thread. What ends a run, such as a missing tool, is raised."""
        ...

    def close(self) -> None:
        """End all workers, with whatever they are at."""
        ...


def answered(judge: Judge, question: Question) -> Answer:
    """Have a judge answer a question; one that knows other questions, too, has a method `answer`."""
    own: Callable[[Question], Answer] | None = getattr(judge, "answer", None)
    if own is not None:
        return own(question)
    begun, outcomes = time.perf_counter(), getattr(judge, "outcomes", [])
    outcomes.clear()
    examination = judge.examine(question.task, lemmas=question.lemmas, corpus=question.corpus, store=question.store)
    return Answer(examination, tuple(outcomes), time.perf_counter() - begun)


class InProcess:
    """Judges here, one question at a time, when it is handed in."""

    jobs = 1
    window = 1
    trusted = True

    def __init__(self, make: Maker) -> None:
        """Make nothing; `make` is called with the first question."""
        self._make = make
        self._judge: Judge | None = None
        self._say: Say = lambda _: None

    def submit(self, question: Question, say: Say) -> "Future[Answer]":
        """Judge; what the judge raises is raised here."""
        self._say = say
        if self._judge is None:
            self._judge = self._make(self._pass_on)
        outcome: Future[Answer] = Future()
        outcome.set_result(answered(self._judge, question))
        return outcome

    def _pass_on(self, what: str) -> None:
        self._say(what)

    def close(self) -> None:
        """End the judge's processes."""
        close = getattr(self._judge, "close", None)
        if close is not None:
            close()
