"""Refuses only: an input -> one near it that bounds hold of, as far as a few steps can do it."""

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from verify import ir
from verify.gates.bounds import EACH, LEN, Bounds, Link, Order, Place, place_type
from verify.ir import Value
from verify.types import ListOf, TupleOf, Type, blank, copied

LONGEST: Final = 64
"""no list is made longer than this"""
TURNS: Final = 3
PAIRS: Final = 500
"""places that are compared for one link, at most"""


def repaired(bounds: Bounds, values: Sequence[Value], parameters: Sequence[ir.Var]) -> tuple[Value, ...]:
    """Return an input moved to where bounds hold; it shares no list with the one that is given."""
    work = _Work(bounds, parameters, {p.name: _loosened(v) for p, v in zip(parameters, values, strict=True)})
    for turn in range(TURNS):
        work.turn(last=turn == TURNS - 1)
    return tuple(_fixed(work.at[p.name], p.type) for p in parameters)


def _loosened(value: Value) -> Value:
    """Return a copy with lists for tuples, so that every part can be moved."""
    return [_loosened(v) for v in value] if isinstance(value, list | tuple) else value


def _fixed(value: Value, t: Type) -> Value:
    """Undo `_loosened`."""
    match t:
        case ListOf(element) if isinstance(value, list):
            return [_fixed(v, element) for v in value]
        case TupleOf(parts) if isinstance(value, list):
            return tuple(map(_fixed, value, parts))
    return value


@dataclass(slots=True)
class _Work:
    """An input under repair: values by parameter, tuples as lists."""

    bounds: Bounds
    parameters: Sequence[ir.Var]
    at: dict[str, Value]

    def turn(self, *, last: bool) -> None:
        """Go through all that is known once; the last time what stands first in a list stays there."""
        for step in self.steps(last=last):
            # a list may have been cut since its places were looked up
            with contextlib.suppress(IndexError):
                step()

    def steps(self, *, last: bool) -> Iterator[Callable[[], None]]:
        """Yield what is to be done for each thing that is known."""
        bounds = self.bounds
        for link in bounds.links:
            for low, high in list(itertools.islice(self.pairs(link.low, link.high), PAIRS)):
                yield functools.partial(self.link, link, low, high)
        for place in sorted(bounds.low.keys() | bounds.high.keys(), key=lambda p: (p[-1] != LEN, tuple(map(str, p)))):
            yield functools.partial(self.move, place, functools.partial(_clipped, bounds, place))
        for place, m, r in bounds.remainders:
            yield functools.partial(self.move, place, functools.partial(_congruent, m, r))
        for order in bounds.orders:
            for path in list(self.paths(order.place)):
                yield functools.partial(self.sort, order, path, last=last)
        for place in bounds.distinct:
            for path in list(self.paths(place)):
                yield functools.partial(self.part, place, path)
        for item, of in bounds.members:
            yield functools.partial(self.join, item, of)

    # -- places -----------------------------------------------------------------------------------------------------------

    def paths(self, place: Place, start: Place = ()) -> Iterator[Place]:
        """Yield the paths that a place stands for, EACH by numbers; those that lead nowhere are left out."""
        if not place:
            yield start
            return
        step, rest = place[0], place[1:]
        if not start:
            yield from self.paths(rest, (step,))
            return
        value = self.get(start)
        if step == LEN:
            yield (*start, LEN)
        elif step == EACH and isinstance(value, list):
            for i in range(len(value)):
                yield from self.paths(rest, (*start, i))
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            yield from self.paths(rest, (*start, step))

    def pairs(self, one: Place, other: Place) -> Iterator[tuple[Place, Place]]:
        """Yield the paths of two places side by side, of the same element where the places start alike."""
        common = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
        for start in self.paths(one[:common]) if common else [()]:
            yield from itertools.product(self.paths(one[common:], start), list(self.paths(other[common:], start)))

    def get(self, path: Place) -> Value:
        """Return what stands at a path."""
        value = self.at[str(path[0])]
        for step in path[1:]:
            if not isinstance(value, list):
                raise TypeError(f"{path} is no path")
            value = len(value) if not isinstance(step, int) else value[step]
        return value

    def number(self, path: Place) -> int:
        """Return the int at a path; 0 where there is none any more."""
        try:
            value = self.get(path)
        except IndexError:
            return 0
        return value if isinstance(value, int) else 0

    def put(self, path: Place, value: Value) -> None:
        """Store a value at a path; a length is stored by cutting the list or going on with its elements."""
        if len(path) == 1:
            self.at[str(path[0])] = value
            return
        owner = self.get(path[:-1])
        if not isinstance(owner, list):
            raise TypeError(f"{path} is no path")
        step = path[-1]
        if isinstance(step, int):
            if -len(owner) <= step < len(owner):
                owner[step] = value
        elif isinstance(value, int) and 0 <= value <= LONGEST:
            filling = owner[:] or [_loosened(blank(place_type(self.parameters, (*path[:-1], 0))))]
            owner[value:] = [copied(filling[i % len(filling)]) for i in range(len(owner), value)]

    def move(self, place: Place, how: Callable[[int], int]) -> None:
        """Replace each int at a place."""
        for path in list(self.paths(place)):
            value = self.get(path)
            if isinstance(value, int) and not isinstance(value, bool) and (moved := how(value)) != value:
                self.put(path, moved)

    # -- what is known ----------------------------------------------------------------------------------------------------

    def link(self, link: Link, a: Place, b: Place) -> None:
        """Move the int that depends more on the other to where low + d <= high."""
        d, one, other = link.distance, self.number(a), self.number(b)
        first, second = (sum(s == EACH for s in p) * 2 - (p[-1] == LEN) for p in (link.low, link.high))
        if Link(link.high, link.low, -d, link.sure) in self.bounds.links:
            self.put(*((b, one + d) if second >= first else (a, other - d)))
        elif one + d <= other or a == b:
            return
        elif first == second:
            # keep the two apart by what they were apart, so that not all repaired inputs lie on the border
            self.put(a, min(one, other))
            self.put(b, max(other + d, one + d))
        elif first > second:
            low = self.bounds.low.get(link.low)
            if low is not None and low > other - d:
                self.put(b, low + d)
            self.put(a, _folded(one, low, max(other - d, other - d if low is None else low)))
        else:
            high = self.bounds.high.get(link.high)
            if high is not None and high < one + d:
                self.put(a, high - d)
            self.put(b, -_folded(-other, None if high is None else -high, -min(one + d, one + d if high is None else high)))

    def sort(self, order: Order, path: Place, *, last: bool) -> None:
        """Sort a list where it does not have an order, and then part what stands too near; the `last` time, that alone."""
        xs = self.get(path)
        if not isinstance(xs, list) or all(_at(xs[i], order) + order.distance <= _at(xs[j], order) for i, j in _steps(xs, order)):
            return
        if order.opposite in self.bounds.orders:
            for i in range(1, len(xs)) if abs(order.step) == 1 else ():
                _set(xs, i, order, _at(xs[0], order) + i * order.distance * order.step)
            return
        if not last:
            xs.sort(key=lambda x: _at(x, order), reverse=order.step < 0)
        rising = xs if order.step > 0 else xs[::-1]
        for i in range(1, len(rising)):
            _set(rising, i, order, max(_at(rising[i], order), _at(rising[i - 1], order) + order.distance))
        most = self.bounds.high.get((*order.place, EACH, *order.tail))
        if most is not None:
            rising = [x for x in rising if _at(x, order) <= most]
        xs[:] = rising if order.step > 0 else rising[::-1]

    def part(self, place: Place, path: Place) -> None:
        """Move ints off those before them that they equal; other elements are dropped, as are ints that may not go on."""
        xs = self.get(path)
        most, kept = self.bounds.high.get((*place, EACH)), list[Value]()
        for x in xs if isinstance(xs, list) else ():
            moved = x
            while isinstance(moved, int) and not isinstance(moved, bool) and moved in kept:
                moved += 1
            if moved not in kept and not (most is not None and isinstance(moved, int) and moved > most):
                kept.append(moved)
        self.put(path, kept)

    def join(self, item: Place | int, of: Place) -> None:
        """Make an item an element of a list: it becomes one of the elements, or a literal one of them becomes it."""
        pairs = [(None, path) for path in self.paths(of)] if isinstance(item, int) else self.pairs(item, of)
        for one, path in list(pairs):
            xs, value = self.get(path), item if isinstance(item, int) else self.get(one or ())
            if not isinstance(xs, list) or value in xs:
                continue
            if not xs:
                xs.append(copied(value))
            elif one is None:
                xs[_weight(value) % len(xs)] = value
            else:
                self.put(one, copied(xs[_weight(value) % len(xs)]))


