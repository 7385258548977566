"""Refuses only: runs the judged version on many allowed inputs; each fault is made small and then shown in CPython.

Inputs come from a small box, from the constants that stand in the sources, from Hypothesis and from the corpus of past
counterexamples. They are run by the reference interpreter, which counts ticks as well; CPython runs only what is a fault.
What the old version gives on its inputs is kept, so that many candidates for one target cost one run of it.
"""

import dataclasses
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from verify import ir
from verify.canonical import Data
from verify.counterexample import Unconfirmed, call_text, confirm, same, text
from verify.gates.inputs import Domain, Input, in_program, magnitude, mined
from verify.gates.smt import satisfiable
from verify.interpreter import Interpreter, Outcome, OutOfFuel, compile_block
from verify.ir import Value
from verify.limits import Limits
from verify.reasons import (
    ContractViolated,
    CostNotLower,
    Counterexample,
    EmptyPrecondition,
    Raises,
    Reason,
    RunGivenUp,
    TooFewExamples,
    WrongResult,
)  # fmt: skip
from verify.spec import Spec
from verify.task import Passed, Task, Version
from verify.types import copied, key

PART: Final = 10
"""an old version's run gets this part of the fuel first, so that slow inputs cost little"""
LONG_RUNS: Final = 30
"""inputs that get the whole fuel where too few ended within a part of it"""
LOST_RUNS: Final = 3
"""of those that get more than that where too few ended still, inputs that may end without a result"""
BLIND_RUNS: Final = 4
"""runs of a candidate that may end without a result where the old version gave none either"""
LATE_RUNS: Final = 40
"""runs of a candidate that may end without a result, in the order `worst-case`, where the old version gave one"""
MORE: Final = 5
"""times as many inputs are drawn where too few of the first were allowed"""
SHRINKS: Final = 600
"""runs that making a fault smaller may take"""


@dataclass(frozen=True, slots=True)
class Ran:
    """An allowed input and what the old version did there; None where it ran out of fuel."""

    arguments: Input
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class _Question:
    """What the runs of an old version depend on; equal where the digests, the limits and the seed are."""

    key: tuple[str, str, Limits, int]
    task: Task = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Runs:
    """What an old version did on the inputs that do not depend on a candidate."""

    ran: tuple[Ran, ...]
    whole: bool
    """the inputs are all that the precondition allows"""
    constants: frozenset[int]
    reason: Reason | None = None


def examples(task: Task, corpus: Sequence[Input], limits: Limits, seed: int = 0) -> Passed | Reason:
    """Judge a task by running it.

    `corpus` holds inputs of past counterexamples; those that the precondition does not allow are left out. The same arguments
    give the same answer. The reason is Raises, WrongResult or ContractViolated as CPython showed it; CostNotLower;
    EmptyPrecondition; ReadingsDisagree; or a decline: TooFewExamples, RunGivenUp.
    """
    known = _old_runs(_Question((task.spec.digest, task.old.source.digest, limits, seed), dataclasses.replace(task, new=None)))
    if known.reason is not None:
        return known.reason
    trial = _Trial(task, limits)
    ran = [*map(trial.run_old, trial.domain.allowed(corpus)), *known.ran]
    if task.new is not None:
        extra = frozenset(mined(in_program(task.new.program))) - known.constants
        ran += map(trial.run_old, _around(trial.domain, extra, known.ran, limits, seed))
    if reason := trial.judge(ran):
        return reason
    few = trial.ended < limits.examples_required and not (known.whole and not trial.skipped)
    if few or not trial.ended:
        what = f"{trial.ended} of {len(ran)} inputs could be run to their end; {limits.examples_required} are due."
        return TooFewExamples(what=what, where=task.spec.where, do="Loosen the precondition, or allow smaller inputs.")
    if reason := judge_costs(task, trial.costs, limits):
        return reason
    evidence: dict[str, Data] = {"run": trial.ended, "skipped": trial.skipped, "whole": known.whole, "seed": seed}
    evidence["witness"] = [text(v) for v in ran[0].arguments]
    return Passed(evidence)


