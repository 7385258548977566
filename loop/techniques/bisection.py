"""A search that counts up while a polynomial of the count stays within a bound: the same by doubling and halving.

Small results are still counted, so that the new version is never more than one test dearer. From `far` on the count is doubled
while the condition holds, and what lies between is halved. That both find the same is shown by induction: the condition that
holds of a number holds of all smaller ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from loop.closed import int_function
from loop.fit import Poly, fit, horner
from loop.simplify import after, replaced, static_cost, terms
from loop.source_text import expression, to_source_text
from loop.techniques.bisection_proof import ASSIGNED, HALF, STEP, Climb, Costs, to_lemmas
from loop.techniques.study import Draft, Study
from loop.techniques.written import fresh
from verify import ir
from verify.interpreter import Interpreter
from verify.ir import Expr, Name, Var
from verify.limits import Limits
from verify.reasons import Refusal
from verify.spec import to_candidate

HIGHEST: Final = 4
"""the highest degree of a condition"""
BEGUN: Final = (3, 4, 9)
"""results at which the ticks of a turn are measured"""
TURNS: Final = 24
"""turns after which what variables hold is told"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the search by doubling and halving."""
    climb = _climb(study)
    costs = None if climb is None else _costs(study, climb)
    old = to_source_text(study.head)
    if climb is None or costs is None or old is None:
        return
    taken = {v.name for v in study.head.variables} | {study.head.name}
    names = fresh(("low", "high", "middle"), taken, 3)
    head, *body = old.rstrip().split("\n")
    text = "\n".join(["from verify import decreases, invariant", "", "", head, *_search(climb, costs, names), *body]) + "\n"
    try:
        new = to_candidate(text.encode(), "candidate.py", study.spec, study.limits)[1]
        lemmas = to_lemmas(study, climb, costs, new, names)
    except Refusal:
        return
    yield Draft(text, "the search by doubling and halving", lemmas)


def _climb(study: Study) -> Climb | None:
    """Return the search that a version is, None where it is none."""
    match study.head.parameters, study.head.body:
        case ((Var(p, "int"),), (*before, ir.While() as loop, ir.Return(result))) if p not in ir.writes(loop.body):
            starts = _literals(before)
            following = after(loop.body)
        case _:
            return None
    if starts is None or following is None or starts.keys() != following.keys():
        return None
    counted = (n for n, e in following.items() if e == ir.Binary("add", Var(n, "int"), ir.Const(1)) and starts[n] >= 0)
    r = next(counted, None)
    if r is None or ir.variables(result) - {r, p}:
        return None
    others = _others(r, starts, following, study.limits)
    if others is None:
        return None
    sides = _sides(loop.test, r, p, others)
    if sides is None:
        return None
    left, poly, right, strict = sides
    return Climb(loop, r, starts[r], others, starts, following, left, poly, right, strict, result)


def _others(
    r: Name, starts: Mapping[Name, int], following: Mapping[Name, Expr], limits: Limits
) -> dict[Name, tuple[Poly, int]] | None:
    """Return what the variables besides the count hold, as polynomials of it; None where one is none."""
    names = list(starts)
    if any(ir.variables(e) - starts.keys() for e in following.values()):
        return None
    turn = [int_function(following[n], names, limits) for n in names]
    states = [list(starts.values())]
    for _ in range(TURNS):
        states.append([f(states[-1]) for f in turn])
    found: dict[Name, tuple[Poly, int]] = {}
    for n in sorted(starts.keys() - {r}):
        form = fit(1, [[s[names.index(r)]] for s in states], [s[names.index(n)] for s in states])
        if form is None:
            return None
        found[n] = form
    return found


def _literals(block: list[ir.Statement]) -> dict[Name, int] | None:
    """Return the literals that a block gives to names; None where it does something else."""
    found: dict[Name, int] = {}
    for s in block:
        if not isinstance(s, ir.Assign):
            return None
        for n, e in zip(s.targets, s.values, strict=True):
            if not isinstance(e, ir.Const) or isinstance(e.value, bool) or n in found:
                return None
            found[n] = e.value
    return found


