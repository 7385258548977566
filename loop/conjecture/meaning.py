"""What expressions come to on samples, by the total functions that theorems speak of, and where Python would raise nothing."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from loop.conjecture.grammar import LARGE, SHIFT, Point, Value, Vector, shifted
from verify import ir
from verify.ir import Expr
from verify.walk import safe

Run: TypeAlias = Callable[[Point], Any]

_BINARY: Final[Mapping[str, Callable[[int, int], int | None]]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
    "floordiv": lambda a, b: a // b if b else 0, "mod": lambda a, b: a % b if b else a,
    "lshift": shifted, "rshift": lambda a, b: a >> max(b, 0),
}  # fmt: skip
_UNARY: Final[Mapping[str, Callable[[Any], Any]]] = {
    "neg": operator.neg, "invert": operator.invert, "abs": abs, "not": operator.not_, "truth": bool,
}  # fmt: skip
_RELATIONS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "eq": operator.eq, "ne": operator.ne,
}  # fmt: skip


def values(e: Expr, points: Sequence[Point]) -> Vector:
    """Return what an expression comes to on each sample; None where that is too large, or nothing here says it."""
    run = _compiled(e)
    return tuple(run(p) for p in points)


def valid(e: Expr, points: Sequence[Point]) -> list[bool]:
    """Return on which samples Python evaluates an expression without raising."""
    return [v is True for v in values(safe(e), points)]


def _compiled(e: Expr) -> Run:
    """Return what runs an expression; made each time, as `True` and `1` are equal, and no key of a table tells them apart."""
    match e:
        case ir.Const(v):
            return lambda _: v
        case ir.Var(name):
            return lambda point: point.get(name)
        case ir.Logic(op, operands):
            return _logic(op == "and", [_compiled(o) for o in operands])
        case ir.Compare(operands, relations):
            return _comparison([_compiled(o) for o in operands], [_RELATIONS[r] for r in relations])
        case ir.Choice(test, then, orelse):
            return _choice(*map(_compiled, (test, then, orelse)))
    function = _function(e)
    return (lambda _: None) if function is None else _applied(function, [_compiled(c) for c in ir.children(e)])


def _function(e: Expr) -> Callable[..., Value | None] | None:
    """Return what an operator does with the values of its operands, in their order; None for what no grammar has."""
    match e:
        case ir.Unary(op):
            return _UNARY.get(op)
        case ir.Binary(op):
            return _BINARY.get(op)
        case ir.Extremum(op):
            return min if op == "min" else max
        case ir.Length():
            return len
        case ir.Fold("sum", operand) if not isinstance(operand, ir.Each):
            return sum
        case ir.Reverse():
            return lambda xs: xs[::-1]
        case ir.Join():
            return operator.add
        case ir.Repeat():
            return lambda xs, n: () if not xs else None if n > SHIFT else xs * max(n, 0)
        case ir.Member():
            return lambda x, xs: x in xs
        case ir.Count():
            return lambda x, xs: xs.count(x)
        case ir.List():
            return lambda *items: items
    return None


def _applied(function: Callable[..., Value | None], operands: Sequence[Run]) -> Run:
    def run(point: Point) -> Value | None:
        given = [o(point) for o in operands]
        if any(v is None for v in given):
            return None
        found = function(*given)
        if isinstance(found, tuple):
            return found if len(found) <= SHIFT else None
        return found if found is None or -LARGE < found < LARGE else None

    return run


def _logic(due: bool, operands: Sequence[Run]) -> Run:  # noqa: FBT001 - whether it is `and`
    def run(point: Point) -> bool | None:
        for o in operands:
            found = o(point)
            if found is None or found is not due:
                return found  # type: ignore[no-any-return]  # a condition
        return due

    return run


def _comparison(operands: Sequence[Run], relations: Sequence[Callable[[Any, Any], bool]]) -> Run:
    def run(point: Point) -> bool | None:
        given = [o(point) for o in operands]
        if any(v is None for v in given):
            return None
        return all(r(a, b) for r, a, b in zip(relations, given, given[1:], strict=False))

    return run


def _choice(test: Run, then: Run, orelse: Run) -> Run:
    def run(point: Point) -> Value | None:
        found = test(point)
        return None if found is None else then(point) if found else orelse(point)

    return run
