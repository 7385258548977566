"""Decides: what an expression holds, and when evaluating it raises nothing."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final, get_args

from verify import expr
from verify.expr import FALSE, TRUE, Binary, Choice, Compare, Const, Each, Expr, Fold, Length, Logic, Name, Unary, Var

EXPRESSIONS: Final[tuple[type[Expr], ...]] = get_args(Expr)
"""every construct"""


def _fields_of(kind: type[Expr]) -> tuple[str, ...]:
    names = tuple(f.name for f in dataclasses.fields(kind) if f.name != "line")
    return ("source", "test", "element") if kind is Each else names


_FIELDS: Final = {kind: _fields_of(kind) for kind in EXPRESSIONS}
"""the fields of a construct that may hold subexpressions, in order of evaluation"""


def children(e: Expr) -> tuple[Expr, ...]:
    """Return the direct subexpressions, in order of evaluation; the variable that an `Each` binds is none."""
    found: list[Expr] = []
    for name in _FIELDS[type(e)]:
        part = getattr(e, name)
        found += [p for p in (part if isinstance(part, tuple) else (part,)) if isinstance(p, EXPRESSIONS)]
    return tuple(found)


def rebuilt(e: Expr, go: Callable[[Expr], Expr]) -> Expr:
    """Return `e` with each direct subexpression replaced by what `go` makes of it."""
    made: dict[str, object] = {}
    for name in _FIELDS[type(e)]:
        part = getattr(e, name)
        if isinstance(part, EXPRESSIONS):
            made[name] = go(part)
        elif isinstance(part, tuple) and any(isinstance(p, EXPRESSIONS) for p in part):
            made[name] = tuple(map(go, part))
    return dataclasses.replace(e, **made) if made else e  # type: ignore[arg-type]  # fields of the same class


def subexpressions(e: Expr) -> Iterator[Expr]:
    """Yield an expression and everything in it."""
    yield e
    for child in children(e):
        yield from subexpressions(child)


def variables(e: Expr) -> frozenset[Name]:
    """Return the names of the variables whose values an expression depends on; those that it binds itself are none of them."""
    found = {x.name for x in subexpressions(e) if isinstance(x, Var)}
    return frozenset(found - {x.variable.name for x in subexpressions(e) if isinstance(x, Each)})


def substitute(e: Expr, env: dict[Name, Expr]) -> Expr:
    """Return `e` with each variable in `env` replaced by its expression; what `Each` binds has a name that nothing else has."""

    def go(x: Expr) -> Expr:
        return env.get(x.name, x) if isinstance(x, Var) else rebuilt(x, go)

    return go(e)


def conjunction(parts: list[Expr] | tuple[Expr, ...]) -> Expr:
    """Return the `and` of conditions, simplified where there are fewer than two."""
    kept = tuple(p for p in parts if p != TRUE)
    return TRUE if not kept else kept[0] if len(kept) == 1 else Logic("and", kept)


def negation(e: Expr) -> Expr:
    """Return `not e`."""
    return FALSE if e == TRUE else TRUE if e == FALSE else Unary("not", e)


def plus_constant(e: Expr, c: int) -> Expr:
    """Return `e + c` for a literal `c`."""
    return e if c == 0 else Binary("sub", e, Const(-c)) if c < 0 else Binary("add", e, Const(c))


def held(e: Expr) -> Expr:
    """Return that a condition can be evaluated without raising, and is true."""
    return conjunction([safe(e), e])


def safe(e: Expr) -> Expr:
    """Return the condition under which evaluating `e` raises nothing; `TRUE` where it never does.

    The condition itself is built from subexpressions that are safe wherever it is reached, short circuits respected; of a
    generator in `all` or `any` it asks that every element can be evaluated, the ones that Python would not come to included.
    """
    match e:
        case Const() | Var():
            return TRUE
        case Choice(test, then, orelse):
            return conjunction([safe(test), _guarded(test, safe(then)), _guarded(negation(test), safe(orelse))])
        case Logic(op, operands):
            parts, guard = [safe(operands[0])], operands[0]
            for operand in operands[1:]:
                parts.append(_guarded(guard if op == "and" else negation(guard), safe(operand)))
                guard = Logic(op, (*guard.operands, operand) if isinstance(guard, Logic) and guard.op == op else (guard, operand))
            return conjunction(parts)
        case Compare(operands, relations):
            parts = [safe(operands[0]), safe(operands[1])]
            for i in range(2, len(operands)):
                parts.append(_guarded(Compare(operands[:i], relations[: i - 1]), safe(operands[i])))
            return conjunction(parts)
        case Each(element, variable, source, test):
            inner = conjunction([safe(test), _guarded(test, safe(element))]) if test is not None else safe(element)
            every = TRUE if inner == TRUE else Fold("all", Each(inner, variable, source))
            return conjunction([safe(source), every])
        case _:
            return conjunction([*(safe(child) for child in children(e)), _own_condition(e)])


def looks_at_all(e: Expr, *, truth: bool = True) -> bool:
    """Say whether `e` gives `truth` only where `safe(e)` holds; False if in doubt.

    `all` and `any` stop at the element that decides, and what comes after it may raise; an `all` that is true has no such
    elements, nor has an `any` that is false.
    """
    if not any(map(_may_hide_faults, subexpressions(e))):
        return True
    match e:
        case Unary("not", operand):
            return looks_at_all(operand, truth=not truth)
        case Logic(op, operands):
            # of one that ends with its last operand those before it gave the other value
            others = () if truth == (op == "and") else operands[:-1]
            return all(looks_at_all(o, truth=truth) for o in operands) and all(looks_at_all(o, truth=not truth) for o in others)
        case Choice(test, then, orelse):
            arms = looks_at_all(then, truth=truth) and looks_at_all(orelse, truth=truth)
            return arms and looks_at_all(test, truth=True) and looks_at_all(test, truth=False)
        case Fold("all" | "any" as op, Each(element, _, source, test)) if truth == (op == "all"):
            # every element that the test lets through gave the same
            tests = test is None or (looks_at_all(test, truth=True) and looks_at_all(test, truth=False))
            return tests and looks_at_all(element, truth=truth) and not any(map(_may_hide_faults, subexpressions(source)))
    return False


def _may_hide_faults(e: Expr) -> bool:
    """Say whether something may end before an element that raises."""
    match e:
        case Fold("all" | "any", Each(element, _, _, test)):
            return safe(element) != TRUE or (test is not None and safe(test) != TRUE)
    return False


def _own_condition(e: Expr) -> Expr:
    """Return the condition that a construct itself sets, its operands being there."""
    match e:
        case Binary("floordiv" | "mod", _, right) | expr.ModularPower(_, _, right) | expr.Span(_, _, right):
            nonzero = TRUE if isinstance(right, Const) and right.value != 0 else Compare((right, Const(0)), ("ne",))
            return conjunction([_at_least_zero(e.exponent), nonzero]) if isinstance(e, expr.ModularPower) else nonzero
        case Binary("pow" | "lshift" | "rshift", _, right):
            return _at_least_zero(right)
        case expr.Item(operand, Const(place)) | expr.Updated(operand, Const(place)):
            return Compare((Length(operand), Const(place if place >= 0 else -place - 1)), ("gt",))
        case expr.Item(operand, index) | expr.Updated(operand, index):
            length = Length(operand)
            return Compare((Unary("neg", length), index, length), ("le", "lt"))
        case Fold("min" | "max", operand) | expr.Popped(operand):
            return Compare((Length(operand), Const(0)), ("ne",))
        case expr.Apply(helper, arguments):
            due = conjunction([safe(helper.require), helper.require])
            return substitute(due, {p.name: a for p, a in zip(helper.program.parameters, arguments, strict=True)})
    return TRUE


def _at_least_zero(e: Expr) -> Expr:
    return TRUE if isinstance(e, Const) and e.value >= 0 else Compare((e, Const(0)), ("ge",))


def _guarded(guard: Expr, condition: Expr) -> Expr:
    """Return `guard implies condition`; what stands in the guard itself need not be asked."""
    known, asked = (e.operands if isinstance(e, Logic) and e.op == "and" else (e,) for e in (guard, condition))
    left = conjunction([c for c in asked if c not in known])
    return TRUE if left == TRUE else Logic("or", (negation(guard), left))