def baseline_runs(spec: Spec, limits: Limits, seed: int = 0) -> tuple[Ran, ...] | Reason:
    """Return what the baseline did on the inputs that this gate draws for it; EmptyPrecondition or TooFewExamples without any."""
    task = Task(spec, Version(spec.source, spec.program))
    known = _old_runs(_Question((spec.digest, spec.source.digest, limits, seed), task))
    return known.ran if known.reason is None else known.reason


def costs(task: Task, inputs: Sequence[Input], limits: Limits) -> tuple[tuple[Input, int, int], ...]:
    """Return (arguments, old ticks, new ticks) for the inputs that the precondition allows and on which both versions end."""
    if task.new is None:
        return ()
    old, new = (Interpreter(v.program, limits) for v in (task.old, task.new))
    found = []
    for arguments in _domain(task, limits).allowed(inputs):
        first, second = _run(old, arguments), _run(new, arguments)
        if first and second and not first.raised and not second.raised:
            found.append((arguments, first.ticks, second.ticks))
    return tuple(found)


def judge_costs(task: Task, found: Sequence[tuple[Input, int, int]], limits: Limits) -> CostNotLower | None:
    """Return why no order that the target asks for can hold, going by measured ticks; None where one still may.

    `always` fails where a run costs more than before, `eventually` where it costs more than the slack above it; runs do not
    refute `worst-case`. A candidate that is cheaper nowhere and dearer somewhere is refused too.
    """
    dearer = [f for f in found if f[2] > f[1]]
    if not dearer:
        return None
    worst = max(dearer, key=lambda f: f[2] - f[1])
    arguments, old, new = worst
    shown = f"{call_text(task, arguments)} takes {new} ticks; it took {old}"
    where = task.judged.source.label
    if task.spec.orders == ("always",):
        return CostNotLower(what=f"{shown}, and the target asks for `always`.", where=where)
    if new > old + limits.slack and "worst-case" not in task.spec.orders:
        return CostNotLower(what=f"{shown}, and {limits.slack} more are the most that any order allows.", where=where)
    if not any(f[2] < f[1] for f in found):
        return CostNotLower(what=f"{shown}, and none of {len(found)} inputs takes fewer.", where=where)
    return None


def _domain(task: Task, limits: Limits) -> Domain:
    return Domain(task.spec.program.parameters, task.spec.require, limits)


def _run(interpreter: Interpreter, arguments: Input) -> Outcome | None:
    """Return what a run of its own copy of the arguments gave, None where it ran out of fuel."""
    try:
        return interpreter.run(tuple(map(copied, arguments)))
    except OutOfFuel:
        return None


