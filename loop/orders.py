"""Which order between two costs is likely to hold, where the gain shows, and costs as expressions: all from runs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from loop.draw import number
from loop.fit import fit, horner, over
from loop.gains import Gain
from loop.observe import MANY, inputs
from loop.source_text import expression
from loop.timing import growing_inputs
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Expr, ListOf, Program, TupleOf, Type, Value
from verify.lean_expr import lean_type
from verify.limits import Limits
from verify.reasons import CostNotLower, Reason, UnknownOrder
from verify.spec import Spec
from verify.statement import Claim
from verify.task import Task
from verify.types import Key, key

Arguments = tuple[Value, ...]
FAR = 10**9
"""an input of a family must still be allowed at this m: else the contract bounds it"""
PROBES = (0, 1, 2, 5, 12, 40, 150, 500)
"""values of m at which a family of inputs is tried"""
NEAR = 60
"""ticks of an input at which a proof may evaluate both versions"""
LARGER = (100, 1_000, 100_000)
"""sizes of inputs on which a gain is looked for where small ones show none: what saves turns of a loop may cost more before"""
FAR_LIST = 2_000
"""the same for families in which lists grow"""
FILLS = (0, 1, -1)
"""elements of the lists that grow"""


def measured(program: Program, runs: Sequence[Arguments], limits: Limits) -> dict[Key, int]:
    """Return the ticks of a program on each input whose run ends in its fuel, by the input's key."""
    interpreter = Interpreter(program, limits)
    out: dict[Key, int] = {}
    for arguments in runs:
        try:
            outcome = interpreter.run(arguments)
        except OutOfFuel:
            continue
        if not outcome.raised:
            out[key(arguments)] = outcome.ticks
    return out


def claims(task: Task, runs: Sequence[Arguments], limits: Limits) -> list[Claim] | Reason:
    """Return the claims about cost that the runs do not refute, strongest first, among the orders that the target asks for.

    What may be claimed in the order `worst-case` is the business of `loop.worst_case`.
    """
    if task.new is None:
        return [Claim(None)]
    old, new = measured(task.old.program, runs, limits), measured(task.new.program, runs, limits)
    both = {key(a): a for a in runs if key(a) in old and key(a) in new}
    if not both:
        return UnknownOrder(what="no run of both versions ended in its fuel, so their costs cannot be compared.")
    worst = max(both, key=lambda k: new[k] - old[k])
    excess = new[worst] - old[worst]
    gains = any(new[k] < old[k] for k in both) or gains_far(task.spec, task.old.program, task.new.program, limits)
    found = []
    if "always" in task.spec.orders and excess <= 0 and gains:
        found.append(Claim("always"))
    if "eventually" in task.spec.orders and excess <= limits.slack and gains:
        found.append(Claim("eventually", max(excess, 0)))
    if found:
        return found
    call = f"{task.spec.name}({', '.join(map(repr, both[worst]))})"
    what = f"the candidate costs {new[worst]} ticks for {call} and the version it would supersede {old[worst]}"
    return CostNotLower(what=what + ("." if gains else ", and on no input tried is it cheaper."))


def gains_far(spec: Spec, old: Program, new: Program, limits: Limits) -> bool:
    """Say whether a program is cheaper than another on an input that is larger than runs usually look at."""
    far = list(growing_inputs(spec, limits, LARGER))
    before, after = (measured(p, far, limits) for p in (old, new))
    return any(after[k] < before[k] for k in before.keys() & after.keys())


