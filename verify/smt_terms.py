"""Refuses only: what stands for a value in the SMT reading: Z3 terms, tuples of such values, and unions of lists.

Ints are terms over unbounded integers. A list is a union of alternatives, at most one for each length: the condition under which
it has that length, and its elements there. The conditions exclude each other; on an input where none holds the list has no
meaning, which is so only where reading it was cut off or raised. Operators on literals are worked out, also on what has one of
a few literal values, so that loops over the length of a list unroll by themselves.
"""

import functools
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import z3  # type: ignore[import-untyped]

from verify import ir
from verify.ir import ListOf, Name, TupleOf, Type, Value

LENGTHS: Final = (3, 2, 1)
"""most elements of a list in an input, of a list in that, and of those further in; no longer ones are asked for"""
CASES: Final = 8
"""literal values that an int may have for operators on it to be worked out case by case, at most"""
YES, NO = z3.BoolVal(True), z3.BoolVal(False)  # noqa: FBT003 - the literals themselves


@dataclass(frozen=True, slots=True)
class Lists:
    """A list: alternatives by length, shortest first; a single one has the condition `YES`."""

    ways: "tuple[Way, ...]"


Term: TypeAlias = z3.ExprRef | tuple["Term", ...] | Lists
Case: TypeAlias = tuple[z3.ExprRef, z3.BoolRef]
"""a literal, and the condition under which it is meant"""
Way: TypeAlias = tuple[z3.BoolRef, tuple[Term, ...]]


class Faults(Protocol):
    """Takes note of the inputs on which evaluation raises, and of those that are cut off."""

    def fail(self, condition: z3.BoolRef) -> None:
        """Note that evaluation raises where the condition holds."""

    def drop(self, condition: z3.BoolRef) -> None:
        """Cut off the inputs on which the condition holds."""


def both(*parts: z3.BoolRef) -> z3.BoolRef:
    """Return a conjunction, shortened where parts are literally true or false."""
    if any(z3.is_false(p) for p in parts):
        return NO
    kept = [p for p in parts if not z3.is_true(p)]
    return YES if not kept else kept[0] if len(kept) == 1 else z3.And(*kept)


def either(*parts: z3.BoolRef) -> z3.BoolRef:
    """Return a disjunction, shortened where parts are literally true or false."""
    if any(z3.is_true(p) for p in parts):
        return YES
    kept = [p for p in parts if not z3.is_false(p)]
    return NO if not kept else kept[0] if len(kept) == 1 else z3.Or(*kept)


def no(part: z3.BoolRef) -> z3.BoolRef:
    """Return a negation, shortened where the part is literally true or false."""
    return NO if z3.is_true(part) else YES if z3.is_false(part) else z3.Not(part)


def choose(test: z3.BoolRef, then: Term, orelse: Term) -> Term:
    """Return `then` where the test holds, else `orelse`."""
    if then is orelse or z3.is_true(test):
        return then
    if z3.is_false(test):
        return orelse
    match then, orelse:
        case Lists(first), Lists(second):
            return _chosen(test, first, second)
        case tuple(), tuple():
            return tuple(choose(test, a, b) for a, b in zip(then, orelse, strict=True))
        case _:
            return pick(test, then, orelse)


def pick(test: z3.BoolRef, then: z3.ExprRef, orelse: z3.ExprRef) -> z3.ExprRef:
    """Return `then` where the test holds, else `orelse`, of ints or bools; shortened where literals decide."""
    if z3.is_true(test) or then.eq(orelse):
        return then
    if z3.is_false(test):
        return orelse
    if z3.is_true(then) or z3.is_false(orelse):
        return either(test, orelse) if z3.is_true(then) else both(test, then)
    if z3.is_false(then) or z3.is_true(orelse):
        return both(no(test), orelse) if z3.is_false(then) else either(no(test), then)
    return z3.If(test, then, orelse)


def _chosen(test: z3.BoolRef, first: tuple[Way, ...], second: tuple[Way, ...]) -> Lists:
    """Choose between lists; the elements of alternatives of one length are chosen between one by one."""
    ways: list[Way] = []
    others = {len(elements): (c, elements) for c, elements in second}
    for c, elements in first:
        if len(elements) not in others:
            ways.append((both(test, c), elements))
            continue
        d, other = others.pop(len(elements))
        condition = c if c.eq(d) else either(both(test, c), both(no(test), d))
        ways.append((condition, tuple(choose(test, a, b) for a, b in zip(elements, other, strict=True))))
    return union([*ways, *((both(no(test), d), elements) for d, elements in others.values())])


