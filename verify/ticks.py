"""Decides: the cost model, one table, used by the interpreter and by the Lean printer; its digest is in every certificate.

Costs are of what is executed: the second operand of `a and b` costs only where it is reached. What goes over a sequence costs
the length of it, whether or not Python would stop before its end.
"""

from dataclasses import replace
from types import MappingProxyType

from verify import expr
from verify.canonical import digest
from verify.expr import Binary, Choice, Compare, Const, Each, Expr, Extremum, Fold, Length, Logic, Unary, Var
from verify.types import ListOf, scalars
from verify.walk import children

TABLE = MappingProxyType({
    "operator": 1,  # + - * // % ** << >> & | ^ ~, unary minus, not; `and` and `or` once for each operand that is passed
    "comparison": 1,  # each link of a chain that is evaluated; of tuples and lists once more for each scalar of the left one
    "call": 1,  # abs, range, len, pow, sum, min, max, all, any, sorted, in, append, extend, pop, count, a function of the file
    "extremum_operand": 1,  # each operand of min and max of several
    "assignment": 1,  # each name assigned, the variable of a `for` or a comprehension included
    "branch_test": 1,  # if, conditional expression, the test of a comprehension
    "loop_step": 1,  # each time a loop or a comprehension asks whether it goes on, the last time included
    "index": 1,  # each element or component taken or stored, and a slice
    "element": 1,  # each element that is gone over or copied: by a builtin, a slice, `+` and `*` of lists; each one written out
})  # fmt: skip
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
        case Each():
            return _each(e)
        case expr.Divided(items=(quotient, _)):
            return add(cost(quotient), Const(TABLE["operator"]), _own(e))
        case _:
            return add(*map(cost, children(e)), _own(e))


def _own(e: Expr) -> Expr:
    """Return what a construct over tuples and lists costs besides its operands."""
    call, index, element = (Const(TABLE[k]) for k in ("call", "index", "element"))
    match e:
        case expr.Tuple(items) | expr.List(items):
            return Const(TABLE["element"] * len(items))
        case expr.Part() | expr.Item() | expr.Updated():
            return index
        case expr.Slice() | expr.Reverse() | expr.Repeat() | expr.Join():
            return add(index, _times(element, Length(e)))
        case Length() | expr.ModularPower() | expr.Appended() | expr.Popped() | expr.Span():
            return call
        case Fold(_, Each()):
            return call
        case expr.Apply():
            # what the arguments cost is counted once, outside
            return add(call, replace(e, what="ticks"))
        case expr.Member(_, operand) | expr.Count(_, operand) | Fold(_, operand) | expr.Extended(_, operand):
            return add(call, _times(element, Length(operand)))
    raise TypeError(f"{type(e).__name__} has no cost")


def _times(each: Const, count: Expr) -> Expr:
    return count if each == Const(1) else Binary("mul", each, count)


def _each(e: Each) -> Expr:
    """Cost of a comprehension: its source, then for each element a step, an assignment, the test and what is made of it."""
    turn: list[Expr] = [Const(TABLE["loop_step"] + TABLE["assignment"])]
    if e.test is not None:
        turn += [cost(e.test), Const(TABLE["branch_test"]), _choose(e.test, cost(e.element), Const(0))]
    else:
        turn.append(cost(e.element))
    one = add(*turn)
    whole = _times(one, Length(e.source)) if isinstance(one, Const) else Fold("sum", Each(one, e.variable, e.source))
    return add(cost(e.source), whole, Const(TABLE["loop_step"]))


def _size(e: Expr) -> Expr:
    """Return how many ints and bools a tuple or a list holds; of an inner list its length counts."""
    count = scalars(e.type)
    return Const(count) if count is not None else Length(e) if isinstance(e.type, ListOf) else Const(1)


def branch_cost(test: Expr) -> Expr:
    """Return the ticks of an `if` that decides by a test."""
    return add(cost(test), Const(TABLE["branch_test"]))


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
    total = add(cost(operands[0]), cost(operands[1]), _link(operands[0]))
    for i in range(len(operands) - 1, 1, -1):
        # innermost first, so that link i is paid only under links 1..i-1
        held = Compare(operands[:i], relations[: i - 1])  # type: ignore[arg-type]  # a slice of relations
        step = add(cost(operands[i]), _link(operands[i - 1]))
        total = add(total, _choose(held, step, Const(0)))
    return total


def _link(left: Expr) -> Expr:
    """Cost of one comparison."""
    plain = Const(TABLE["comparison"])
    return plain if left.type in ("int", "bool") else add(plain, _times(Const(TABLE["element"]), _size(left)))
