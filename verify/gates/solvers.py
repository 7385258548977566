"""Decides: that a task holds at the tier smt, on the word of Z3 and of cvc5.

Both read the same scripts, each in a process of its own. A part of the claim holds where both say exactly what is due, and the
inputs that they name are run: each must be allowed, in CPython too, and both versions must do there what the solver says.
Whatever else is said, or not said, is no acceptance.
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from verify.canonical import digest_bytes
from verify.counterexample import Unconfirmed, call_text, confirm
from verify.gates.examples import judge_costs
from verify.gates.worker import worker_command, worker_output
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Value
from verify.limits import Limits
from verify.obligations import (
    Due,
    Obligations,
    Question,
    arguments_of,
    asked_for,
    flat_values,
    to_obligations,
    value_in,
)
from verify.python_run import EXHAUSTED, PythonRun, condition_text, function_text, run_calls
from verify.reasons import (
    ContractViolated,
    CostNotLower,
    Counterexample,
    EmptyPrecondition,
    NotBounded,
    Raises,
    ReadingsDisagree,
    Reason,
    Refusal,
    SolversUndecided,
    UnknownOrder,
    WrongResult,
)
from verify.task import Passed, Task, Version

SOLVERS: Final = ("z3", "cvc5")
WORKER: Final = "verify.gates.solver_worker"
FAULTS: Final[Mapping[str, type[Counterexample]]] = {"same": WrongResult, "contract": ContractViolated}
"""what an answer `sat` to a question says of the judged version"""
REPORT: Final = "Please report it, with both files."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver said to one question; `model` says what it takes the names in the script for where that is `sat`."""

    said: Due | str
    model: Mapping[str, str] | None = None


NOTHING: Final = Answer("no answer")


def solvers(task: Task, limits: Limits) -> Passed | Reason:
    """Judge a task by both solvers; the evidence holds the script.

    The reason is a Counterexample or CostNotLower, as a run shows it; EmptyPrecondition; a decline: NotBounded, TooLarge,
    SolversUndecided, UnknownOrder; or an error: ReadingsDisagree, NoSandbox.
    """
    try:
        obligations = to_obligations(task, limits)
        with ThreadPoolExecutor(len(SOLVERS)) as pool:
            said = tuple(pool.map(lambda name: _ask(name, obligations, limits), SOLVERS))
        for question in obligations.questions:
            answers = tuple(s.get(question.name, NOTHING) for s in said)
            if reason := _reason(task, obligations, question, answers, limits):
                return reason
    except Refusal as refusal:
        return refusal.reason
    return Passed({"statement": obligations.text, "questions": [q.name for q in obligations.questions]})


def _command() -> list[str]:
    """Return the command of a process that is handed a job and answers it."""
    return worker_command(WORKER)


def _ask(solver: str, obligations: Obligations, limits: Limits) -> dict[str, Answer]:
    """Have one solver answer; a question that it did not come to, or whose answer is not of the agreed form, is absent."""
    nonce, questions = secrets.token_hex(16), obligations.questions
    digests = {q.name: digest_bytes(obligations.script(q).encode()) for q in questions}
    job = {
        "solver": solver, "nonce": nonce, "names": asked_for(obligations), "digests": digests,
        "seconds": limits.solver_seconds, "bytes": limits.solver_bytes,
        "questions": [(q.name, obligations.script(q), q.due) for q in questions],
    }  # fmt: skip
    answers: dict[str, Answer] = {}
    for line in worker_output(_command(), json.dumps(job).encode(), limits.solver_seconds).splitlines():
        with suppress(ValueError, RecursionError):
            match json.loads(line):
                case {"nonce": str() as echoed, "question": str() as name, "script": script, "answer": str() as said, **rest}:
                    model = rest.get("model")
                    if echoed == nonce and name in digests and script == digests[name] and name not in answers:
                        answers[name] = Answer(said, model if said == "sat" and isinstance(model, dict) else None)
    return answers


def _reason(
    task: Task, obligations: Obligations, question: Question, answers: Sequence[Answer], limits: Limits
) -> Reason | None:
    """Return why a part of the claim does not stand; None where both solvers say that it does, and what they name was run."""
    said = [a.said for a in answers]
    if all(s == question.due for s in said):
        found = (_witnessed(task, obligations, question, a, limits) for a in answers) if question.due == "sat" else iter(())
        return next((r for r in found if r is not None), None)
    for name, answer in zip(SOLVERS, answers, strict=True):
        if question.due == "unsat" and answer.said == "sat":
            shown = _shown(task, obligations, question, name, answer, limits)
            if shown is not None:
                return shown
    what = ", ".join(f"{name}: {s[:40]}" for name, s in zip(SOLVERS, said, strict=True))
    if {"sat", "unsat"} <= set(said):
        return ReadingsDisagree(what=f"the solvers contradict each other on `{question.name}`: {what}.", do=REPORT)
    if question.due == "sat" and all(s == "unsat" for s in said):
        if question.name == "gain" and task.new is not None:
            return CostNotLower(what="on no allowed input is it cheaper.", where=task.judged.source.label)
        return EmptyPrecondition(what="both solvers say that no input is allowed.", where=task.spec.where)
    do = "Make the loops shorter, or the bounds narrower."
    return SolversUndecided(what=f"`{question.name}` must be {question.due} for both solvers; {what}.", do=do)


