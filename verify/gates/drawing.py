"""Refuses only: a type -> values of it to try: all small ones, drawn ones, ones with a given constant in them."""

import functools
import itertools
from collections.abc import Iterator, Sequence
from typing import Final

from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from verify import ir
from verify.gates.bounds import EACH, LEN, Bounds, Place
from verify.gates.repairs import LONGEST
from verify.ir import Value
from verify.types import ListOf, TupleOf, Type, blank, copied

WIDE: Final = 2**64
DENSE: Final = 50
"""the small ints 0..DENSE are drawn often"""
SHORT: Final = 4
"""lengths above the least one up to which all lists over a few ints are tried"""
LISTS: Final = 12
"""most elements of a list that is drawn, but for a few long ones"""


class OwnConstantsOnly(HypothesisProvider):
    """Draws as Hypothesis does, but without the constants that it collects from whatever modules are loaded.

    With those, draws would depend on what else runs in the process, and a folder would be written to keep them in.
    """

    def _maybe_draw_constant(self, *_: object, **__: object) -> None:
        """Draw no constant."""


AVAILABLE_PROVIDERS["qedloop"] = f"{__name__}.{OwnConstantsOnly.__name__}"


# -- small ones -----------------------------------------------------------------------------------------------------------------


def small(bounds: Bounds, t: Type, place: Place, width: int, count: int) -> list[Value]:
    """Return small values within bounds: `width` neighbouring ints; of lists and tuples at most `count`, the short ones first."""
    match t:
        case "int":
            return list(_small_ints(bounds, place, width))
        case "bool":
            return [False, True]
        case TupleOf(parts):
            each = max(2, int(count ** (1 / len(parts))))
            sides = [small(bounds, p, (*place, i), min(width, each), each) for i, p in enumerate(parts)]
            return [tuple(v) for v in itertools.islice(itertools.product(*sides), count)]
        case ListOf(element):
            return list(itertools.islice(_small_lists(bounds, element, place, count), count))


def _small_ints(bounds: Bounds, place: Place, width: int) -> range:
    """Return `width` neighbouring ints within the bounds of a place, small ones where there is a choice."""
    low, high = bounds.low.get(place), bounds.high.get(place)
    start = -2 if width > 6 else -1 if width > 3 else 0  # noqa: PLR2004 - wide boxes hold negatives too
    if low is not None:
        start = max(low, start) if low > -width else low
    if high is not None and high < start + width - 1:
        start = high - width + 1 if low is None else max(low, high - width + 1)
    return range(start, start + width if high is None else min(start + width, high + 1))


