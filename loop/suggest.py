"""Which precondition is missing from a function that raises, or does not end, on some inputs: a guess from runs, for people."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final

from loop.observe import inputs
from loop.source_text import expression
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Compare, Const, Expr, Length, Var
from verify.limits import Limits
from verify.spec import Spec
from verify.types import Value

ENOUGH: Final = 8
"""inputs that a precondition must leave over"""


def suggested(spec: Spec, limits: Limits) -> str | None:
    """Return a `@require` under which no run raises and every run ends, the weakest that was found; None where none was."""
    runs = inputs(spec, limits, seed=0)
    interpreter = Interpreter(spec.program, limits)
    fine = [_fine(interpreter, a) for a in runs]
    if all(fine):
        return None
    names = [p.name for p in spec.program.parameters]
    single = list(_conditions(spec.program.parameters))
    both = [ir.Logic("and", pair) for pair in combinations(single, 2)]
    for conditions in (single, both):
        left = {}
        for e in conditions:
            allowed = list(map(holds(e, names, limits), runs))
            if not any(a and not f for a, f in zip(allowed, fine, strict=True)) and sum(allowed) >= ENOUGH:
                left[e] = sum(allowed)
        if left:
            best = max(left, key=lambda e: left[e])
            used = [n for n in names if n in ir.variables(best)]
            return f"@require(lambda {', '.join(used)}: {expression(best)})"
    return None


def _fine(interpreter: Interpreter, arguments: Sequence[Value]) -> bool:
    try:
        return not interpreter.run(arguments).raised
    except OutOfFuel:
        return False


def _conditions(parameters: Sequence[Var]) -> Iterator[Expr]:
    ints = [p for p in parameters if p.type == "int"]
    lists = [p for p in parameters if isinstance(p.type, ir.ListOf)]
    for v in ints:
        yield Compare((v, Const(0)), ("ne",))
        yield Compare((v, Const(0)), ("ge",))
        yield Compare((v, Const(0)), ("gt",))
    for xs in lists:
        yield Compare((Length(xs), Const(0)), ("gt",))
        for i in ints:
            yield Compare((Const(0), i, Length(xs)), ("le", "lt"))
            yield Compare((Const(0), i, Length(xs)), ("le", "le"))
    for a, b in combinations(lists, 2):
        yield Compare((Length(a), Length(b)), ("eq",))
        yield Compare((Length(a), Length(b)), ("le",))
        yield Compare((Length(b), Length(a)), ("le",))
    for a, b in combinations(ints, 2):
        yield Compare((a, b), ("le",))
        yield Compare((b, a), ("le",))
