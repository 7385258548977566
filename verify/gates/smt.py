"""Refuses only: asks Z3 for an input on which the judged version is wrong, and shows it in CPython.

Loops are unrolled a few turns, and lists in an input are short, so that `unsat` says something of short runs only, except where
there are neither. `unsat`, `unknown` and a limit that was hit are written down as what they are and let the task pass; the kernel
decides. Z3 runs in a process of its own (`smt_worker`), which re-reads the sources.
"""

import contextlib
import dataclasses
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from verify.canonical import Data
from verify.counterexample import Unconfirmed, confirm
from verify.gates.worker import worker_command, worker_output
from verify.interpreter import holds, text
from verify.ir import Expr, Value
from verify.limits import Limits
from verify.python_run import condition_text, run_calls, untagged
from verify.reasons import ContractViolated, Counterexample, Raises, Reason, WrongResult
from verify.spec import Spec, signature
from verify.task import Passed, Task
from verify.types import Type, is_value

QUESTIONS: Final[Mapping[str, type[Counterexample]]] = {
    "raises": Raises,
    "hint": WrongResult,
    "differs": WrongResult,
    "breaks": ContractViolated,
}
"""what Z3 is asked, and what `sat` says of the judged version; a fault named first is reported first"""
WORKER: Final = "verify.gates.smt_worker"
HINT_SECONDS: Final = 2
"""how long the old version may run where only a hint speaks against the new one"""
GRACE_SECONDS: Final = 0.25
"""of the time of the gate, kept back for the worker's start and end"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Z3 said to one question; `model` is an input where it said `sat`."""

    answer: str
    model: tuple[Value, ...] | None = None


def smt(task: Task, limits: Limits, hint: Expr | None = None) -> Passed | Reason:
    """Judge a task by Z3.

    `hint` is an expression over the parameters that the old version is believed to equal on allowed inputs; nothing is lost
    where that is wrong, as every difference is shown between the versions themselves. It is used where the judged version
    has no loops, and has to return what the old one returns. The reason is Raises, WrongResult or ContractViolated, as CPython
    showed it, or ReadingsDisagree.
    """
    wanted = task.new is not None and not task.new.program.loops and task.spec.result == "same"
    used = hint if wanted else None
    answers = _ask(_types(task.spec), _about(task, used, limits), limits)
    evidence: dict[str, Data] = {q: a.answer for q, a in answers.items()}
    evidence["unroll"] = limits.smt_unroll
    for question, found in QUESTIONS.items():
        model = answers[question].model if question in answers else None
        if model is None:
            continue
        # a model may lie where the old version takes for ever; the time for it is the gate's
        seconds = min(limits.python_seconds, HINT_SECONDS if question == "hint" else limits.smt_seconds)
        shown = confirm(task, model, found, "Z3", dataclasses.replace(limits, python_seconds=seconds))
        if question == "hint" and not isinstance(shown, Counterexample):
            evidence[question] = "unconfirmed"  # the hint may be wrong, which is nobody's fault
        elif isinstance(shown, Unconfirmed):
            evidence[question] = "unconfirmed"
        else:
            return shown
    return Passed(evidence)


def satisfiable(spec: Spec, limits: Limits) -> tuple[Value, ...] | Literal["unknown"] | None:
    """Return an input that the precondition allows, None where Z3 says that there is none, else `unknown`.

    An input that it returns was found allowed by the reference reading and in CPython.
    """
    answer = _ask(_types(spec), _job(spec, limits) | {"ask": "satisfiable"}, limits).get("satisfiable", Answer("unknown"))
    if answer.answer == "unsat":
        return None
    names = [p.name for p in spec.program.parameters]
    if answer.model is None or not holds(spec.require, names, limits)(answer.model):
        return "unknown"
    (shown,) = run_calls(condition_text(spec, "require"), [("require", answer.model)], limits)
    return answer.model if shown.value is True else "unknown"


def weakening(weaker: Spec, stronger: Spec, limits: Limits) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """Return what Z3 says speaks against one spec being stronger than another; nothing of it has been run.

    First an input that only the weaker one allows, then an input with a result that only the stronger one allows; each () where
    Z3 names none.
    """
    job = _job(weaker, limits) | {"ask": "weakens", "other": stronger.source.content.decode("ascii")}
    answers = _ask([*_types(weaker), weaker.program.result], job, limits)
    inputs, results = (answers.get(q, Answer("unknown")).model or () for q in ("forbids", "allows"))
    return inputs[:-1], results


def two_results(spec: Spec, limits: Limits) -> tuple[Value, ...] | Literal["unsat", "unknown"]:
    """Return an allowed input, and after it two results that the contract allows, as Z3 names them.

    `unsat` says that Z3 was asked about every input and result, and that there are none.
    """
    due = [*_types(spec), spec.program.result, spec.program.result]
    answer = _ask(due, _job(spec, limits) | {"ask": "results"}, limits).get("results", Answer("unknown"))
    if answer.model is not None:
        return answer.model
    return "unsat" if answer.answer == "unsat" else "unknown"


def _types(spec: Spec) -> list[Type]:
    """Return the types of the parameters, which are those of a model's values."""
    return [p.type for p in spec.program.parameters]


def _job(spec: Spec, limits: Limits) -> dict[str, object]:
    """Return what the worker is told about a spec; the entries for versions are filled in by who asks about them."""
    return {
        "limits": limits.as_data(),
        "seconds": max(limits.smt_seconds - GRACE_SECONDS, GRACE_SECONDS),
        "spec": spec.source.content.decode("ascii"),
        "function": spec.name,
    }


def _about(task: Task, hint: Expr | None, limits: Limits) -> dict[str, object]:
    """Return the job of judging a task; the baseline goes as part of the spec, a head and a candidate as their own files."""
    body = None if hint is None else text(hint, "", guarded=False)
    return _job(task.spec, limits) | {
        "ask": "judge",
        "old": None if task.old.source.content == task.spec.source.content else task.old.source.content.decode("ascii"),
        "new": task.new.source.content.decode("ascii") if task.new else None,
        "hint": None if body is None else f"def {signature(task.spec.program)}:\n    return {body}\n",
    }


def _ask(due: Sequence[Type], job: Mapping[str, object], limits: Limits) -> dict[str, Answer]:
    """Have a worker answer a job's questions, with values of the types that are due; one that it did not come to is absent."""
    nonce = secrets.token_hex(16)
    answers = {}
    command = worker_command(WORKER)
    for line in worker_output(command, json.dumps({**job, "nonce": nonce}).encode(), limits.smt_seconds).splitlines():
        read = _read_line(line, nonce, due)
        if read:
            answers[read[0]] = read[1]
    return answers


def _read_line(line: bytes, nonce: str, due: Sequence[Type]) -> tuple[str, Answer] | None:
    """Read one answer; None where it is not of the agreed form. A model has a value of each type that is due."""
    with contextlib.suppress(ValueError, RecursionError):
        match json.loads(line):
            case {"nonce": str() as echoed, "question": str() as question, "answer": "sat", "model": list() as model}:
                values = tuple(map(untagged, model))
                if echoed == nonce and len(values) == len(due) and all(map(is_value, values, due)):
                    return question, Answer("sat", tuple(v for v in values if v is not None))
            case {"nonce": str() as echoed, "question": str() as question, "answer": "unsat" | "unknown" | "unread" as answer}:
                return (question, Answer(answer)) if echoed == nonce else None
    return None
