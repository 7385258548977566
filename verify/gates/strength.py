"""Refuses only: whether a contract tells the baseline from other programs, where it alone says what a version may return.

Programs that are surely not meant are run on the inputs that the gate *examples* draws: trivial ones (a constant, an argument),
and mutants of the baseline. The contract must refute every trivial one that is not the baseline by another name, and most
mutants that return something else somewhere. One that raises or does not end is refuted as well, and those that do the same on
every input are one. What is shown of those that are not refuted was run in CPython.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from verify import ir
from verify.counterexample import REPORT, call_text, same, text
from verify.gates.examples import Ran, baseline_runs
from verify.interpreter import Interpreter, OutOfFuel, compile_block
from verify.ir import Value
from verify.limits import Limits
from verify.mutants import Mutant, mutants, trivial
from verify.python_run import EXHAUSTED, condition_text, function_text, run_calls
from verify.reasons import (
    ReadingsDisagree,
    Reason,
    RunGivenUp,
    Survivor,
    TooFewExamples,
    TooFewMutants,
    WeakContract,
)
from verify.spec import Spec
from verify.task import Passed, Task, Version
from verify.types import Key, copied, key

BASELINE: Final = "__baseline__"
OTHER: Final = "__other__"
DO: Final = "Say in @ensure what else must hold of the result; without `result=` a version returns what the baseline returns."


@dataclass(frozen=True, slots=True)
class Strength:
    """What a contract refuted: of `differing` mutants `refuted`; survivors were run in CPython, the trivial ones apart."""

    inputs: int
    mutants: int
    differing: int
    refuted: int
    trivial: tuple[Survivor, ...]
    survivors: tuple[Survivor, ...]
    """some of the mutants that were not refuted"""
    free: Survivor | None
    """a program and an input on which it returns something other than the baseline, and the contract allows both"""
    unshown: bool
    """a trivial program was not refuted, and CPython did not come to an end on it"""

    def enough(self, limits: Limits) -> bool:
        """Say whether enough of the mutants that differ were refuted."""
        return 100 * self.refuted >= limits.mutants_refuted * self.differing


@dataclass(frozen=True, slots=True)
class _Question:
    """What the strength of a contract depends on; equal where the digest, the limits and the seed are."""

    key: tuple[str, Limits, int]
    spec: Spec = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Trial:
    """What became of one program: whether it differs from the baseline, whether that was refuted, and an allowed difference."""

    program: Mutant
    seen: tuple[Key | str, ...]
    """what it returned or raised on each input, up to one on which it did not end"""
    differs: bool
    refuted: bool
    allowed: tuple[tuple[Value, ...], Value, Value] | None
    """an input, what the baseline returns, and what the program returns, where the contract allows both"""


def strength(spec: Spec, limits: Limits, seed: int = 0) -> Passed | Reason:
    """Judge a contract.

    The same arguments give the same answer. The reason is WeakContract, with programs that CPython has run; a decline:
    TooFewMutants, TooFewExamples, RunGivenUp; EmptyPrecondition; or ReadingsDisagree.
    """
    found = strength_of(spec, limits, seed)
    if isinstance(found, Reason):
        return found
    score = f"{found.refuted} of {found.differing} mutants of the baseline that return something else"
    weak: Sequence[Survivor] = ()
    if found.trivial:
        own = found.trivial[0].program.rpartition("\n")[2].strip()
        weak, what = found.trivial, f"the contract of `{spec.name}` allows the trivial program `{own}`"
    elif found.differing < limits.mutants_required and not found.unshown:
        what = f"{found.differing} mutants of the baseline return something other than it; {limits.mutants_required} are due."
        do = "Loosen the precondition, or leave `result=` out."
        return TooFewMutants(what=what, where=spec.where, do=do)
    elif not found.enough(limits):
        weak, what = found.survivors, f"the contract of `{spec.name}` refutes {score}; {limits.mutants_refuted} % are due"
    elif not found.unshown:
        return Passed({"refuted": found.refuted, "differing": found.differing, "inputs": found.inputs})
    if not weak:
        what = f"CPython could not confirm on any input what the contract of `{spec.name}` does not refute."
        return RunGivenUp(what=what, where=spec.where)
    return WeakContract(what=f"{what}: {difference(spec, weak[0])}.", where=spec.where, do=DO, survivors=tuple(weak))


def difference(spec: Spec, found: Survivor) -> str:
    """Return in words what a program and the baseline return on the input that tells them apart."""
    call = f"{spec.name}({', '.join(map(text, found.arguments))})"
    both = f"{call} is {text(found.baseline)} in the baseline and {text(found.survivor)} there"
    return f"{both}, and the contract allows both"


def strength_of(spec: Spec, limits: Limits, seed: int = 0) -> Strength | Reason:
    """Return how strong a contract is, or why that could not be found out."""
    return _strength(_Question((spec.digest, limits, seed), spec))


@functools.lru_cache(maxsize=64)
def _strength(question: _Question) -> Strength | Reason:
    spec, (_, limits, seed) = question.spec, question.key
    ran = baseline_runs(spec, limits, seed)
    if isinstance(ran, Reason):
        return ran
    judge = _Judge(spec, _cheapest(ran, limits), limits)
    if not judge.inputs:
        what = f"on none of {len(ran)} inputs the baseline of `{spec.name}` ended, within its contract."
        return TooFewExamples(what=what, where=spec.where)
    if reason := judge.witness():
        return reason
    simple = [judge.tried(m) for m in trivial(spec, limits)]
    # mutants that do the same on every input are one: otherwise what many changes come to would count many times
    others = list({t.seen: t for t in reversed([judge.tried(m) for m in mutants(spec, limits, seed)])}.values())[::-1]
    plain, left = ([t for t in ts if t.differs and not t.refuted] for ts in (simple, others))
    trivial_ones, survivors = judge.shown(plain, limits.survivors_shown), judge.shown(left, limits.survivors_shown)
    if isinstance(trivial_ones, Reason):
        return trivial_ones
    if isinstance(survivors, Reason):
        return survivors
    free = (*trivial_ones, *survivors) or judge.shown([*simple, *others], 1)
    if isinstance(free, Reason):
        return free
    return Strength(
        inputs=len(judge.inputs),
        mutants=len(others),
        differing=sum(t.differs for t in others),
        refuted=sum(t.refuted for t in others),
        trivial=trivial_ones,
        survivors=survivors,
        free=next(iter(free), None),
        unshown=bool(plain) and not trivial_ones,
    )


def _cheapest(ran: Sequence[Ran], limits: Limits) -> list[tuple[tuple[Value, ...], Value]]:
    """Return the inputs on which the baseline is cheapest, with what it returns there."""
    found: list[tuple[tuple[Value, ...], Value]] = []
    left = limits.strength_ticks
    ended = [(r.outcome.ticks, r.arguments, r.outcome) for r in ran if r.outcome is not None and r.outcome.value is not None]
    for ticks, arguments, outcome in sorted(ended, key=lambda e: e[0]):
        left -= ticks
        if outcome.value is None or (left < 0 and found):
            break
        found.append((arguments, outcome.value))
    return found


class _Judge:
    """Runs programs beside the baseline and has the contract judge what they return."""

    def __init__(self, spec: Spec, inputs: Sequence[tuple[tuple[Value, ...], Value]], limits: Limits) -> None:
        self.spec, self.limits = spec, limits
        self.names = tuple(p.name for p in spec.program.parameters)
        self.ensure = compile_block((ir.Return(spec.ensure),), [*self.names, "result"], limits)
        # a baseline that breaks its contract is refused elsewhere; here both results must be within it to be compared
        self.inputs = [(arguments, due) for arguments, due in inputs if self.met(arguments, due)]

    def tried(self, program: Mutant) -> _Trial:
        """Run a program on the inputs, up to one on which it does not end."""
        interpreter, seen = Interpreter(program.version.program, self.limits), list[Key | str]()
        allowed, differs, refuted = None, False, False
        for arguments, due in self.inputs:
            try:
                outcome = interpreter.run(tuple(map(copied, arguments)))
            except OutOfFuel:
                seen.append("late")
                differs = refuted = True
                break
            if outcome.raised or outcome.value is None:
                seen.append(outcome.raised)
                differs = refuted = True
                continue
            seen.append(key(outcome.value))
            if same(outcome.value, due):
                continue
            differs, met = True, None if refuted and allowed else self.met(arguments, outcome.value)
            refuted |= met is False
            if met and allowed is None:
                allowed = arguments, copied(due), copied(outcome.value)
        return _Trial(program, tuple(seen), differs, refuted, allowed)

    def met(self, arguments: Sequence[Value], value: Value) -> bool | None:
        """Say whether a result is within the contract; None where its numbers are too long to tell."""
        try:
            _, _, met, raised = self.ensure.run((*map(copied, arguments), copied(value)), self.limits.run_ticks, None)
        except OutOfFuel:
            return None
        return met is True and not raised

    def witness(self) -> Reason | None:
        """Run the baseline in CPython on an allowed input; return what is wrong, None where it is as it was read."""
        arguments, due = self.inputs[0]
        code = condition_text(self.spec, "require") + function_text(_baseline(self.spec), self.spec.name, BASELINE)
        allowed, got = run_calls(code, [("require", arguments), (BASELINE, arguments)], self.limits)
        call = call_text(Task(self.spec, _baseline(self.spec)), arguments)
        if given_up := next((r.gave_up or r.raised for r in (allowed, got) if r.gave_up or r.raised in EXHAUSTED), ""):
            return RunGivenUp(what=f"CPython did not come to an end on {call}: {given_up}.", where=self.spec.where)
        if allowed.value is True and same(got.value, due):
            return None
        what = f"{call} is read as allowed, with {text(due)} for its result; CPython shows something else."
        return ReadingsDisagree(what=what, where=self.spec.where, do=REPORT)

    def shown(self, trials: Iterable[_Trial], most: int) -> tuple[Survivor, ...] | Reason:
        """Return some programs with an allowed difference, as CPython shows it."""
        found: list[Survivor] = []
        for t in trials:
            if len(found) == most:
                break
            if t.allowed is not None:
                made = self.survivor(t.program, *t.allowed)
                if isinstance(made, Reason):
                    return made
                found += [made] if made else []
        return tuple(found)

    def survivor(self, program: Mutant, arguments: tuple[Value, ...], due: Value, value: Value) -> Survivor | Reason | None:
        """Have CPython show an allowed difference; None where it does not come to an end."""
        name, texts = self.spec.name, [condition_text(self.spec, clause) for clause in ("require", "ensure")]
        texts += [function_text(_baseline(self.spec), name, BASELINE), function_text(program.version, name, OTHER)]
        calls = [("require", arguments), (BASELINE, arguments), (OTHER, arguments)]
        calls += [("ensure", (*arguments, due)), ("ensure", (*arguments, value))]
        runs = run_calls("".join(texts), calls, self.limits)
        if any(r.gave_up or r.raised in EXHAUSTED for r in runs):
            return None
        expected: tuple[Value, ...] = (True, due, value, True, True)
        if all(same(r.value, e) for r, e in zip(runs, expected, strict=True)):
            return Survivor(program.text.rstrip(), self.names, arguments, due, value)
        call = call_text(Task(self.spec, program.version), arguments)
        what = f"{call} is read as {text(value)} for a program beside the baseline; CPython shows something else."
        return ReadingsDisagree(what=what, where=self.spec.where, do=REPORT)


def _baseline(spec: Spec) -> Version:
    return Version(spec.source, spec.program)
