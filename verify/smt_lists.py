"""Refuses only: the operators on lists in the SMT reading, over the alternatives that a list may be.

Each takes alternatives and makes alternatives; those are joined, and the too long ones cut off, by who reads the expression.
What raises or cannot be written down is told to `Faults`.
"""

import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import z3  # type: ignore[import-untyped]

from verify import ir
from verify.smt_terms import (
    YES,
    Faults,
    Lists,
    Term,
    Way,
    both,
    cases,
    choose,
    either,
    folded,
    in_order,
    literal,
    no,
    number,
    pick,
    plus,
)

LENGTH: Final = 128
"""longest list; longer ones are cut off"""
SPAN: Final = 8
"""most elements of a range, and repeats of a list, whose number is unknown"""
CLAMPED: Final = 24
"""longest list of which a slice with an unknown bound is taken"""
SORTED: Final = 8
"""longest list that is sorted, unless it is of literals"""
EXTREMES: Final[Mapping[str, Callable[[z3.ArithRef, z3.ArithRef], z3.ArithRef]]] = {
    "min": lambda a, b: folded(lambda x, y: z3.If(y < x, y, x), a, b),
    "max": lambda a, b: folded(lambda x, y: z3.If(y > x, y, x), a, b),
}


def total(parts: Iterable[tuple[z3.BoolRef, Term]]) -> z3.ArithRef:
    """Return the sum of the ints whose conditions hold."""
    return functools.reduce(plus, [pick(c, x, literal(0)) for c, x in parts], literal(0))


def length(source: tuple[Way, ...]) -> z3.ArithRef:
    """Return how many elements a list has."""
    value = literal(0)
    for c, elements in source:
        value = pick(c, literal(len(elements)), value)
    return value


def empty(source: tuple[Way, ...]) -> z3.BoolRef:
    """Return that a list is empty."""
    return either(*(c for c, elements in source if not elements))


def item(source: tuple[Way, ...], index: z3.ArithRef, kind: ir.Type, faults: Faults) -> Term:
    """Return an element; it is of the type `kind`."""
    value: Term | None = None
    for c, elements, here in _places(source, index, faults):
        taken: Term | None = None
        for at, x in zip(here, elements, strict=True):
            if not z3.is_false(at):
                taken = x if taken is None else choose(at, x, taken)
        if taken is not None:
            value = taken if value is None else choose(c, taken, value)
    return literal(ir.blank(kind)) if value is None else value


def updated(source: tuple[Way, ...], index: z3.ArithRef, value: Term, faults: Faults) -> Iterator[Way]:
    """Yield a list with one element replaced."""
    for c, elements, here in _places(source, index, faults):
        yield c, tuple(choose(at, value, x) for at, x in zip(here, elements, strict=True))


def _places(
    source: tuple[Way, ...], index: z3.ArithRef, faults: Faults
) -> Iterator[tuple[z3.BoolRef, tuple[Term, ...], list[z3.BoolRef]]]:
    """Yield each alternative with the conditions under which an index means each of its places; it raises for no place."""
    for c, elements in source:
        n = len(elements)
        outside = either(_is(index, operator.lt, -n), _is(index, operator.ge, n))
        faults.fail(both(c, outside))
        yield c, elements, [either(*(_is(index, operator.eq, k) for k in (i, i - n))) for i in range(n)]


def _is(term: z3.ArithRef, relation: Callable[[z3.ArithRef, int], z3.BoolRef], k: int) -> z3.BoolRef:
    return folded(lambda x: relation(x, k), term)


def sliced(source: tuple[Way, ...], start: z3.ArithRef | None, stop: z3.ArithRef | None, faults: Faults) -> Iterator[Way]:
    """Yield a slice: where the bounds are unknown, one alternative for each two places that they may come to."""
    known = all(b is None or number(b) is not None for b in (start, stop))
    for c, elements in source:
        n = len(elements)
        if n > CLAMPED and not known:
            faults.drop(c)
            continue
        for first, d in _clamped(start, n, 0):
            for last, f in _clamped(stop, n, n):
                yield both(c, d, f), elements[first:last]


