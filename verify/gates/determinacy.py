"""Refuses only: whether a contract fixes the result of a target, for people; no verdict rests on it.

What programs beside the baseline returned, within the contract, is looked at first; then Z3 is asked for an allowed input and two
results. What is shown was run: CPython says that the input is allowed, and that both results are within the contract.
"""

from dataclasses import dataclass
from typing import Literal

from verify.counterexample import same
from verify.gates.smt import two_results
from verify.gates.strength import strength_of
from verify.ir import Value
from verify.limits import Limits
from verify.python_run import condition_text, run_calls
from verify.reasons import Arguments, Reason
from verify.spec import Spec


@dataclass(frozen=True, slots=True)
class Determinacy:
    """Whether a contract fixes the result: `fixed` as Z3 says, `free` as two results show, else `open`."""

    answer: Literal["fixed", "free", "open"]
    arguments: Arguments = ()
    results: tuple[Value, ...] = ()
    """where it is `free`, two different results for the arguments"""


def determinacy(spec: Spec, limits: Limits) -> Determinacy:
    """Find out whether a contract allows one result alone for each input."""
    known = strength_of(spec, limits)
    if not isinstance(known, Reason) and known.free is not None:
        return Determinacy("free", known.free.arguments, (known.free.baseline, known.free.survivor))
    named = two_results(spec, limits)
    if isinstance(named, str):
        return Determinacy("fixed" if named == "unsat" else "open")
    *arguments, one, other = named
    code = condition_text(spec, "require") + condition_text(spec, "ensure")
    calls = [("require", arguments), ("ensure", [*arguments, one]), ("ensure", [*arguments, other])]
    shown = all(r.value is True for r in run_calls(code, calls, limits))
    return Determinacy("free", tuple(arguments), (one, other)) if shown and not same(one, other) else Determinacy("open")
