"""What a proof needs of the functions that versions call: their loops as observed, notes, and closed forms of value and ticks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from loop.elements import observe_elements
from loop.hints import to_notes
from loop.lemmas import Lemma
from loop.observe import Loop, inputs_of
from loop.quotients import quotient_lines, quotients
from loop.recursion import function_notes
from loop.whole import whole_forms
from verify import ir
from verify.calls import helpers_in, helpers_of
from verify.ir import Expr, Helper
from verify.lean_expr import condition, lean_type, plain, space, value
from verify.lean_expr import field as lean_name
from verify.limits import Limits
from verify.notes import Note
from verify.task import Task

FINISH: Final = "first | done | omega | grind"
SHARE: Final = 150
"""runs of each function that are looked at"""


@dataclass(frozen=True, slots=True)
class Observed:
    """A function that others call, with its loops as they looked in runs for which what it requires held."""

    helper: Helper
    loops: dict[int, Loop]
    measures: tuple[Note, ...]
    """of the function itself where it needs one, likeliest first"""

    def notes(self, limits: Limits, variant: int) -> tuple[Note, ...]:
        """Return the notes of a variant of `to_notes`, as notes about this function."""
        return tuple(
            replace(n, function=self.helper.label) for n in (*self.measures[:1], *to_notes(self.loops, limits, variant))
        )


def observed(task: Task, limits: Limits) -> tuple[tuple[Observed, ...], tuple[Observed, ...]]:
    """Return the functions that the old version or the contract calls, and those that the new one calls."""
    old = (*helpers_in(task.old.program.body), *helpers_of((task.spec.require, task.spec.ensure)))
    new = helpers_in(task.new.program.body) if task.new else ()
    known = {h: observed_alone(h, limits) for h in dict.fromkeys((*old, *new))}
    return tuple(known[h] for h in dict.fromkeys(old)), tuple(known[h] for h in new)


def observed_alone(helper: Helper, limits: Limits) -> Observed:
    """Return one function, run on inputs for which what it requires holds."""
    runs = inputs_of(helper.program, helper.require, limits, seed=0, count=SHARE)
    loops = observe_elements(helper.program, helper.require, runs, limits)
    return Observed(helper, loops, function_notes(helper.program, runs, limits))


def notes_of(functions: Sequence[Observed], limits: Limits, variant: int) -> tuple[Note, ...]:
    """Return the notes about several functions."""
    return tuple(n for o in functions for n in o.notes(limits, variant))


def summaries(helper: Helper, scripts: Sequence[str], limits: Limits) -> Iterator[Lemma]:
    """Yield closed forms of what a function returns and of its ticks, where its ints are not negative, as lemmas to be proved."""
    parameters = helper.program.parameters
    ints = [ir.Compare((p, ir.Const(0)), ("ge",)) for p in parameters if p.type == "int"]
    domain = ir.conjunction([helper.require, *ints])
    for what, ticks in (("value", False), ("ticks", True)):
        form = next((e for e, _ in whole_forms(helper.program, domain, limits, ticks=ticks)), None)
        if form is None:
            continue
        numerator, scale = _cleared(form)
        call = f"{space(helper)}.{what}{''.join(f' {lean_name(p.name)}' for p in parameters)}"
        left = f"({call} : Int)" if ticks else call
        binders = "".join(f" ({lean_name(p.name)} : {lean_type(p.type)})" for p in parameters)
        goal = f"{left if scale == 1 else f'{scale} * {left}'} = {value(numerator, plain)}"
        statement = f"{binders} (h : {condition(domain, plain)}) : {goal}".lstrip()
        yield Lemma(f"{space(helper)}_{what}", statement, tuple(scripts))


def summary_scripts(helper: Helper, opened: Sequence[str], outcome: str, names: Sequence[str]) -> list[str]:
    """Return proofs to try for a closed form.

    `opened` are the lines that unfold the function, `outcome` is what it returns, as it is printed, and `names` are lemmas.
    """
    ints = [lean_name(p.name) for p in helper.program.parameters if p.type == "int"]
    ends = [(FINISH,), (f"grind [{', '.join(names)}]",), *quotient_lines(quotients(outcome, ints))]
    return ["\n  ".join([*opened, *(line for part in end for line in part.split("\n"))]) for end in ends]


def _cleared(form: Expr) -> tuple[Expr, int]:
    """Return a closed form without the division that it ends with, and the divisor."""
    match form:
        case ir.Binary("floordiv", numerator, ir.Const(scale)) if scale > 1:
            return numerator, int(scale)
    return form, 1


def unfolding_of(helpers: Mapping[str, Helper], what: str) -> list[str]:
    """Return the definitions by which a call of a function without loops and recursion becomes an expression."""
    return [
        f"{name}.{part}"
        for name, h in helpers.items()
        if not h.program.loops and not h.program.recursive
        for part in (*dict.fromkeys(("value", what)), "out")
    ]