def union(ways: Iterable[Way]) -> Lists:
    """Return a list of alternatives whose conditions exclude each other; those of one length become one."""
    by_length: dict[int, Way] = {}
    for c, elements in ways:
        if z3.is_false(c):
            continue
        if len(elements) in by_length:
            d, other = by_length[len(elements)]
            merged = tuple(choose(c, a, b) for a, b in zip(elements, other, strict=True))
            by_length[len(elements)] = (either(c, d), merged)
        else:
            by_length[len(elements)] = (c, elements)
    found = tuple(by_length[n] for n in sorted(by_length))
    return Lists(found if len(found) > 1 else ((YES, found[0][1] if found else ()),))


def one(elements: Iterable[Term]) -> Lists:
    """Return a list of known length."""
    return Lists(((YES, tuple(elements)),))


def in_order(source: Lists) -> Iterator[tuple[int, z3.BoolRef, Term]]:
    """Yield the elements of all alternatives by position, each with the position and the condition under which it is there.

    Those of one position exclude each other; what several alternatives share there comes once.
    """
    for i in range(len(source.ways[-1][1])):
        groups: dict[object, tuple[list[z3.BoolRef], Term]] = {}
        for c, elements in source.ways:
            if i < len(elements):
                groups.setdefault(identity(elements[i]), ([], elements[i]))[0].append(c)
        for conditions, element in groups.values():
            yield i, YES if len(conditions) == len(source.ways) else either(*conditions), element


def identity(term: Term) -> object:
    """Return something hashable that is equal for equal terms; they must be kept while it is used."""
    match term:
        case Lists(ways):
            return ("list", *((c.get_id(), identity(elements)) for c, elements in ways))
        case tuple():
            return tuple(map(identity, term))
        case _:
            return term.get_id()


def same(a: Term, b: Term) -> z3.BoolRef:
    """Return that two values of one type are equal."""
    if a is b:
        return YES
    match a, b:
        case Lists(first), Lists(second):
            pairs = [(c, xs, d, ys) for c, xs in first for d, ys in second if len(xs) == len(ys)]
            return either(*(both(c, d, *map(same, xs, ys)) for c, xs, d, ys in pairs))
        case tuple(), tuple():
            return both(*map(same, a, b))
        case _:
            return equal(a, b)


def equal(a: z3.ExprRef, b: z3.ExprRef) -> z3.BoolRef:
    """Return that two ints, or two bools, are equal."""
    return YES if a.eq(b) else folded(lambda x, y: x == y, a, b)


# -- literals -------------------------------------------------------------------------------------------------------------------


def literal(value: Value) -> Term:
    """Return a value as a term. Raises ValueError for an int above 4300 digits, which no literal of a checked file has."""
    match value:
        case bool():
            return YES if value else NO
        case int():
            return z3.IntVal(value)
        case list():
            return one(map(literal, value))
        case _:
            return tuple(map(literal, value))


def number(term: z3.ExprRef) -> int | None:
    """Return the value of a literal int, None where the term is none."""
    return int(term.as_long()) if z3.is_int_value(term) else None


def folded(make: Callable[..., z3.ExprRef], *operands: z3.ExprRef) -> z3.ExprRef:
    """Return what an operator makes of ints, worked out case by case where each has one of a few literal values."""
    if all(map(is_literal, operands)):
        return z3.simplify(make(*operands))
    known = [cases(o) for o in operands]
    if not all(known) or math.prod(map(len, known)) > CASES**2:
        return make(*operands)
    found: dict[int, Case] = {}
    for combination in itertools.product(*(k.values() for k in known)):
        end = z3.simplify(make(*(e for e, _ in combination)))
        if not is_literal(end):
            return make(*operands)
        _add(found, end, both(*(c for _, c in combination)))
    if len(found) > CASES:
        return make(*operands)
    first, *rest = found.values()
    return functools.reduce(lambda value, case: pick(case[1], case[0], value), rest, first[0])