def gain_of(task: Task, claim: Claim, runs: Sequence[Arguments], limits: Limits) -> Gain | None:
    """Return where the gain of a claim shows: one input for `always`, a family over `m` for `eventually`."""
    if task.new is None:
        return None
    names = [(p.name, p.type) for p in task.spec.program.parameters]
    if claim.order == "always":
        old, new = measured(task.old.program, runs, limits), measured(task.new.program, runs, limits)
        # a middling input with a clear gain: bounds that are loose at the edge still show it
        gains = {key(a): a for a in runs if key(a) in old and key(a) in new and new[key(a)] < old[key(a)]}
        cheaper = sorted(gains, key=lambda k: old[k] - new[k])
        if not cheaper:
            return None
        middling, nearest = cheaper[len(cheaper) * 3 // 4], min(cheaper, key=old.__getitem__)
        terms = [
            {n: lean_value(v, t) for (n, t), v in zip(names, gains[k], strict=True)} for k in (middling, nearest)
        ]  # fmt: skip
        return Gain(terms[0], terms[1] if old[nearest] <= NEAR else None)
    return next(_families(task, runs, limits), None)


def lean_value(v: Value, t: Type) -> str:
    """Return a value as a Lean term.

    >>> lean_value([(1, True)], ListOf(TupleOf(("int", "bool"))))
    '([((1 : Int), true)] : (List (Int × Bool)))'
    """
    match t, v:
        case ListOf(element), list():
            return f"([{', '.join(lean_value(x, element) for x in v)}] : {lean_type(t)})"
        case TupleOf(parts), tuple():
            return f"({', '.join(map(lean_value, v, parts))})"
        case _:
            return ("true" if v else "false") if t == "bool" else f"({v} : Int)"


@dataclass(frozen=True, slots=True)
class Growth:
    """How an input grows with `m`: an int by `scale * m`, a list to `abs(scale) * m + len(base)` elements that are all `fill`."""

    scale: int
    fill: int

    def value(self, base: Value, t: Type, m: int) -> Value:
        """Return what becomes of a parameter's value."""
        if isinstance(t, ListOf) and isinstance(base, list):
            return [filled(t.element, self.fill) for _ in range(self.length(base, m))]
        return number(base) + self.scale * m

    def length(self, base: list[Value], m: int) -> int:
        """Return how long a list gets."""
        return abs(self.scale) * m + len(base)

    def term(self, base: Value, t: Type) -> str:
        """Return the same as a Lean term over `m`, a natural number."""
        if isinstance(t, ListOf) and isinstance(base, list):
            return f"(List.replicate ({abs(self.scale)} * m + {len(base)}) {lean_value(filled(t.element, self.fill), t.element)})"
        return f"({self.scale}) * (m : Int) + ({base})"


def filled(t: Type, fill: int) -> Value:
    """Return a value all of whose ints are `fill`; its lists are empty."""
    match t:
        case TupleOf(parts):
            return tuple(filled(p, fill) for p in parts)
        case ListOf():
            return []
        case _:
            return fill if t == "int" else fill != 0


def _families(task: Task, runs: Sequence[Arguments], limits: Limits) -> Iterator[Gain]:
    parameters = task.spec.program.parameters
    growing = [i for i, p in enumerate(parameters) if p.type == "int" or isinstance(p.type, ListOf)]
    lists = any(isinstance(p.type, ListOf) for p in parameters)
    bases = [*runs[:3], *runs[len(runs) // 2 : len(runs) // 2 + 3], *runs[-3:]]
    shows = _Shows(task, limits)
    for scale in (1, 2, 5):
        for size in range(1, len(growing) + 1):
            for chosen in combinations(growing, size):
                for base in bases:
                    for sign, fill in product((1, -1), FILLS if lists else FILLS[:1]):
                        if shows(base, chosen, growth := Growth(sign * scale, fill)):
                            yield Gain({
                                p.name: growth.term(v, p.type) if i in chosen else lean_value(v, p.type)
                                for i, (p, v) in enumerate(zip(parameters, base, strict=True))
                            })  # fmt: skip


class _Shows:
    """Says of a family of inputs whether both versions' runs show a gain that grows with `m`."""

    def __init__(self, task: Task, limits: Limits) -> None:
        self._parameters = task.spec.program.parameters
        self._allowed = holds(task.spec.require, [p.name for p in self._parameters], limits)
        self._programs = [v.program for v in (task.old, task.new) if v is not None]
        self._limits = limits

    def __call__(self, base: Arguments, chosen: tuple[int, ...], growth: Growth) -> bool:
        def at(m: int) -> Arguments:
            pairs = enumerate(zip(self._parameters, base, strict=True))
            return tuple(growth.value(v, p.type, m) if i in chosen else v for i, (p, v) in pairs)

        lists = any(isinstance(self._parameters[i].type, ListOf) for i in chosen)
        points = [at(m) for m in PROBES]
        if not all(map(self._allowed, points)) or not self._allowed(at(FAR_LIST if lists else FAR)):
            return False
        old, new = (measured(p, points, self._limits) for p in self._programs)
        known = [(m, key(p)) for m, p in zip(PROBES, points, strict=True) if key(p) in old and key(p) in new]
        return len(known) > 3 and all(new[k] + m <= old[k] for m, k in known)  # noqa: PLR2004 - enough to see growth


def cost_text(task: Task, limits: Limits) -> tuple[str | None, str | None]:
    """Return the ticks of the old and the new version as polynomials, None where they are none.

    They are polynomials in the ints among the parameters and in the lengths of lists.
    """
    runs = inputs(task.spec, limits, seed=1, count=MANY // 2)
    return _polynomial(task.old.program, runs, limits), _polynomial(task.new.program, runs, limits) if task.new else None


def _polynomial(program: Program, runs: Sequence[Arguments], limits: Limits) -> str | None:
    """Return the ticks as a polynomial in the ints and the lengths of the lists, where nothing else sways them."""
    bases: list[Expr] = []
    for p in program.parameters:
        if p.type != "int" and not isinstance(p.type, ListOf):
            return None
        bases.append(p if p.type == "int" else ir.Length(p))
    ticks = measured(program, runs, limits)
    points: dict[tuple[int, ...], int] = {}
    for a in runs:
        if key(a) in ticks:
            point = tuple(len(v) if isinstance(v, list) else number(v) for v in a)
            if points.setdefault(point, ticks[key(a)]) != ticks[key(a)]:
                return None
    found = fit(len(bases), list(points), list(points.values()), most=60)
    return None if found is None else expression(over(horner(found[0], bases), found[1]))