def _small_lists(bounds: Bounds, element: Type, place: Place, count: int) -> Iterator[Value]:
    """Yield lists of small elements, each length with its share of `count`; shares that are not used up go to the longer ones."""
    least = max(0, bounds.low.get((*place, LEN), 0))
    most = min(least + SHORT, bounds.high.get((*place, LEN), least + SHORT), LONGEST)
    left = count
    for n in range(least, most + 1):
        share = max(1, left // (most + 1 - n))
        # the number of elements whose lists of this length are about as many as the share
        each = 1 if n == 0 else max(2, round(share ** (1 / n)))
        made = list(itertools.islice(itertools.product(small(bounds, element, (*place, EACH), each, each), repeat=n), share))
        left -= len(made)
        yield from ([copied(v) for v in xs] for xs in made)


# -- drawn ones -----------------------------------------------------------------------------------------------------------------


@functools.lru_cache(maxsize=32)
def drawn_ints(constants: tuple[int, ...]) -> st.SearchStrategy[int]:
    """Return the mix of ints: dense small ones, mined constants, powers of two and their neighbours, wide ones."""
    powers = [2**k + d for k in range(3, 65) for d in (-1, 0, 1)]
    kinds: list[st.SearchStrategy[int]] = [
        st.integers(0, DENSE), st.integers(0, DENSE), st.integers(-DENSE, 500),
        st.sampled_from(powers), st.integers(-WIDE, WIDE),
    ]  # fmt: skip
    return st.one_of([*kinds, *([st.sampled_from(constants)] * 2 if constants else [])])


def drawn_values(t: Type, constants: tuple[int, ...], *, inside: bool = False) -> st.SearchStrategy[Value]:
    """Return a mix of values; ints `inside` a list are nearer to each other, so that they meet."""
    match t:
        case "int":
            whole: st.SearchStrategy[Value] = drawn_ints(constants)
            return st.one_of([st.integers(0, 3), st.integers(-3, 9), st.integers(-DENSE, DENSE), whole]) if inside else whole
        case "bool":
            return st.booleans()
        case TupleOf(parts):
            return st.tuples(*(drawn_values(p, constants, inside=inside) for p in parts))
        case ListOf(element):
            return _drawn_lists(drawn_values(element, constants, inside=True), element, constants, inside=inside)


def _drawn_lists(
    one: st.SearchStrategy[Value], element: Type, constants: tuple[int, ...], *, inside: bool
) -> st.SearchStrategy[Value]:
    """Return a mix of lists: plain, sorted both ways, constant, of few different elements, with a constant in them, long."""
    lists = st.lists(one, max_size=LISTS // 2)
    kinds: list[st.SearchStrategy[list[Value]]] = [lists, st.lists(one, min_size=1, max_size=1 if inside else LISTS)]
    if inside:
        return st.one_of([k.map(list) for k in kinds])
    kinds += [
        lists.map(_sorted), st.lists(one, max_size=LISTS).map(_sorted), lists.map(_sorted).map(lambda xs: xs[::-1]),
        st.tuples(one, st.integers(1, LISTS)).map(lambda drawn: [drawn[0]] * drawn[1]),
        st.lists(one, min_size=1, max_size=3).flatmap(lambda xs: st.lists(st.sampled_from(xs), max_size=LISTS)),
        st.lists(one, min_size=LISTS, max_size=3 * LISTS),
    ]  # fmt: skip
    if constants:
        numbers = st.sampled_from(constants)
        kinds.append(st.tuples(lists, numbers, st.integers(0, LISTS)).map(lambda drawn: _placed(element, *drawn)))
    return st.one_of([k.map(list) for k in kinds])


def _sorted(values: list[Value]) -> list[Value]:
    """Return values of one type sorted as Python sorts them."""
    return sorted(values)


def _placed(element: Type, values: list[Value], constant: int, at: int) -> list[Value]:
    """Return a list with a constant in one element."""
    made = next(with_constant(element, blank(element), constant), None)
    k = at % (len(values) + 1)
    return values if made is None else [*values[:k], made, *values[k:]]


# -- ones with a constant -------------------------------------------------------------------------------------------------------


def with_constant(t: Type, value: Value, constant: int) -> Iterator[Value]:
    """Yield values near one that hold a constant: as an int, in a component, as an element, as a length."""
    match t:
        case "int":
            yield constant
        case TupleOf(parts) if isinstance(value, tuple):
            for i, p in enumerate(parts):
                yield from ((*value[:i], v, *value[i + 1 :]) for v in with_constant(p, value[i], constant))
        case ListOf(element) if isinstance(value, list):
            for v in with_constant(element, value[0] if value else blank(element), constant):
                yield [v, *value[1:]]
                yield [*value, v]
            if 0 <= constant <= LONGEST:
                filling = value or [blank(element)]
                yield [filling[i % len(filling)] for i in range(constant)]


def related(parameters: Sequence[ir.Var], values: Sequence[Value], turn: int) -> tuple[Value, ...]:
    """Return an input whose parts have to do with its first list: ints are elements or its length, lists of its type are like it.

    Which of these it is goes by `turn`.
    """
    lists = [(p.type, v) for p, v in zip(parameters, values, strict=True) if isinstance(p.type, ListOf)]
    if not lists:
        return tuple(values)
    t, first = lists[0]
    if not isinstance(first, list) or not isinstance(t, ListOf):
        raise TypeError("a parameter's value is of its type")
    likes = (first, first[::-1], first[:-1], [*first, *first[:1]])
    out: list[Value] = []
    seen = False
    for p, v in zip(parameters, values, strict=True):
        new = v
        if p.type == t and seen:
            new = likes[turn % len(likes)]
        elif p.type == t.element and first and turn % 3:
            new = first[turn % len(first)]
        elif p.type == "int" and not turn % 3:
            new = len(first) - turn % 2
        seen |= p.type == t
        out.append(copied(new))
    return tuple(out)
