"""Decides: that one spec strengthens another, on the word of the Lean kernel; and refutes it with an input, shown in CPython.

The statement is printed from both specs and elaborated before any text of the proof is seen; the proof is judged as every proof.
"""

from collections.abc import Iterator

from verify import ir
from verify.gates.inputs import Domain, Input, in_program, mined
from verify.gates.kernel import ALL_ON, Base, Controls, Kernel, first_error, lost_reason
from verify.gates.smt import weakening
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Value
from verify.limits import Limits
from verify.proof import Proof
from verify.python_run import Clause, condition_text, run_calls
from verify.reasons import NotStronger, Reason, Refusal, SpecWeakened, literal
from verify.session import SessionLost
from verify.spec import Spec
from verify.strengthening import Strengthening, mismatch, to_strengthening
from verify.task import Passed


def judge_strengthening(kernel: Kernel, question: Strengthening, proof: Proof, controls: Controls = ALL_ON) -> Passed | Reason:
    """Decide a question by a proof, whose old notes are about functions that the contracts call; the evidence holds the token."""
    if (wrong := mismatch(question)) is not None:
        return wrong
    try:
        statement = to_strengthening(question, proof.old_notes, kernel.limits)
        done = kernel.session.elaborate(kernel.library, statement.text, keep=True, timeout=kernel.limits.lean_seconds)
    except Refusal as refusal:
        return refusal.reason
    except SessionLost as lost:
        return lost_reason(lost)
    if done.errors or done.env is None:
        what = f"Lean does not accept what the contracts call: {first_error(done)[1]}."
        return NotStronger(what=what, where=question.stronger.where, do="Give the measure of a loop with `decreases`.")
    found = kernel.prove(Base(done.env, statement), proof, controls)
    kernel.forget(done.env)
    return found


def refute_strengthening(question: Strengthening, limits: Limits) -> Reason | None:
    """Return SpecWeakened with an input on which the new spec asks for less; None where none of those that were tried is one.

    That is one that the accepted spec allows and the new one does not, or for which only the new one allows some result.
    """
    weaker, stronger = question.weaker, question.stronger
    names = [p.name for p in weaker.program.parameters]
    allowed = holds(stronger.require, names, limits)
    expressions = (weaker.require, weaker.ensure, stronger.require, stronger.ensure, *in_program(weaker.program))
    by_solver, with_result = weakening(weaker, stronger, limits)
    if by_solver and (found := _forbidden(question, by_solver, limits)) is not None:
        return found
    if with_result and (found := _odd(question, with_result, limits)) is not None:
        return found
    for values in _inputs(Domain(weaker.program.parameters, weaker.require, limits), mined(expressions), limits):
        if not allowed(values):
            if (found := _forbidden(question, values, limits)) is not None:
                return found
        elif (found := _odd_result(question, values, limits)) is not None:
            return found
    return None


def _forbidden(question: Strengthening, values: tuple[Value, ...], limits: Limits) -> Reason | None:
    """Return SpecWeakened where CPython shows that only the accepted spec allows an input."""
    if _shown(question.weaker, "require", values, limits) is not True:
        return None
    if _shown(question.stronger, "require", values, limits) is True:
        return None
    return _weakened(question, values, "refused", "allowed, as the accepted spec does")


def _inputs(domain: Domain, constants: tuple[int, ...], limits: Limits) -> list[Input]:
    box = domain.box()
    return domain.allowed([*box, *domain.at(constants, box), *domain.drawn(constants, limits.examples, 0)])


def _odd_result(question: Strengthening, values: tuple[Value, ...], limits: Limits) -> Reason | None:
    """Return SpecWeakened where a result near the baseline's meets the new postcondition and not the accepted one."""
    weaker, stronger = question.weaker, question.stronger
    if weaker.ensure == ir.TRUE:
        return None
    names = [*(p.name for p in weaker.program.parameters), "result"]
    new, old = holds(stronger.ensure, names, limits), holds(weaker.ensure, names, limits)
    cases = ((*values, result) for result in _results(weaker, values, limits))
    odd = (_odd(question, case, limits) for case in cases if new(case) and not old(case))
    return next((reason for reason in odd if reason is not None), None)


def _odd(question: Strengthening, case: tuple[Value, ...], limits: Limits) -> Reason | None:
    """Return SpecWeakened where CPython shows that only the new spec allows a result, the last of the values."""
    *values, result = case
    if _shown(question.weaker, "require", tuple(values), limits) is not True:
        return None
    if _shown(question.stronger, "ensure", case, limits) is not True or _shown(question.weaker, "ensure", case, limits) is True:
        return None
    return _weakened(question, tuple(values), f"{literal(result)} allowed as a result", "refused, as the accepted spec does")


def _results(spec: Spec, values: tuple[Value, ...], limits: Limits) -> Iterator[Value]:
    """Yield results of the target's type: what the baseline returns, and what lies near it."""
    try:
        value = Interpreter(spec.program, limits).run(values).value
    except OutOfFuel:
        return
    if value is None:
        return
    yield value
    match value:
        case bool():
            yield not value
        case int():
            yield from (value + 1, value - 1, -value, 0, 1, -1, value * 2 + 7)
        case list():
            yield from ([], value[1:], value[::-1], [*value, *value[:1]], sorted(value))


def _shown(spec: Spec, clause: Clause, values: tuple[Value, ...], limits: Limits) -> Value | None:
    """Return what CPython says of a clause."""
    return run_calls(condition_text(spec, clause), [(clause, values)], limits)[0].value


def _weakened(question: Strengthening, values: tuple[Value, ...], got: str, due: str) -> Reason:
    names = tuple(p.name for p in question.weaker.program.parameters)
    what = f"the new spec of `{question.stronger.name}` asks for less than the accepted one."
    do = "A weaker spec is a target of its own: give the function another name."
    return SpecWeakened(what=what, where=question.stronger.where, do=do, arguments=values, got=got, due=due, parameters=names)
