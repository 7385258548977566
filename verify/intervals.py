"""Decides: closed intervals of ints -> one that holds what an operator makes of them.

Each function holds for every choice of operands within the intervals on which the operator raises nothing; how tight the result
is changes only how many bits are written down. `tests/property/test_intervals.py` compares all of them with Python.
"""

from collections.abc import Callable, Iterable
from typing import TypeAlias

Interval: TypeAlias = tuple[int, int]
"""lowest and highest value, both included"""


def width(i: Interval) -> int:
    """Return the bits of two's complement that hold every value, the sign included.

    >>> [width(i) for i in ((0, 0), (-1, 0), (0, 1), (-2, 1), (0, 2**32 - 1))]
    [1, 1, 2, 2, 33]
    """
    return max((v if v >= 0 else ~v).bit_length() for v in i) + 1


def hull(i: Interval, j: Interval) -> Interval:
    """Return the smallest interval that holds both."""
    return min(i[0], j[0]), max(i[1], j[1])


def at_least(i: Interval, low: int) -> Interval:
    """Return an interval of what lies in `i` and is no less than `low`; `low` alone where nothing is."""
    return max(i[0], low), max(i[1], low)


def at_most(i: Interval, high: int) -> Interval:
    """Return an interval of what lies in `i` and is no more than `high`; `high` alone where nothing is."""
    return min(i[0], high), min(i[1], high)


def _of(values: Iterable[int]) -> Interval:
    found = list(values)
    return min(found), max(found)


def _corners(make: Callable[[int, int], int], i: Interval, j: Interval) -> Interval:
    """Return the interval of what is monotone in each operand, whatever the other: the extremes are at corners."""
    return _of(make(a, b) for a in i for b in j)


def negated(i: Interval) -> Interval:
    """Return that of `-a`."""
    return -i[1], -i[0]


def inverted(i: Interval) -> Interval:
    """Return that of `~a`."""
    return ~i[1], ~i[0]


def added(i: Interval, j: Interval) -> Interval:
    """Return that of `a + b`."""
    return i[0] + j[0], i[1] + j[1]


def subtracted(i: Interval, j: Interval) -> Interval:
    """Return that of `a - b`."""
    return i[0] - j[1], i[1] - j[0]


def multiplied(i: Interval, j: Interval) -> Interval:
    """Return that of `a * b`."""
    return _corners(lambda a, b: a * b, i, j)


def anded(i: Interval, j: Interval) -> Interval:
    """Return that of `a & b`: no more than an operand that is not negative, and than both where both are negative."""
    if i[0] >= 0 or j[0] >= 0:
        return 0, min([k[1] for k in (i, j) if k[0] >= 0])
    low = -(1 << (width(hull(i, j)) - 1))
    return low, max(i[1], j[1]) if i[1] >= 0 or j[1] >= 0 else min(i[1], j[1])


def ored(i: Interval, j: Interval) -> Interval:
    """Return that of `a | b`, which is `~(~a & ~b)`."""
    return inverted(anded(inverted(i), inverted(j)))


def xored(i: Interval, j: Interval) -> Interval:
    """Return that of `a ^ b`, which has no bit beyond the longest of both."""
    half = 1 << (width(hull(i, j)) - 1)
    return (0 if i[0] >= 0 and j[0] >= 0 else -half), half - 1


def shifted_left(i: Interval, j: Interval) -> Interval:
    """Return that of `a << b`; `j` is not negative."""
    return _corners(lambda a, b: a << b, i, j)


def shifted_right(i: Interval, j: Interval) -> Interval:
    """Return that of `a >> b`; `j` is not negative."""
    return _corners(lambda a, b: a >> b, i, j)


def divided(i: Interval, j: Interval) -> Interval:
    """Return that of `a // b`; `i` is not negative and `j` is positive."""
    return i[0] // j[1], i[1] // j[0]


def remaining(i: Interval, j: Interval) -> Interval:
    """Return that of `a % b`; `i` is not negative and `j` is positive."""
    return i if i[1] < j[0] else (0, min(i[1], j[1] - 1))
