"""Judges a task from end to end: the gates that refuse, the search for a proof, and the accepting check in a fresh process."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from loop.bench import Bench, BenchLost, lost_as_reason, stopped
from loop.elements import observe_elements
from loop.gains import Gain, is_given
from loop.helpers import Observed, notes_of, observed
from loop.hints import VARIANTS, to_notes
from loop.lemma_store import NOTHING, Draft, LemmaStore
from loop.library.established import Keeper
from loop.observe import Loop, inputs
from loop.orders import claims, cost_text, gain_of
from loop.prover import Prover, Side
from loop.recursion import function_notes
from loop.seen_proof import equals, meets
from loop.tactic_order import Outcome, TacticOrder
from loop.threads import in_thread
from loop.whole import whole_forms
from loop.worst_case import proposals, refuted
from loop.worst_prover import finished
from verify import ir
from verify.calls import helpers_in, helpers_of
from verify.canonical import Digest
from verify.gates.kernel import Base, Kernel
from verify.ir import Program, Value
from verify.judge import Corpus, Screened, decide, decide_smt, screen
from verify.lean_expr import space
from verify.lemma import Lemma
from verify.limits import DEFAULT, Limits
from verify.notes import Note, annotate, annotated
from verify.pool import Pool, PoolRules
from verify.proof import Proof, split
from verify.reasons import CostNotLower, ProofMissing, Reason, SignatureMismatch, TimedOut, ToolBroken
from verify.second import second_lean
from verify.spec import Order
from verify.standby import Standby
from verify.statement import Claim
from verify.task import Task, Version
from verify.toolchain import Preference, find
from verify.verdict import Accept, Declined, Refused, Seconds, Verdict, to_verdict
from verify.worst_case import WorstCase


@dataclass(frozen=True, slots=True)
class Seen:
    """A version as observed: its loops, and the functions that it calls; with the old one those of the contract."""

    loops: dict[int, Loop]
    functions: tuple[Observed, ...]


Both = tuple[Seen, Seen]
"""the old version and the new one"""
MEASURES = 3
"""measures of a function that calls itself that are tried"""
SEARCH_SECONDS = 600.0
"""wall clock of the search for one task; one request may take what it may in the accepting check, and heartbeats end it before"""
SEARCHES = 100
"""searches that one session serves"""


@dataclass(frozen=True, slots=True)
class Examination:
    """A verdict with what belongs to it; the statement is there on acceptance, and at the tier kernel the proof."""

    verdict: Verdict
    proof: Proof | None = None
    statement: str = ""
    order: Order | None = None
    cost_old: str | None = None
    cost_new: str | None = None
    uses: tuple[Digest, ...] = ()
    """lemmas and rules of the graph whose text the proof holds"""
    lemmas: tuple[tuple[Lemma, Accept], ...] = ()
    """accepted lemmas behind the proof that the store does not have"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone wants proved of the costs: one order, and in `worst-case` the claim itself; None where that is left open."""

    order: Order | None = None
    worst: WorstCase | None = None


ANY = Asked()


@dataclass(frozen=True, slots=True)
class Found:
    """A proof that the search found, with the statement it is about."""

    proof: Proof
    statement: str
    uses: tuple[Digest, ...] = ()
    drafts: tuple[Draft, ...] = ()
    """lemmas that the proof rests on and that no program's names stand in"""