def _clamped(bound: z3.ArithRef | None, size: int, default: int) -> Iterator[tuple[int, z3.BoolRef]]:
    """Yield each place from 0 to `size` that a bound of a slice may come to, with the condition under which it does."""
    k = default if bound is None else number(bound)
    if k is not None:
        yield (min(k, size) if k >= 0 else max(k + size, 0)), YES
        return
    for place in range(size + 1):
        yield place, folded(functools.partial(_comes_to, place=place, size=size), bound)


def _comes_to(x: z3.ArithRef, place: int, size: int) -> z3.BoolRef:
    if size == 0:
        return YES
    if place == size:
        return x >= size
    return z3.Or(x == place, x <= -size if place == 0 else x == place - size)


def repeated(source: tuple[Way, ...], count: z3.ArithRef, faults: Faults) -> Iterator[Way]:
    """Yield a repeated list."""
    k = number(count)
    for c, elements in source:
        if not elements:
            yield c, ()
        elif k is not None:
            # one element too many for what is kept stands for all that are longer
            yield c, elements * min(k, LENGTH + 1)
        else:
            yield both(c, _is(count, operator.le, 0)), ()
            for i in range(1, SPAN + 1):
                yield both(c, _is(count, operator.eq, i)), elements * i
            faults.drop(both(c, _is(count, operator.gt, SPAN)))


def span(start: z3.ArithRef, stop: z3.ArithRef, step: z3.ArithRef, faults: Faults) -> Iterator[Way]:
    """Yield the ints of a range."""
    faults.fail(_is(step, operator.eq, 0))
    first, last, width = (number(b) for b in (start, stop, step))
    if first is not None and last is not None and width:
        yield YES, tuple(literal(k) for k in range(first, last, width)[: LENGTH + 1])
        return
    elements: tuple[Term, ...] = ()
    reached, following = YES, start
    # literal ends tell by themselves where the range is over
    for _ in range(LENGTH if first is not None and width is not None and cases(stop) else SPAN):
        further = _further(following, stop, step)
        yield both(reached, no(further)), elements
        reached, elements, following = both(reached, further), (*elements, following), plus(following, step)
        if z3.is_false(reached):
            return
    beyond = both(reached, _further(following, stop, step))
    faults.drop(beyond)
    yield both(reached, no(beyond)), elements


def _further(following: z3.ArithRef, stop: z3.ArithRef, step: z3.ArithRef) -> z3.BoolRef:
    """Return that a range goes on."""
    up = folded(lambda x, y: x < y, following, stop)
    return pick(_is(step, operator.gt, 0), up, folded(lambda x, y: x > y, following, stop))


def fold(op: ir.Folding, source: tuple[Way, ...], faults: Faults) -> z3.ExprRef:
    """Return what a builtin other than `sorted` makes of a list."""
    if op == "sum":
        return total((c, x) for _, c, x in in_order(Lists(source)))
    if op in ("all", "any"):
        found = either(*(both(c, x if op == "any" else no(x)) for _, c, x in in_order(Lists(source))))
        return found if op == "any" else no(found)
    faults.fail(empty(source))
    value = literal(0)
    for c, elements in source:
        if elements:
            value = pick(c, functools.reduce(EXTREMES[op], elements), value)
    return value


def in_sequence(source: tuple[Way, ...], faults: Faults) -> Iterator[Way]:
    """Yield a sorted list, by exchanges of neighbours."""
    for c, elements in source:
        row = list(elements)
        numbers = [k for k in map(number, row) if k is not None]
        if len(numbers) == len(row):
            yield c, tuple(map(literal, sorted(numbers)))
        elif len(row) > SORTED:
            faults.drop(c)
        else:
            for end in range(len(row) - 1, 0, -1):
                for i in range(end):
                    row[i], row[i + 1] = EXTREMES["min"](row[i], row[i + 1]), EXTREMES["max"](row[i], row[i + 1])
            yield c, tuple(row)
