"""Which order between two costs is likely to hold, where the gain shows, and costs as expressions: all from runs."""

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

from loop.fit import fit, horner, over
from loop.observe import MANY, inputs
from loop.prover import Gain, literal
from loop.source_text import expression
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Program, Value
from verify.limits import Limits
from verify.reasons import CostNotLower, Reason, UnknownOrder
from verify.statement import Claim
from verify.task import Task

Arguments = tuple[Value, ...]
FAR = 10**9
"""an input of a family must still be allowed at this m: else the contract bounds it"""
PROBES = (0, 1, 2, 5, 12, 40, 150, 500)
"""values of m at which a family of inputs is tried"""


def measured(program: Program, runs: Sequence[Arguments], limits: Limits) -> dict[Arguments, int]:
    """Return the ticks of a program on each input whose run ends in its fuel."""
    interpreter = Interpreter(program, limits)
    out = {}
    for arguments in runs:
        try:
            outcome = interpreter.run(arguments)
        except OutOfFuel:
            continue
        if not outcome.raised:
            out[arguments] = outcome.ticks
    return out


def claims(task: Task, runs: Sequence[Arguments], limits: Limits) -> list[Claim] | Reason:
    """Return the claims about cost that the runs do not refute, strongest first, among the orders that the target asks for."""
    if task.new is None:
        return [Claim(None)]
    old, new = measured(task.old.program, runs, limits), measured(task.new.program, runs, limits)
    both = [a for a in runs if a in old and a in new]
    if not both:
        return UnknownOrder(what="no run of both versions ended in its fuel, so their costs cannot be compared.")
    worst = max(both, key=lambda a: new[a] - old[a])
    excess = new[worst] - old[worst]
    gains = any(new[a] < old[a] for a in both)
    found = []
    if "always" in task.spec.orders and excess <= 0 and gains:
        found.append(Claim("always"))
    if "eventually" in task.spec.orders and excess <= limits.slack and gains:
        found.append(Claim("eventually", max(excess, 0)))
    if found:
        return found
    call = f"{task.spec.name}({', '.join(map(repr, worst))})"
    what = f"the candidate costs {new[worst]} ticks for {call} and the version it would supersede {old[worst]}"
    return CostNotLower(what=what + ("." if gains else ", and on no input tried is it cheaper."))


def gain_of(task: Task, claim: Claim, runs: Sequence[Arguments], limits: Limits) -> Gain | None:
    """Return where the gain of a claim shows: one input for `always`, a family over `m` for `eventually`."""
    if task.new is None:
        return None
    names = [p.name for p in task.spec.program.parameters]
    if claim.order == "always":
        old, new = measured(task.old.program, runs, limits), measured(task.new.program, runs, limits)
        # a middling input with a clear gain: bounds that are loose at the edge still show it
        cheaper = sorted((a for a in runs if a in old and a in new and new[a] < old[a]), key=lambda a: old[a] - new[a])
        if not cheaper:
            return None
        return Gain({n: literal(v) for n, v in zip(names, cheaper[len(cheaper) * 3 // 4], strict=True)})
    return next(_families(task, runs, limits), None)


def _families(task: Task, runs: Sequence[Arguments], limits: Limits) -> Iterator[Gain]:
    parameters = task.spec.program.parameters
    allowed = holds(task.spec.require, [p.name for p in parameters], limits)
    ints = [i for i, p in enumerate(parameters) if p.type == "int"]
    bases = [*runs[:3], *runs[len(runs) // 2 : len(runs) // 2 + 3], *runs[-3:]]
    for scale in (1, 2, 5):
        for size in range(1, len(ints) + 1):
            for growing in combinations(ints, size):
                for base in bases:
                    for sign in (1, -1):
                        if _shows(task, base, growing, sign * scale, allowed, limits):
                            yield _family(task, base, growing, sign * scale)


def _point(base: Arguments, growing: tuple[int, ...], scale: int, m: int) -> Arguments:
    return tuple(v + scale * m if i in growing else v for i, v in enumerate(base))


def _shows(
    task: Task, base: Arguments, growing: tuple[int, ...], scale: int, allowed: Callable[[Arguments], bool], limits: Limits
) -> bool:
    if task.new is None:
        return False
    points = {m: _point(base, growing, scale, m) for m in PROBES}
    if not all(allowed(p) for p in (*points.values(), _point(base, growing, scale, FAR))):
        return False
    old, new = (measured(v.program, list(points.values()), limits) for v in (task.old, task.new))
    known = [m for m, p in points.items() if p in old and p in new]
    return len(known) > 3 and all(new[points[m]] + m <= old[points[m]] for m in known)  # noqa: PLR2004 - enough to see growth


def _family(task: Task, base: Arguments, growing: tuple[int, ...], scale: int) -> Gain:
    terms = {}
    for i, (p, v) in enumerate(zip(task.spec.program.parameters, base, strict=True)):
        terms[p.name] = f"({scale}) * (m : Int) + ({v})" if i in growing else literal(v)
    return Gain(terms)


def cost_text(task: Task, limits: Limits) -> tuple[str | None, str | None]:
    """Return the ticks of the old and the new version as polynomials in the parameters, None where they are none."""
    runs = inputs(task.spec, limits, seed=1, count=MANY // 2)
    return _polynomial(task.old.program, runs, limits), _polynomial(task.new.program, runs, limits) if task.new else None


def _polynomial(program: Program, runs: Sequence[Arguments], limits: Limits) -> str | None:
    if any(p.type == "bool" for p in program.parameters):
        return None
    ticks = measured(program, runs, limits)
    found = fit(len(program.parameters), [[int(x) for x in a] for a in ticks], list(ticks.values()), most=60)
    if found is None:
        return None
    return expression(over(horner(found[0], [ir.Var(p.name, "int") for p in program.parameters]), found[1]))
