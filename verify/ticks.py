"""Decides: the cost model, one table, used by the interpreter and by the Lean printer; its digest is in every certificate.

Costs are of what is executed: the second operand of `a and b` costs only where it is reached.
"""

from types import MappingProxyType

from verify.canonical import digest
from verify.ir import Binary, Choice, Compare, Const, Expr, Extremum, Logic, Unary, Var

TABLE = MappingProxyType({
    "operator": 1,  # + - * // %, unary minus, not; `and` and `or` once for each operand that is passed
    "comparison": 1,  # each link of a chain that is evaluated
    "call": 1,  # abs, range
    "extremum_operand": 1,  # each operand of min and max
    "assignment": 1,  # each name assigned, the loop variable of a `for` included
    "branch_test": 1,  # if, conditional expression
    "loop_step": 1,  # each time a loop asks whether it goes on, the last time included
})
DIGEST = digest("ticks", dict(TABLE))


def add(*parts: Expr) -> Expr:
    """Return a sum with its literals folded."""
    constant = sum(p.value for p in parts if isinstance(p, Const))
    rest = [p for p in parts if not isinstance(p, Const)]
    total: Expr = Const(constant)
    for p in rest:
        total = Binary("add", total, p) if total != Const(0) else p
    return total


def cost(e: Expr) -> Expr:
    """Return the ticks of evaluating `e`, as an int expression over the same variables; it is never negative."""
    match e:
        case Const() | Var():
            return Const(0)
        case Unary("truth", operand):
            return cost(operand)
        case Unary("abs", operand):
            return add(cost(operand), Const(TABLE["call"]))
        case Unary(_, operand):
            return add(cost(operand), Const(TABLE["operator"]))
        case Binary(_, left, right):
            return add(cost(left), cost(right), Const(TABLE["operator"]))
        case Extremum(_, operands):
            return add(*map(cost, operands), Const(TABLE["extremum_operand"] * len(operands)))
        case Choice(test, then, orelse):
            return add(cost(test), Const(TABLE["branch_test"]), _choose(test, cost(then), cost(orelse)))
        case Logic(op, operands):
            return _logic(op, operands)
        case Compare(operands, relations):
            return _chain(operands, relations)


def _choose(test: Expr, then: Expr, orelse: Expr) -> Expr:
    """Return `then if test else orelse`, without the test where both arms cost the same."""
    return then if then == orelse else Choice(test, then, orelse)


def _logic(op: str, operands: tuple[Expr, ...]) -> Expr:
    """Cost of `a and b and ...`: the first operand, then one tick and the rest where it did not decide."""
    first, rest = operands[0], operands[1:]
    if not rest:
        return cost(first)
    further = add(Const(TABLE["operator"]), _logic(op, rest))
    went_on = _choose(first, further, Const(0)) if op == "and" else _choose(first, Const(0), further)
    return add(cost(first), went_on)


def _chain(operands: tuple[Expr, ...], relations: tuple[str, ...]) -> Expr:
    """Cost of `a R b S c ...`: both first operands and one link, then the rest where the link holds."""
    total = add(cost(operands[0]), cost(operands[1]), Const(TABLE["comparison"]))
    for i in range(len(operands) - 1, 1, -1):
        # innermost first, so that link i is paid only under links 1..i-1
        held = Compare(operands[:i], relations[: i - 1])  # type: ignore[arg-type]  # a slice of relations
        step = add(cost(operands[i]), Const(TABLE["comparison"]))
        total = add(total, _choose(held, step, Const(0)))
    return total