class Examiner:
    """Holds a warm Lean session for searching and a fresh one in waiting; both start in the background with the first task."""

    def __init__(
        self,
        lean: Preference = "auto",
        limits: Limits = DEFAULT,
        say: Callable[[str], None] = lambda _: None,
        order: TacticOrder | None = None,
    ) -> None:
        """Find Lean; `order` is the one in which scripts are tried. Raises ToolchainMissing."""
        self.order = order or TacticOrder()
        self.outcomes: list[Outcome] = []
        """what the scripts of all searches came to"""
        self.checks = 0
        """declarations that Lean was asked to check in all searches"""
        self.toolchain = find(lean)
        self.limits = limits
        self._say = say
        self.standby = Standby(self.toolchain, limits)
        self._pool: Pool | None = None
        self.second = second_lean(self.toolchain, limits)
        self._store = NOTHING
        self._last_claim = True
        self._asked = ANY
        self._unproved = ""

    def __enter__(self) -> Self:
        """Return the examiner itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End both processes."""
        self.close()

    def close(self) -> None:
        """End both processes."""
        self.standby.close()
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def searching(self) -> Pool:
        """Return the pool that searches, one session wide: a task is searched for at a time."""
        if self._pool is None:
            self._pool = Pool(self.toolchain, self.limits, 1, PoolRules(checks=SEARCHES, request_seconds=SEARCH_SECONDS))
        return self._pool

    def examine(
        self, task: Task, *, lemmas: str = "", corpus: Corpus = (), store: LemmaStore = NOTHING, asked: Asked = ANY
    ) -> Examination:
        """Judge a task; `lemmas` is Lean text of the candidate's own, a whole proof where it ends in `accepted`.

        The lemmas in `store` are tried before others are looked for. Without `asked` the strongest order is looked for.
        """
        self._store, self._asked = store, asked
        self.searching()  # starts while the first gates work
        self._say("examples and smt")
        hint = None
        if task.new is not None and not task.new.program.loops and task.spec.result == "same":
            hint = next((e for e, _ in whole_forms(task.old.program, task.spec.require, self.limits)), None)
        ready = threading.Event()
        screening = self._screening(task, corpus, hint, ready)
        ready.wait()
        begun = time.perf_counter()
        # While the solver looks for a counterexample the other core looks for a proof.
        found: Found | Reason = stopped() if screening.done() else self._found(task, lemmas, screening)
        searched = ("search", time.perf_counter() - begun)
        if not isinstance(found, Found):
            screened = screening.result()
            if not isinstance(screened, Screened):
                return Examination(screened)
            return self._solved(task, screened, to_verdict(found, "kernel", (*screened.seconds, searched)), (searched,))
        self._say("accepting check")
        old, new = cost_text(task, self.limits)

        def screened_and_searched() -> Screened | Refused:
            outcome = screening.result()
            return replace(outcome, seconds=(*outcome.seconds, searched)) if isinstance(outcome, Screened) else outcome

        keeper = Keeper(self.searching(), self.standby.take, self.second)
        kept = in_thread(lambda: keeper.kept(found.proof.text, found.drafts, store))
        verdict = decide(task, found.proof, self.standby.take, screened_and_searched, (old, new), self.second)
        if isinstance(verdict, Accept):
            proof = found.proof
            return Examination(verdict, proof, found.statement, proof.order, old, new, found.uses, kept.result())
        screened = screening.result()
        return self._solved(task, screened, verdict, (searched,)) if isinstance(screened, Screened) else Examination(verdict)

    def search(self, task: Task, lemmas: str, store: LemmaStore, over: Callable[[], bool]) -> Found | Reason:
        """Search for a proof as `examine` does, and judge nothing; `checks` counts on. The search ends where `over` says so."""
        self._store, self._asked = store, ANY
        return self._search(task, lemmas, over, 0)

    def _found(self, task: Task, lemmas: str, screening: Future[Screened | Refused]) -> Found | Reason:
        """Search until a gate refuses; what would supersede a version of the tier smt is at that tier itself, and needs none."""

        def refused() -> bool:
            return screening.done() and (screening.exception() is not None or not isinstance(screening.result(), Screened))

        if task.rests == "smt":
            return ProofMissing(what="the version that it would supersede is at the tier smt, and so is what supersedes that.")
        return self._search(task, lemmas, refused, 1)

    def _solved(self, task: Task, screened: Screened, verdict: Verdict, more: Seconds) -> Examination:
        """Return the verdict of the kernel's route; where that declined and the target asks for it, that of the tier smt.

        A decline of both is the one of the tier smt; the seconds of the search, `more`, count in any case.
        """
        if task.spec.tier != "smt" or not isinstance(verdict, Declined):
            return Examination(verdict)
        self._say("tier smt")
        old, new = cost_text(task, self.limits)
        solved = decide_smt(task, screened, self.limits, (old, new))
        timed = replace(solved.verdict, seconds=(*solved.verdict.seconds, *more))
        if not isinstance(timed, Accept):
            return Examination(timed)
        return Examination(timed, None, solved.statement, timed.certificate.order, old, new)

    def _screening(self, task: Task, corpus: Corpus, hint: ir.Expr | None, ready: threading.Event) -> Future[Screened | Refused]:
        """Run the gates that refuse in a thread; `ready` is set once the cheap ones have let the task pass, or one refused."""
        outcome = in_thread(lambda: screen(task, corpus, self.limits, hint, lambda _: ready.set()))
        outcome.add_done_callback(lambda _: ready.set())
        return outcome

    def _search(self, task: Task, lemmas: str, refused: Callable[[], bool], fresh: int) -> Found | Reason:
        """Search for a proof while so many processes start for the check; one whose session was lost is made once more."""

        def within(kernel: Kernel) -> Found | Reason:
            self.standby.warm(fresh)
            return lost_as_reason(lambda: self._search_in(kernel, task, lemmas, refused))

        return self.searching().run(within)

    def _search_in(self, kernel: Kernel, task: Task, lemmas: str, refused: Callable[[], bool]) -> Found | Reason:
        runs = inputs(task.spec, self.limits, seed=0)
        both = [observe_elements(v.program, task.spec.require, runs, self.limits) if v else {} for v in (task.old, task.new)]
        old, new = map(Seen, both, observed(task, self.limits))

        def first(claimed: list[Claim] | Reason) -> Found | Reason | None:
            said: Reason | None = claimed if isinstance(claimed, Reason) else None
            for i, claim in enumerate([] if isinstance(claimed, Reason) else claimed, 1):
                self._say(f"proof of `{claim.order or 'the contract'}`")
                self._last_claim = isinstance(claimed, list) and i == len(claimed)
                found = self._claimed(kernel, task, claim, (old, new), runs, lemmas, refused)
                if isinstance(found, Found):
                    return found
                said = found
            return said

        found = first(self._strong(task, runs))
        # where the results could not be shown to be right, no order can be proved
        if task.new is not None and (isinstance(found, CostNotLower) or self._unproved in ("cost", "gain")):
            found = first(self._weak(task)) or found
        return found or ProofMissing(what="no order between the costs is likely to hold.")

    def _strong(self, task: Task, runs: Sequence[tuple[Value, ...]]) -> list[Claim] | Reason:
        """Return the claims to try before `worst-case`, the strongest first, or why there are none."""
        self._unproved = ""
        if (order := self._asked.order) is not None and order not in task.spec.orders:
            what = f"the target asks for {' or '.join(task.spec.orders)}, and not for {order}."
            return SignatureMismatch(what=what, where=task.spec.where)
        if task.new is None:
            return [Claim(None)]
        if order == "worst-case":
            return CostNotLower(what="no size, bound and family were found by which runs show that the worst case is cheaper.")
        found = claims(task, runs, self.limits)
        kept = [c for c in found if order in (None, c.order)] if isinstance(found, list) else found
        return kept or CostNotLower(what=f"runs show that the order {order} does not hold.")

    def _weak(self, task: Task) -> list[Claim] | Reason:
        """Return the claims in the order `worst-case`: the one that was asked for, or those that runs propose; or why not."""
        if "worst-case" not in task.spec.orders or self._asked.order not in (None, "worst-case"):
            return []
        worst = self._asked.worst
        if worst is not None and (reason := refuted(task, worst, self.limits)):
            return reason
        return [Claim("worst-case", 0, w) for w in ([worst] if worst else proposals(task, self.limits))]

    def _noted(
        self, kernel: Kernel, task: Task, claim: Claim, seen: Both, runs: Sequence[tuple[Value, ...]]
    ) -> tuple[Proof, Base] | Reason:
        """Return the first choice of measures and invariants under which both programs are tied to their shadows."""
        said: Reason | None = None
        tried: set[tuple[tuple[Note, ...], tuple[Note, ...]]] = set()
        old, new = (self._measures(v, runs) for v in (task.old, task.new))
        for own, other, variant in itertools.product(old, new, range(VARIANTS)):
            notes = self._notes(own, seen[0], variant), self._notes(other, seen[1], variant)
            if notes in tried:
                continue
            tried.add(notes)
            draft = Proof(claim.order, claim.slack, *notes, "", claim.worst)
            base = kernel.base(task, draft)
            if isinstance(base, Base):
                return draft, base
            if isinstance(base, TimedOut | ToolBroken):
                raise BenchLost(str(base), limit=isinstance(base, TimedOut))
            said = said or base
        return said or ProofMissing(what="no notes were tried.")

    def _notes(self, measures: Sequence[Note], seen: Seen, variant: int) -> tuple[Note, ...]:
        """Return the notes of a version."""
        return (*measures, *to_notes(seen.loops, self.limits, variant), *notes_of(seen.functions, self.limits, variant))

    def _measures(self, version: Version | None, runs: Sequence[tuple[Value, ...]]) -> list[tuple[Note, ...]]:
        """Return the choices of a note about a version itself, which needs one where it calls itself."""
        found = function_notes(version.program, runs, self.limits) if version is not None else ()
        return [(n,) for n in found[:MEASURES]] or [()]

    def _claimed(
        self,
        kernel: Kernel,
        task: Task,
        claim: Claim,
        seen: Both,
        runs: Sequence[tuple[Value, ...]],
        lemmas: str,
        refused: Callable[[], bool],
    ) -> Found | Reason:
        """Return a proof of one claim, or why there is none."""
        self._unproved = "runs"
        noted = self._noted(kernel, task, claim, seen, runs)
        if isinstance(noted, Reason):
            return noted
        draft, base = noted
        if "theorem accepted " in lemmas:
            return Found(replace(draft, text=lemmas), base.statement.text, self._store.held_in(lemmas))
        gain = None if claim.order is None or claim.worst else gain_of(task, claim, runs, self.limits)
        if claim.order is not None and gain is None and claim.worst is None and not is_given(lemmas):
            self._unproved = "gain"
            do = "Where the contract bounds the inputs, only `always` can be proved: be as cheap on small inputs, too."
            return ProofMissing(what=f"no family of inputs shows the gain that `{claim.order}` asks for.", do=do)
        with contextlib.closing(Bench(kernel, base.env, refused)) as bench:
            try:
                text, prover = self._prove(bench, task, draft, seen, base, gain, lemmas)
            finally:
                self.checks += bench.tried
        if text is not None:
            return Found(replace(draft, text=text), base.statement.text, prover.used(text), tuple(prover.drafts))
        do = "Put lemmas, or the whole proof, in a .lean file of the same stem beside the candidate."
        return ProofMissing(what=f"no proof was found. Lean, last: {' '.join(prover.last_error.split())[:300]}", do=do)

    def _prove(
        self, bench: Bench, task: Task, draft: Proof, seen: Both, base: Base, gain: Gain | None, lemmas: str
    ) -> tuple[str | None, Prover]:
        """Return the text of a proof, or None, and the prover, which knows what Lean said last."""
        claim = Claim(draft.order, draft.slack, draft.worst)
        prover = Prover(task.spec, bench, self.limits, store=self._store, order=self.order, outcomes=self.outcomes)
        prover.last = self._last_claim
        for part in split(lemmas) if lemmas else ():
            error = bench.add(part.text)
            if error is not None:
                prover.last_error = error
                return None, prover
            prover.take(part.text)
        prover.offer(base.statement.text)
        contract = (task.spec.require, task.spec.ensure)
        old = annotate(task.old.program, draft.old_notes, self.limits, contract)
        sides = [_side("Old", old, seen[0].loops, base.statement.old)]
        functions = [(o, base.statement.old) for o in seen[0].functions]
        if task.new is not None:
            new = annotate(task.new.program, draft.new_notes, self.limits)
            sides.append(_side("New", new, seen[1].loops, base.statement.claim))
            functions += [(o, base.statement.claim) for o in seen[1].functions if o not in seen[0].functions]
        equals(prover, sides)
        met = meets(prover, sides[-1 if task.spec.result == "contract" else 0])
        if claim.order is not None or (task.spec.ensure != ir.TRUE and not met):
            conditions = (annotated(e, draft.old_notes, self.limits) for e in contract)
            noted = {h: h for h in (*helpers_of(conditions), *(h for s in sides for h in helpers_in(s.program.body)))}
            for o, printed in functions:
                if o.helper in noted:
                    side = _side(space(o.helper), noted[o.helper].program, o.loops, printed)
                    prover.study_function(o.helper, side, ticks=claim.order is not None)
            for side in sides:
                prover.study(side, ticks=claim.order is not None)
        text = prover.prove(sides, claim, gain)
        if text is not None and claim.worst is not None:
            text = finished(prover, task, sides, claim)
        self._unproved = prover.unproved
        return text, prover


def _side(space: str, program: Program, loops: dict[int, Loop], printed: str) -> Side:
    """Return one version in a proof; the program has its notes."""
    by_index = {s.index: s for s in program.loops}
    # copies: another claim starts from the loops without these notes
    return Side(space, program, {k: replace(own, loop=by_index[k]) for k, own in loops.items()}, printed)
