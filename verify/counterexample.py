"""Refuses only: an input on which a reading found a fault -> the reason, once CPython has shown the fault too."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from verify.ir import Value
from verify.limits import Limits
from verify.python_run import EXHAUSTED, PythonRun, condition_text, conditions, function_text, run_calls
from verify.reasons import ContractViolated, Counterexample, Raises, ReadingsDisagree, Reason, WrongResult, literal
from verify.task import Task
from verify.types import is_value, type_text

JUDGED: Final = "__judged__"
OLD: Final = "__old__"
REPORT: Final = "Report this input: it is a bug of the verifier."


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """CPython did not come to an end on the input, so that nothing is said of it."""

    why: str


def text(value: Value | None) -> str:
    """Return a value as a Python literal."""
    return "None" if value is None else literal(value)


def call_text(task: Task, arguments: Sequence[Value]) -> str:
    """Return the call of the target on an input, as Python writes it."""
    return f"{task.spec.name}({', '.join(map(text, arguments))})"


def same(one: Value | None, other: Value | None) -> bool:
    """Say whether two results are the same, types included: `1` is not `True`, and a tuple is no list."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def confirm(
    task: Task, arguments: Sequence[Value], found: type[Counterexample], by: str, limits: Limits
) -> Reason | Unconfirmed:
    """Judge an input in CPython, where the reading `by` found a fault of the kind `found`.

    Returns that kind of reason where CPython shows it, ReadingsDisagree where CPython shows another fault or none, and
    Unconfirmed where CPython did not come to an end.
    """
    judged, values = task.judged, tuple(arguments)
    code = condition_text(task.spec, "require") + function_text(judged, task.spec.name, JUDGED)
    calls = [("require", values), (JUDGED, values)]
    # the postcondition stands by itself: whether the old version agrees is another question, and may take long to answer
    if task.new and task.spec.result == "same" and found is not ContractViolated:
        code += function_text(task.old, task.spec.name, OLD)
        calls.append((OLD, values))
    # where the fault is a raise, the old version only says what was due, and is not waited for
    patience = dataclasses.replace(limits, python_seconds=1) if found is Raises else limits
    allowed, got, *rest = run_calls(code, calls, patience)
    old = rest[0] if rest else None
    if not (allowed.gave_up or allowed.raised in EXHAUSTED or allowed.value is True):
        what = f"{by} took {call_text(task, values)} for allowed; in CPython the precondition does not hold."
        return ReadingsDisagree(what=what, where=task.spec.where)
    due = task.spec.program.result
    if got.value is not None and not is_value(got.value, due):
        what = f"{call_text(task, values)} is read as {type_text(due)}; CPython returns {text(got.value)}."
        return ReadingsDisagree(what=what, where=judged.source.label, do=REPORT)
    reason: Reason | Unconfirmed | None = _unfinished(allowed, got) or _fault(task, values, got, old, limits)
    if isinstance(reason, Unconfirmed | found):
        return reason
    seen = type(reason).__name__ if reason else "no fault"
    what = f"{by} found {found.__name__} on {call_text(task, values)}; CPython shows {seen}."
    return ReadingsDisagree(what=what, where=judged.source.label, do=REPORT)


def _unfinished(*runs: PythonRun) -> Unconfirmed | None:
    """Return why a fault cannot be shown, where a run did not come to an end of its own."""
    for r in runs:
        if r.gave_up or r.raised in EXHAUSTED:
            return Unconfirmed(r.gave_up or r.raised)
    return None


def _fault(
    task: Task, values: tuple[Value, ...], got: PythonRun, old: PythonRun | None, limits: Limits
) -> Reason | Unconfirmed | None:
    """Return what is wrong with a finished run in CPython; the postcondition is judged last."""
    names, where = tuple(p.name for p in task.spec.program.parameters), task.judged.source.label
    call, due = call_text(task, values), _due(task, old)
    if got.raised:
        what = f"{call} raises {got.raised}."
        return Raises(what=what, where=where, arguments=values, got=got.raised, due=due, parameters=names)
    if old is not None:
        if unfinished := _unfinished(old):
            return unfinished
        if old.raised or not same(old.value, got.value):
            what = f"{call} returns {text(got.value)}; {due} is due."
            return WrongResult(what=what, where=where, arguments=values, got=text(got.value), due=due, parameters=names)
    if got.value is None:
        raise ValueError("a finished run has a value")
    (met,) = run_calls(condition_text(task.spec, "ensure"), [("ensure", (*values, got.value))], limits)
    if met.value is True:
        return None
    if unfinished := _unfinished(met):
        return unfinished
    due = " and ".join(conditions(task.spec, "ensure"))
    what = f"{call} returns {text(got.value)}, which breaks the postcondition `{due}`."
    return ContractViolated(what=what, where=where, arguments=values, got=text(got.value), due=due, parameters=names)


def _due(task: Task, old: PythonRun | None) -> str:
    """Return what a run should have given: the old version's result where that is known."""
    if old is None or old.gave_up or old.raised:
        return f"a result of type {type_text(task.spec.program.result)}"
    return text(old.value)
