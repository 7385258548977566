"""Between the judge of a run and a proposer that wants to know: what became of a proposal goes back into its conversation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from loop.lemma_store import NOTHING, LemmaStore
from loop.models.workbench import GraphWorkbench
from loop.proposal import Proposer
from verify.ir import Value
from verify.task import Task
from verify.verdict import Verdict

if TYPE_CHECKING:
    from loop.examine import Examination, Examiner

Learn: TypeAlias = Callable[[bytes, bytes, Verdict], None]
"""takes a candidate's file, its lemmas, and what became of them"""


@dataclass(frozen=True, slots=True)
class Telling:
    """An examiner whose verdicts somebody is told."""

    examiner: "Examiner"
    learn: Learn

    def examine(
        self, task: Task, *, lemmas: str = "", corpus: Sequence[tuple[Value, ...]] = (), store: LemmaStore = NOTHING
    ) -> "Examination":
        """Judge one task, and tell what came of it."""
        made = self.examiner.examine(task, lemmas=lemmas, corpus=corpus, store=store)
        if task.new is not None:
            self.learn(task.new.source.content, lemmas.encode(), made.verdict)
        return made


def heard(proposer: Proposer, judge: "Callable[[], Examiner]") -> "Callable[[], Examiner | Telling]":
    """Return a judge that tells the proposer its verdicts, where that can make use of them; its workbench gets the judge too."""
    learn: Learn | None = getattr(proposer, "learn", None)
    if learn is None:
        return judge
    bench = getattr(proposer, "workbench", None)
    if isinstance(bench, GraphWorkbench):
        bench.judge = judge
    return lambda: Telling(judge(), learn)