def cases(term: z3.ExprRef) -> dict[int, Case]:
    """Return the literals that a term may be, by identity, and when it is which; none where those are unknown or many."""
    found: dict[int, Case] = {}
    open_ones = [(term, YES)]
    for _ in range(3 * CASES):
        if not open_ones:
            return found if len(found) <= CASES else {}
        part, condition = open_ones.pop()
        if is_literal(part):
            _add(found, part, condition)
        elif z3.is_app_of(part, z3.Z3_OP_ITE):
            test, then, orelse = part.children()
            open_ones += [(orelse, both(condition, no(test))), (then, both(condition, test))]
        else:
            return {}
    return {}


def _add(found: dict[int, Case], end: z3.ExprRef, condition: z3.BoolRef) -> None:
    _, before = found.get(end.get_id(), (end, NO))
    found[end.get_id()] = end, either(before, condition)


def is_literal(term: z3.ExprRef) -> bool:
    """Say whether a term is a number, `True` or `False`."""
    return bool(z3.is_int_value(term) or z3.is_true(term) or z3.is_false(term))


def plus(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return a sum."""
    return folded(lambda x, y: x + y, a, b)


def floor_div(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return Python's `a // b` for b != 0: Z3's `div` rounds down for positive divisors and up for negative ones."""
    return folded(lambda x, y: _by_sign(y, x / y, (-x) / (-y)), a, b)


def floor_mod(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return Python's `a % b` for b != 0: the sign is the divisor's, where Z3's `mod` is never negative."""
    return folded(lambda x, y: _by_sign(y, x % y, -((-x) % (-y))), a, b)


def _by_sign(b: z3.ArithRef, positive: z3.ArithRef, negative: z3.ArithRef) -> z3.ArithRef:
    if z3.is_int_value(b):
        return positive if b.as_long() > 0 else negative
    return z3.If(b > 0, positive, negative)


# -- inputs ---------------------------------------------------------------------------------------------------------------------


def variables(parameters: Sequence[ir.Var]) -> dict[Name, Term]:
    """Return an unknown for each parameter; it is named by its place, so that no name from a file reaches the solver."""
    return {p.name: _unknown(p.type, f"v{i}", 0) for i, p in enumerate(parameters)}


def _unknown(t: Type, name: str, depth: int) -> Term:
    match t:
        case "int":
            return z3.Int(name)
        case "bool":
            return z3.Bool(name)
        case TupleOf(parts):
            return tuple(_unknown(p, f"{name}_{i}", depth) for i, p in enumerate(parts))
        case ListOf(element):
            length, most = z3.Int(f"{name}_length"), LENGTHS[min(depth, len(LENGTHS) - 1)]
            elements = tuple(_unknown(element, f"{name}_{i}", depth + 1) for i in range(most))
            return Lists(tuple((length == n, elements[:n]) for n in range(most + 1)))


def bounded(terms: Iterable[Term]) -> z3.BoolRef:
    """Return that each list among unknowns has a length that is asked for."""
    found = []
    for t in terms:
        match t:
            case Lists(ways):
                found += [either(*(c for c, _ in ways)), bounded(ways[-1][1])]
            case tuple():
                found.append(bounded(t))
    return both(*found)


def ints(terms: Iterable[Term]) -> Iterator[z3.ArithRef]:
    """Yield the ints among unknowns and in them, lengths left out."""
    for t in terms:
        match t:
            case Lists(ways):
                yield from ints(ways[-1][1])
            case tuple():
                yield from ints(t)
            case _ if z3.is_int(t):
                yield t


def concrete(term: Term, evaluate: Callable[[z3.ExprRef], Any]) -> Value:
    """Return the value of a term, where `evaluate` gives the literals of terms. Raises ValueError where it has no meaning."""
    match term:
        case Lists(ways):
            for c, elements in ways:
                if z3.is_true(evaluate(c)):
                    return [concrete(x, evaluate) for x in elements]
            raise ValueError("a list has none of its lengths")
        case tuple():
            return tuple(concrete(x, evaluate) for x in term)
        case _:
            found = evaluate(term)
            if not is_literal(found):
                raise ValueError("a term is not decided")
            return bool(z3.is_true(found)) if z3.is_bool(found) else int(found.as_long())
