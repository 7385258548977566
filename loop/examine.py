"""Judges a task from end to end: the gates that refuse, the search for a proof, and the accepting check in a fresh process."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from loop.bench import Bench, BenchLost
from loop.hints import VARIANTS, to_notes
from loop.observe import Loop, inputs, observe
from loop.orders import claims, cost_text, gain_of
from loop.prover import Gain, Prover, Side
from loop.whole import whole_forms
from verify import ir
from verify.canonical import Digest
from verify.gates.kernel import Base, Kernel
from verify.ir import Program, Value
from verify.judge import Screened, decide, screen
from verify.lean_library import LibraryBroken
from verify.limits import DEFAULT, Limits
from verify.notes import Note, annotate
from verify.proof import Proof, split
from verify.reasons import ProofMissing, Reason, Refusal, TimedOut, ToolBroken
from verify.session import SessionLost
from verify.spec import Order
from verify.standby import Standby, start_kernel
from verify.statement import Claim
from verify.task import Task
from verify.toolchain import Preference, find
from verify.verdict import Accept, Verdict, to_verdict

Loops = tuple[dict[int, Loop], dict[int, Loop]]
"""the loops of both versions as observed"""
SEARCH_SECONDS = 45
"""wall clock of one request while searching"""


@dataclass(frozen=True, slots=True)
class Examination:
    """A verdict with what belongs to it; proof and statement are there on acceptance."""

    verdict: Verdict
    proof: Proof | None = None
    statement: str = ""
    order: Order | None = None
    cost_old: str | None = None
    cost_new: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A proof that the search found, with the statement it is about."""

    proof: Proof
    statement: str