def _sides(test: Expr, r: Name, p: Name, others: Mapping[Name, tuple[Poly, int]]) -> tuple[Expr, Poly, Expr, bool] | None:
    """Return a condition as a polynomial of the count that is at most, or less than, a multiple of the parameter."""
    match test:
        case ir.Compare((a, b), ("lt" | "le" as relation,)):
            left, right = a, b
        case ir.Compare((b, a), ("gt" | "ge" as relation,)):
            left, right = a, b
        case _:
            return None
    count = Var(r, "int")
    if isinstance(left, Var) and left.name in others:
        numerator, denominator = others[left.name]
        left = horner(numerator, [count])
        right = right if denominator == 1 else ir.Binary("mul", ir.Const(denominator), right)
    else:
        whole = {n: horner(poly, [count]) for n, (poly, denominator) in others.items() if denominator == 1}
        left = ir.substitute(left, dict(whole))
    match right:
        case Var(n) | ir.Binary("mul", ir.Const(), Var(n)) if n == p:
            pass
        case _:
            return None
    atoms: list[Expr] = [count]
    poly = terms(left, atoms)
    if poly is None or atoms != [count]:
        return None
    powers: Poly = {(sum(m),): c for m, c in poly.items()}
    degree = max((m[0] for m in powers), default=0)
    rises = all(c > 0 for c in powers.values()) and 2 <= degree <= HIGHEST  # noqa: PLR2004 - what is linear has a closed form
    factor = right.left if isinstance(right, ir.Binary) else ir.Const(1)
    positive = isinstance(factor, ir.Const) and factor.value > 0
    return (left, powers, right, relation in ("lt", "gt")) if rises and positive else None


def _costs(study: Study, climb: Climb) -> Costs | None:
    """Return the ticks, None where those of a turn are not always the same."""
    interpreter = Interpreter(study.head, study.limits)
    ran = [interpreter.run((_witness_at(climb, n),)).ticks for n in BEGUN]
    turn = ran[1] - ran[0]
    asked, tested = 1 + static_cost(climb.loop.test), 1 + static_cost(climb.test(Var(climb.r, "int")))
    if turn * (BEGUN[2] - BEGUN[0]) != ran[2] - ran[0] or turn <= 3:  # noqa: PLR2004 - two go into the bounds, one is gained
        return None
    half = STEP + HALF + tested + 1
    halvings = (2 * half - 1).bit_length()
    slack = 1 + static_cost(climb.least(2))
    made = Costs(turn, asked, tested, half, halvings, 16, slack)
    fixed = slack + ASSIGNED + tested + made.spread + turn * climb.begin
    far = max(16, 1 << (tested + ASSIGNED).bit_length())
    while (turn - 3) * far < fixed:
        far *= 2
    return replace(made, far=far)


def _witness_at(climb: Climb, n: int) -> int:
    """Return a parameter at which the condition holds of a number, and hardly of more."""
    least = climb.at(n) + climb.strict
    factor = climb.right.left if isinstance(climb.right, ir.Binary) else ir.Const(1)
    return -(-least // int(factor.value)) if isinstance(factor, ir.Const) else least


def _search(climb: Climb, costs: Costs, names: list[Name]) -> list[str]:
    """Return the lines that find a result that is far."""
    low, high, middle = names
    top = Var(high, "int")
    held = [f"invariant({high} > 0)"]
    if climb.poly.get((1,), 0) < 1:  # the bound is above the number itself since its square is
        held.append(f"invariant({high} * {high} >= {high})")
    return [
        f"    if {expression(climb.least(costs.far))}:",
        f"        {low}, {high} = {costs.far}, {2 * costs.far}",
        f"        while {expression(climb.test(top))}:",
        *(f"            {line}" for line in held),
        f"            decreases({expression(ir.Binary('sub', climb.right, top))})",
        f"            {low}, {high} = {high}, 2 * {high}",
        f"        while {high} - {low} > 1:",
        f"            decreases({high} - {low})",
        f"            {middle} = ({low} + {high}) // 2",
        f"            if {expression(climb.test(Var(middle, 'int')))}:",
        f"                {low} = {middle}",
        "            else:",
        f"                {high} = {middle}",
        f"        return {expression(replaced(climb.result, Var(climb.r, 'int'), top))}",
    ]