class _Trial:
    """Judges the runs of one task and counts them."""

    def __init__(self, task: Task, limits: Limits) -> None:
        self.task, self.limits, self.domain = task, limits, _domain(task, limits)
        part = dataclasses.replace(limits, run_ticks=limits.run_ticks // PART)
        self.old, self.judged = Interpreter(task.old.program, part), Interpreter(task.judged.program, limits)
        self.blind = Interpreter(task.judged.program, part)
        names = [*(p.name for p in task.spec.program.parameters), "result"]
        self.ensure = compile_block((ir.Return(task.spec.ensure),), names, limits)
        self.ended = self.skipped = self.given_up = self.late = 0
        self.costs: list[tuple[Input, int, int]] = []

    @functools.cached_property
    def patient(self) -> Interpreter:
        """Runs the judged version where too few runs of the old one end sooner."""
        return Interpreter(self.task.judged.program, dataclasses.replace(self.limits, run_ticks=self.limits.patient_ticks))

    def run_old(self, arguments: Input) -> Ran:
        """Run the old version on an input."""
        return Ran(arguments, _run(self.old, arguments))

    def judge(self, ran: Sequence[Ran]) -> Reason | None:
        """Judge the task on inputs, in order; return what is wrong at the first that shows a fault."""
        # where the old version is as dear on other inputs, `worst-case` may hold of a candidate that is dear on cheap ones
        hard = "worst-case" in self.task.spec.orders and any(r.outcome is None for r in ran)
        for r in ran:
            new = self.new_outcome(r)
            if new is None and r.outcome is not None and hard and self.late < LATE_RUNS:
                self.late += 1
                self.skipped += 1
                continue
            if new is None and r.outcome is not None:
                what = f"{call_text(self.task, r.arguments)} did not end within {self.fuel(r.outcome)} ticks; "
                what += f"it took {r.outcome.ticks} before."
                late = RunGivenUp(what=what, where=self.task.judged.source.label)
                return judge_costs(self.task, self.costs, self.limits) or late
            if new is None:
                self.skipped += 1
                continue
            found = self.fault(r.arguments, r.outcome, new)
            if found is not None:
                return self.shown(r.arguments, found)
            self.ended += r.outcome is not None
            self.skipped += r.outcome is None
            if self.task.new is not None and r.outcome is not None and not r.outcome.raised:
                self.costs.append((r.arguments, r.outcome.ticks, new.ticks))
        return None

    def new_outcome(self, r: Ran) -> Outcome | None:
        """Run the judged version; where the old one did not end, only as long as such runs tend to end."""
        if self.task.new is None:
            return r.outcome
        if r.outcome is not None:
            return _run(self.judged if self.fuel(r.outcome) == self.limits.run_ticks else self.patient, r.arguments)
        if self.given_up >= BLIND_RUNS:
            return None
        outcome = _run(self.blind, r.arguments)
        self.given_up += outcome is None
        return outcome

    def fuel(self, old: Outcome) -> int:
        """Return the ticks that a candidate may take where the old version ended."""
        return self.limits.run_ticks if old.ticks <= self.limits.run_ticks else self.limits.patient_ticks

    def fault(self, arguments: Input, old: Outcome | None, new: Outcome) -> type[Counterexample] | None:
        """Return what kind of fault a run shows."""
        if new.raised:
            return Raises
        compared = self.task.new is not None and self.task.spec.result == "same"
        if compared and old is not None and not old.raised and not same(old.value, new.value):
            return WrongResult
        if new.value is None:
            raise ValueError("a finished run has a value")
        try:
            _, _, met, raised = self.ensure.run((*arguments, new.value), self.limits.run_ticks, None)
        except OutOfFuel:
            return None  # the numbers are too long to be judged here
        return ContractViolated if raised or met is not True else None

    def shown(self, arguments: Input, found: type[Counterexample]) -> Reason:
        """Make a fault smaller, then have CPython show it."""
        shown = confirm(self.task, self.shrink(arguments, found), found, "The reference interpreter", self.limits)
        if isinstance(shown, Unconfirmed):
            what = f"CPython could not confirm a fault on {call_text(self.task, arguments)}: {shown.why}."
            return RunGivenUp(what=what, where=self.task.judged.source.label)
        return shown

    def shrink(self, arguments: Input, found: type[Counterexample]) -> Input:
        """Shorten lists and move ints towards zero, one at a time, as long as the fault stays of its kind."""
        left, best, bounds, begin = SHRINKS, arguments, self.domain.bounds, 0
        while left > 0:
            moved = False
            for place, near in enumerate(itertools.islice(_smaller(best), begin, None), begin):
                tries = [near]
                if self.domain.has_lists:  # what the precondition ties to the part that shrank shrinks with it
                    tries += [v for v in (self.domain.repair(bounds, near),) if v != near]
                for smaller in tries:
                    left -= 1
                    if magnitude(smaller) < magnitude(best) and self.domain.allowed([smaller]) and self.shows(smaller, found):
                        best, moved = smaller, True
                        break
                if moved or left <= 0:
                    begin = place  # what stands before it did not help, and is tried again at the end
                    break
            if not moved:
                if begin == 0:
                    break
                begin = 0
        return best

    def shows(self, arguments: Input, found: type[Counterexample]) -> bool:
        """Say whether an input shows a fault of a kind."""
        ran = self.run_old(arguments)
        new = _run(self.judged, arguments) if self.task.new is not None else ran.outcome
        return new is not None and self.fault(arguments, ran.outcome, new) is found


def _smaller(values: Input) -> Iterator[Input]:
    """Yield smaller inputs: with one element less in all lists, or smaller at one place; the smallest first."""
    lists = [len(v) for v in values if isinstance(v, list)]
    for i in range(max(lists)) if len(lists) > 1 else ():
        yield tuple([*v[:i], *v[i + 1 :]] if isinstance(v, list) else v for v in values)
    for i, v in enumerate(values):
        for t in _smaller_values(v):
            yield (*values[:i], t, *values[i + 1 :])


def _smaller_values(v: Value) -> Iterator[Value]:
    """Yield smaller values of the same type."""
    match v:
        case bool():
            yield from [False] if v else []
        case int():
            sign, size = (1 if v > 0 else -1), abs(v)
            # v minus its halves: 0, v/2, 3v/4, ..., v-1
            yield from (sign * (size - (size >> k)) for k in range(size.bit_length()))
        case tuple():
            for i, part in enumerate(v):
                yield from ((*v[:i], t, *v[i + 1 :]) for t in _smaller_values(part))
        case list():
            if len(v) > 2:  # noqa: PLR2004 - halves of fewer are had by dropping one
                half, flat = len(v) // 2, [_least(x) for x in v]
                yield from ([], v[:half], v[half:], flat, [*flat[:half], *v[half:]], [*v[:half], *flat[half:]])
            yield from ([*v[:i], *v[i + 1 :]] for i in range(len(v)))
            for i, element in enumerate(v):
                yield from ([*v[:i], t, *v[i + 1 :]] for t in _smaller_values(element))


def _least(v: Value) -> Value:
    """Return the smallest value of the same type."""
    match v:
        case tuple():
            return tuple(map(_least, v))
        case list():
            return []
        case _:
            return False if isinstance(v, bool) else 0


def _around(domain: Domain, constants: frozenset[int], ran: Sequence[Ran], limits: Limits, seed: int) -> list[Input]:
    """Return inputs that bring in a candidate's own constants; none where it has none that the old version lacks."""
    if not constants or not domain.parameters:
        return []
    ordered = sorted(constants, key=lambda c: (abs(c), c))
    known = {key(r.arguments) for r in ran}
    found = domain.at(ordered, [r.arguments for r in ran]) + domain.drawn(ordered, limits.examples // 6, seed)
    return [v for v in found if key(v) not in known]


@functools.lru_cache(maxsize=64)
def _old_runs(question: _Question) -> _Runs:
    """Run the old version on the inputs that all candidates share."""
    task, (_, _, limits, seed) = question.task, question.key
    domain = _domain(task, limits)
    program = task.spec.program
    constants = mined([task.spec.require, task.spec.ensure, *in_program(program), *in_program(task.old.program)])
    whole = domain.whole()
    inputs = whole if whole is not None else _common(domain, constants, limits, seed)
    if not inputs:
        witness = satisfiable(task.spec, limits)
        if witness is None:
            what = f"no input meets the precondition of `{task.spec.name}`."
            reason: Reason = EmptyPrecondition(what=what, where=task.spec.where, do="Correct the @require conditions.")
            return _Runs((), whole=True, constants=frozenset(), reason=reason)
        if witness == "unknown":
            what = f"no input was found that meets the precondition of `{task.spec.name}`."
            return _Runs((), whole=False, constants=frozenset(), reason=TooFewExamples(what=what, where=task.spec.where))
        inputs = domain.allowed([witness])
    trial = _Trial(task, limits)
    ran = [trial.run_old(v) for v in inputs]
    if sum(r.outcome is not None for r in ran) < limits.examples_required:
        slow = [i for i, r in enumerate(ran) if r.outcome is None][:LONG_RUNS]
        for i in slow:
            ran[i] = Ran(ran[i].arguments, _run(trial.judged, ran[i].arguments))
        lost = 0
        for i in slow:
            if lost == LOST_RUNS or sum(r.outcome is not None for r in ran) >= limits.examples_required:
                break
            if ran[i].outcome is None:
                ran[i] = Ran(ran[i].arguments, _run(trial.patient, ran[i].arguments))
                lost += ran[i].outcome is None
    return _Runs(tuple(ran), whole=whole is not None, constants=frozenset(constants))


def _common(domain: Domain, constants: Sequence[int], limits: Limits, seed: int) -> list[Input]:
    """Return allowed inputs: the small box, the mined constants, what Hypothesis draws."""
    box = domain.box()
    drawn = domain.drawn(constants, limits.examples, seed)
    if 0 < len(box) + len(drawn) < limits.examples_required:
        drawn = domain.drawn(constants, MORE * limits.examples, seed)
    return domain.allowed([*box, *domain.at(constants, box or drawn), *drawn])