class Examiner:
    """Holds a warm Lean session for searching and a fresh one in waiting; both start when they are first needed."""

    def __init__(self, lean: Preference = "auto", limits: Limits = DEFAULT, say: Callable[[str], None] = lambda _: None) -> None:
        """Find Lean. Raises ToolchainMissing."""
        self.toolchain = find(lean)
        self.limits = limits
        self._say = say
        self._standby = Standby(self.toolchain, limits)
        self._searching: Kernel | None = None
        self._baseline: tuple[Digest, Kernel] | None = None

    def __enter__(self) -> Self:
        """Return the examiner itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End both processes."""
        self.close()

    def close(self) -> None:
        """End both processes."""
        self._standby.close()
        self._drop()
        self._end_baseline()

    def _end_baseline(self) -> None:
        if self._baseline is not None:
            self._baseline[1].session.close()
            self._baseline = None

    def _fresh(self, task: Task) -> Kernel:
        """Return a process that has seen no candidate: the one that judged this target's baseline, or a new one.

        A process that judged nothing but baselines is kept for the next baseline, or the first candidate of its last target.
        """
        seen, self._baseline = self._baseline, None
        if seen is not None and (task.new is None or seen[0] == task.spec.digest):
            kernel = seen[1]
        else:
            if seen is not None:
                seen[1].session.close()
            kernel = self._standby.take()
        if task.new is None:
            self._baseline = task.spec.digest, kernel
        self._standby.warm()
        return kernel

    def _drop(self) -> None:
        if self._searching is not None:
            self._searching.session.close()
            self._searching = None

    def _kernel(self) -> Kernel:
        if self._searching is None:
            search = replace(self.limits, lean_seconds=min(SEARCH_SECONDS, self.limits.lean_seconds))
            self._searching = start_kernel(self.toolchain, search)
        return self._searching

    def examine(self, task: Task, *, lemmas: str = "", corpus: Sequence[tuple[Value, ...]] = ()) -> Examination:
        """Judge a task; `lemmas` is Lean text of the candidate's own, a whole proof where it ends in `accepted`."""
        self._say("examples and smt")
        hint = None
        if task.new is not None and not task.new.program.loops:
            hint = next((e for e, _ in whole_forms(task.spec, task.old.program, self.limits)), None)
        screened = screen(task, corpus, self.limits, hint)
        if not isinstance(screened, Screened):
            return Examination(screened)
        begun = time.perf_counter()
        found = self._search(task, lemmas)
        screened = replace(screened, seconds=(*screened.seconds, ("search", time.perf_counter() - begun)))
        if not isinstance(found, Found):
            return Examination(to_verdict(found, "kernel", screened.seconds))
        self._say("accepting check")
        old, new = cost_text(task, self.limits)
        verdict = decide(screened, found.proof, lambda: self._fresh(task), (old, new))
        if isinstance(verdict, Accept):
            return Examination(verdict, found.proof, found.statement, found.proof.order, old, new)
        return Examination(verdict)

    def _search(self, task: Task, lemmas: str) -> Found | Reason:
        """Search for a proof; a session that was lost is started anew once."""
        for attempt in (1, 2):
            try:
                return self._search_once(task, lemmas)
            except Refusal as refusal:
                return refusal.reason
            except (BenchLost, SessionLost) as lost:
                self._drop()
                fault = lost
                self._say(f"Lean was lost ({lost}); attempt {attempt}")
            except LibraryBroken as broken:
                return ToolBroken(what=f"{broken}.", do="Restore lean/QED, or run `qed doctor --install`.")
        return TimedOut(what=f"the search for a proof lost its Lean session twice: {fault}.", do="Give a shorter candidate.")

    def _search_once(self, task: Task, lemmas: str) -> Found | Reason:
        self._standby.warm()
        runs = inputs(task.spec, self.limits, seed=0)
        old_loops = observe(task.old.program, runs, self.limits)
        new_loops = observe(task.new.program, runs, self.limits) if task.new else {}
        candidates = [Claim(None)] if task.new is None else claims(task, runs, self.limits)
        if not isinstance(candidates, list):
            return candidates
        kernel = self._kernel()
        said: Reason | None = None
        for claim in candidates:
            self._say(f"proof of `{claim.order or 'the contract'}`")
            found = self._claimed(kernel, task, claim, (old_loops, new_loops), runs, lemmas)
            if isinstance(found, Found):
                return found
            said = found
        return said or ProofMissing(what="no order between the costs is likely to hold.")

    def _noted(self, kernel: Kernel, task: Task, claim: Claim, loops: Loops) -> tuple[Proof, Base] | Reason:
        """Return the first choice of measures and invariants under which both programs are tied to their shadows."""
        said: Reason | None = None
        tried: set[tuple[tuple[Note, ...], tuple[Note, ...]]] = set()
        for variant in range(VARIANTS):
            notes = to_notes(loops[0], self.limits, variant), to_notes(loops[1], self.limits, variant)
            if notes in tried:
                continue
            tried.add(notes)
            draft = Proof(claim.order, claim.slack, *notes, "")
            base = kernel.base(task, draft)
            if isinstance(base, Base):
                return draft, base
            if isinstance(base, TimedOut | ToolBroken):
                raise BenchLost(str(base))
            said = said or base
        return said or ProofMissing(what="no notes were tried.")

    def _claimed(
        self, kernel: Kernel, task: Task, claim: Claim, loops: Loops, runs: Sequence[tuple[Value, ...]], lemmas: str
    ) -> Found | Reason:
        """Return a proof of one claim, or why there is none."""
        noted = self._noted(kernel, task, claim, loops)
        if isinstance(noted, Reason):
            return noted
        draft, base = noted
        if "theorem accepted " in lemmas:
            return Found(replace(draft, text=lemmas), base.statement.text)
        gain = None if claim.order is None else gain_of(task, claim, runs, self.limits)
        if claim.order is not None and gain is None:
            do = "Where the contract bounds the inputs, only `always` can be proved: be as cheap on small inputs, too."
            return ProofMissing(what=f"no family of inputs shows the gain that `{claim.order}` asks for.", do=do)
        with contextlib.closing(Bench(kernel, base.env)) as bench:
            text, error = self._prove(bench, task, draft, loops, base, gain, lemmas)
        if text is not None:
            return Found(replace(draft, text=text), base.statement.text)
        do = "Put lemmas, or the whole proof, in a .lean file of the same stem beside the candidate."
        return ProofMissing(what=f"no proof was found. Lean, last: {' '.join(error.split())[:300]}", do=do)

    def _prove(
        self, bench: Bench, task: Task, draft: Proof, loops: Loops, base: Base, gain: Gain | None, lemmas: str
    ) -> tuple[str | None, str]:
        """Return the text of a proof, or what Lean said last."""
        claim = Claim(draft.order, draft.slack)
        prover = Prover(task.spec, bench, self.limits)
        if lemmas:
            for part in split(lemmas):
                error = bench.add(part.text)
                if error is not None:
                    return None, error
                prover.take(part.text)
        sides = [self._side("Old", task.old.program, draft.old_notes, loops[0], base.statement.old)]
        if task.new is not None:
            sides.append(self._side("New", task.new.program, draft.new_notes, loops[1], base.statement.claim))
        if claim.order is not None or task.spec.ensure != ir.TRUE:
            for side in sides:
                prover.study(side, ticks=claim.order is not None)
        return prover.prove(sides, claim, gain), prover.last_error

    def _side(self, space: str, program: Program, notes: tuple[Note, ...], loops: dict[int, Loop], printed: str) -> Side:
        noted = annotate(program, notes, self.limits)
        by_index = {s.index: s for s in noted.loops}
        # copies: another claim starts from the loops without these notes
        return Side(space, noted, {k: replace(own, loop=by_index[k]) for k, own in loops.items()}, printed)
