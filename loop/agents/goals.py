"""What is left to prove of a candidate: the fact that the prover could not settle, and the goals that Lean shows of it.

An examiner that looks around before it gives up. It finds the proofs that any other finds; what it says of goals decides nothing.
"""

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from loop.bench import Bench
from loop.examine import ANY, Asked, Examiner, Found, Seen
from loop.gains import Gain, gain_opening
from loop.interact import UNSOLVED, Interaction, Workbench, is_state, to_state
from loop.lemma_store import LemmaStore
from loop.prover import OPENING, Prover
from loop.result_facts import fact_names
from verify.gates.kernel import Base, Kernel
from verify.ir import Value
from verify.proof import Declaration, Proof, split
from verify.reasons import ProofFailed, Reason
from verify.statement import Claim
from verify.task import Task

WHOLE: Final = "theorem accepted "
_OPEN: Final = re.compile(r"\bsorry\b")


@dataclass(frozen=True, slots=True)
class Goal:
    """A state as LeanDojo has it: its text as Lean shows it, and how many goals it has."""

    state: str
    goals: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one claim: the fact that is open, its head, its goals, and what is there already.

    `fact` is the name of a declaration of the candidate's own text where that is what Lean does not accept. `lean` is what Lean
    said last of it; `proved` holds the lemmas that were found and accepted on the way, `due` the facts that the claim asks for.
    """

    order: str | None
    due: tuple[str, ...]
    fact: str
    head: str
    goals: tuple[Goal, ...]
    lean: str
    proved: tuple[str, ...]
    statement: str


class GoalExaminer(Examiner):
    """An examiner that remembers in `left` what was left of each claim that it could not prove."""

    left: list[Left]

    def __init__(self, *arguments: Any) -> None:
        """Begin as an examiner does. Raises ToolchainMissing."""
        super().__init__(*arguments)
        self.left = []
        self._looking = False

    def look(self, task: Task, lemmas: str, store: LemmaStore, asked: Asked = ANY) -> Found | Reason:
        """Search for a proof, and judge nothing; a `sorry` in `lemmas` stands for a goal that is to be shown."""
        self._store, self._asked, self._looking = store, asked, True
        try:
            return self._search(task, _OPEN.sub("skip", lemmas), lambda: False, 0)
        finally:
            self._looking = False

    def _claimed(
        self,
        kernel: Kernel,
        task: Task,
        claim: Claim,
        seen: tuple[Seen, Seen],
        runs: Sequence[tuple[Value, ...]],
        lemmas: str,
        refused: Callable[[], bool],
    ) -> Found | Reason:
        """Prove one claim; a whole proof of the candidate's own is gone through here, where it is only looked at."""
        if not self._looking or WHOLE not in lemmas:
            return super()._claimed(kernel, task, claim, seen, runs, lemmas, refused)
        noted = self._noted(kernel, task, claim, seen, runs)
        if isinstance(noted, Reason):
            return noted
        draft, base = noted
        with contextlib.closing(Bench(kernel, base.env, refused)) as bench:
            for number, part in enumerate(parts := split(lemmas)):
                if bench.add(part.text) is not None:
                    texts = tuple(p.text for p in parts[:number])
                    self.left.append(_of_part(bench, part, task, draft, base, texts))
                    return ProofFailed(what="Lean does not accept the proof as it stands.", where=f"line {part.line}")
        return Found(replace(draft, text=lemmas), base.statement.text)

    def _prove(
        self, bench: Bench, task: Task, draft: Proof, seen: tuple[Seen, Seen], base: Base, gain: Gain | None, lemmas: str
    ) -> tuple[str | None, Prover]:
        """Prove one claim, or look at what is left of it while the bench still holds what was found."""
        text, prover = super()._prove(bench, task, draft, seen, base, gain, lemmas)
        if text is None and self._looking:
            # a declaration of the candidate's own that Lean does not accept is the first that the prover did not take
            own = split(lemmas)[len(prover.kept) :] if lemmas and not prover.unproved else ()
            kept = tuple(prover.kept)
            left = _of_part(bench, own[0], task, draft, base, kept) if own else _of_fact(bench, prover, task, draft, base, gain)
            self.left.append(left)
        return text, prover


def _of_part(bench: Bench, part: Declaration, task: Task, draft: Proof, base: Base, kept: tuple[str, ...]) -> Left:
    """Return what is left of a declaration of the candidate's own."""
    told = Workbench(*bench.top).look(part.text)
    found = re.match(r"(?:theorem|def) (\S+)", part.text)
    faults = [e for e in told.errors if not e.startswith(UNSOLVED)]
    goals = tuple(g for e in told.errors if e.startswith(UNSOLVED) for g in _shown(e.removeprefix(UNSOLVED)))
    said = "\n".join(faults) or ("unsolved goals" if goals else "")
    head = part.text.partition(":=")[0].strip()
    return Left(draft.order, _due(task, draft), found[1] if found else "", head, goals, said, kept, base.statement.text)


def _of_fact(bench: Bench, prover: Prover, task: Task, draft: Proof, base: Base, gain: Gain | None) -> Left:
    """Return what is left of the fact that the prover gave up."""
    head, opened = prover.left
    lines: Sequence[str] = opened
    if prover.unproved == "gain" and gain is not None:
        lines = gain_opening(task.spec, Claim(draft.order, draft.slack, draft.worst), gain).split("\n")
    elif not opened and "(h : Pre" in head:
        lines = (OPENING,)
    goals = () if not head else tuple(_opened(bench, prover.unproved, head, lines))
    said, kept = prover.last_error, tuple(prover.kept)
    statement = f"theorem {prover.unproved} {head}"
    return Left(draft.order, _due(task, draft), prover.unproved, statement, goals, said, kept, base.statement.text)


def _opened(bench: Bench, name: str, head: str, lines: Sequence[str]) -> Iterator[Goal]:
    """Yield the state of a fact with which a search would begin, or, where that cannot be shown, the one before any tactic."""
    for opening in dict.fromkeys((tuple(lines), ())):
        state = Interaction(Workbench(*bench.top), name, head, opening).open()
        if is_state(state):
            yield Goal(state.pp, state.num_goals)
            return


def _shown(text: str) -> Iterator[Goal]:
    """Yield the state that Lean's message shows; what cannot be read whole is shown as it came."""
    state = to_state(text, 0)
    yield Goal(state.pp, state.num_goals) if is_state(state) else Goal(text.strip(), text.count("⊢"))


def _due(task: Task, draft: Proof) -> tuple[str, ...]:
    """Return the names of the facts that the claim asks for, in the order of `statement_of`."""
    claim = Claim(draft.order, draft.slack, draft.worst)
    costs = "" if draft.order is None else " within reached" if draft.worst else " cost gain"
    return tuple(f"{fact_names(task.spec, claim)}{costs}".split())