def _arguments(task: Task, obligations: Obligations, answer: Answer) -> tuple[Value, ...] | None:
    """Return the input that a model names, None where it names none."""
    try:
        values = [value_in(answer.model or {}, t) for t in obligations.arguments]
    except ValueError:
        return None
    return arguments_of(task.spec, values)


def _witnessed(task: Task, obligations: Obligations, question: Question, answer: Answer, limits: Limits) -> Reason | None:
    """Run the input that a model names; the reason says where it is not allowed, or another thing happens than the model says.

    A version that does not return there, says the model, is not run: which inputs that may be is what another question is about.
    """
    arguments, model = _arguments(task, obligations, answer), answer.model or {}
    odd = SolversUndecided(what=f"a solver's model for `{question.name}` is none of the agreed form.")
    if arguments is None:
        return odd
    versions = zip([v for v in (task.old, task.new) if v is not None], obligations.seen, strict=True)
    try:
        due = [(v, [value_in(model, t) for t in (*s.value, s.ticks)]) for v, s in versions if value_in(model, s.returned)]
    except ValueError:
        return odd
    call = call_text(task, arguments)
    code = condition_text(task.spec, "require")
    code += "".join(function_text(v, task.spec.name, f"__version_{i}__") for i, (v, _) in enumerate(due))
    calls = [("require", arguments), *((f"__version_{i}__", arguments) for i in range(len(due)))]
    allowed, *ran = run_calls(code, calls, limits)
    if unfinished := next((r for r in (allowed, *ran) if r.gave_up or r.raised in EXHAUSTED), None):
        return SolversUndecided(what=f"{call} could not be run in CPython: {unfinished.gave_up or unfinished.raised}.")
    names = [p.name for p in task.spec.program.parameters]
    if allowed.value is not True or not holds(task.spec.require, names, limits)(arguments):
        return ReadingsDisagree(what=f"a solver takes {call} for allowed, and it is not.", where=task.spec.where, do=REPORT)
    for (version, said), run in zip(due, ran, strict=True):
        if reason := _differs(version, said, run, call, arguments, limits):
            return reason
    if question.name == "gain" and not (len(due) > 1 and due[1][1][-1] < due[0][1][-1]):
        return ReadingsDisagree(what=f"a solver takes {call} for cheaper than before, and it is not.", do=REPORT)
    return None


def _differs(
    version: Version, due: list[int | bool], ran: PythonRun, call: str, arguments: Sequence[Value], limits: Limits
) -> Reason | None:
    """Return why CPython, the reference reading and a solver's model do not agree on what a version does, None where they do.

    `due` is the model's word: the parts of the result, then the ticks.
    """
    try:
        outcome = Interpreter(version.program, limits).run(arguments)
    except OutOfFuel:
        return SolversUndecided(what=f"{call} could not be run to its end.", where=version.source.label)
    for value in (ran.value, outcome.value):
        got = [] if value is None else [*flat_values(value), outcome.ticks]
        if got != due or list(map(type, got)) != list(map(type, due)):
            what = f"{call} gives {got}, the ticks last; the bits say {due}."
            return ReadingsDisagree(what=what, where=version.source.label, do=REPORT)
    return None


def _shown(
    task: Task, obligations: Obligations, question: Question, by: str, answer: Answer, limits: Limits
) -> Reason | None:
    """Return what a run shows where a solver says that a part of the claim fails; None where nothing can be run."""
    arguments = _arguments(task, obligations, answer)
    if arguments is None:
        return None
    judged, call = task.judged, call_text(task, arguments)
    if question.name in FAULTS:
        shown = confirm(task, arguments, FAULTS[question.name], by, limits)
        return None if isinstance(shown, Unconfirmed) else shown
    try:
        old = Interpreter(task.old.program, limits).run(arguments)
        new = Interpreter(judged.program, limits).run(arguments)
    except OutOfFuel:
        return None
    if question.name == "returns" and new.raised:
        shown = confirm(task, arguments, Raises, by, limits)
        return None if isinstance(shown, Unconfirmed) else shown
    if question.name in ("returns", "old returns"):
        what = f"on {call} a loop goes on for longer than the tier smt writes out."
        return NotBounded(what=what, where=judged.source.label, do="Bound its turns by a constant, as `for i in range(32)` does.")
    if new.ticks > old.ticks:
        refuted = judge_costs(task, [(arguments, old.ticks, new.ticks)], limits)
        return refuted if task.spec.orders == ("always",) and refuted else UnknownOrder(
            what=f"{call} takes {new.ticks} ticks; it took {old.ticks}, and the tier smt decides `always` only.",
            where=judged.source.label,
        )  # fmt: skip
    return ReadingsDisagree(what=f"{by} says that {call} is dearer; it takes {new.ticks} ticks, and took {old.ticks}.", do=REPORT)