def _weight(value: Value) -> int:
    return value if isinstance(value, int) else sum(map(_weight, value))


def _folded(value: int, low: int | None, high: int) -> int:
    """Return a value moved to at most `high`, mirrored there, or folded into a range."""
    if value <= high:
        return value
    return 2 * high - value if low is None else low + (value - low) % (high - low + 1)


def _congruent(m: int, r: int, value: int) -> int:
    return value + (r - value) % m


def _clipped(bounds: Bounds, place: Place, value: int) -> int:
    """Return a value moved into its bounds; what lies beyond is folded back in where they are finite."""
    low, high = bounds.low.get(place, 0 if place[-1] == LEN else None), bounds.high.get(place)
    if low is not None and high is not None and low <= high:
        return value if low <= value <= high else low + (value - low) % (high - low + 1)
    if low is not None and value < low:
        return 2 * low - value
    return 2 * high - value if high is not None and value > high else value


def _steps(xs: list[Value], order: Order) -> Iterator[tuple[int, int]]:
    for i in range(len(xs)):
        if 0 <= i + order.step < len(xs):
            yield i, i + order.step


def _at(x: Value, order: Order) -> int:
    """Return what an order compares of an element."""
    for k in order.tail:
        x = x[k] if isinstance(x, list) and isinstance(k, int) else 0
    return x if isinstance(x, int) else 0


def _set(xs: list[Value], i: int, order: Order, value: int) -> None:
    """Change what an order compares of an element."""
    if not order.tail:
        xs[i] = value
        return
    x = xs[i]
    for k in order.tail[:-1]:
        x = x[k] if isinstance(x, list) and isinstance(k, int) else x
    if isinstance(x, list) and isinstance(last := order.tail[-1], int):
        x[last] = value
