"""Bounds hold what Python computes: every operator, every pair of small intervals, and random large ones."""

import operator
import random
from collections.abc import Callable
from itertools import product

import pytest

from verify import intervals
from verify.intervals import Interval, width

EDGE = 4
SMALL = [(a, b) for a in range(-EDGE, EDGE + 1) for b in range(a, EDGE + 1)]
Bounds = Callable[[Interval, Interval], Interval]
Python = Callable[[int, int], int]
OPERATORS: dict[str, tuple[Bounds, Python, int | None, int | None]] = {
    "+": (intervals.added, operator.add, None, None),
    "-": (intervals.subtracted, operator.sub, None, None),
    "*": (intervals.multiplied, operator.mul, None, None),
    "&": (intervals.anded, operator.and_, None, None),
    "|": (intervals.ored, operator.or_, None, None),
    "^": (intervals.xored, operator.xor, None, None),
    "<<": (intervals.shifted_left, operator.lshift, None, 0),
    ">>": (intervals.shifted_right, operator.rshift, None, 0),
    "//": (intervals.divided, operator.floordiv, 0, 1),
    "%": (intervals.remaining, operator.mod, 0, 1),
}
"""the bounds, Python's operator, and the least operands that the bounds are for"""


def at_least(i: Interval, low: int | None) -> Interval:
    return i if low is None else intervals.at_least(i, low)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_pair_of_small_intervals(name: str) -> None:
    bounds, python, first, second = OPERATORS[name]
    for i, j in product({at_least(i, first) for i in SMALL}, {at_least(j, second) for j in SMALL}):
        low, high = bounds(i, j)
        for a, b in product(range(i[0], i[1] + 1), range(j[0], j[1] + 1)):
            assert low <= python(a, b) <= high, (i, j, a, b)


@pytest.mark.parametrize("name", OPERATORS)
def test_random_large_intervals(name: str) -> None:
    bounds, python, first, second = OPERATORS[name]
    rng = random.Random(name)

    def some(most: int) -> Interval:
        found = sorted(rng.choice((-1, 1)) * (rng.getrandbits(rng.randrange(most)) + rng.choice((-1, 0, 1))) for _ in range(2))
        return found[0], found[1]

    for _ in range(3_000):
        i, j = at_least(some(70), first), at_least(some(8 if "<" in name else 70), second)
        low, high = bounds(i, j)
        for a, b in (*product(i, j), *((rng.randint(*i), rng.randint(*j)) for _ in range(6))):
            assert low <= python(a, b) <= high, (i, j, a, b)


def test_of_one_operand() -> None:
    for i in SMALL:
        for a in range(i[0], i[1] + 1):
            assert intervals.negated(i)[0] <= -a <= intervals.negated(i)[1]
            assert intervals.inverted(i)[0] <= ~a <= intervals.inverted(i)[1]


def test_a_width_holds_both_ends_and_no_less_would() -> None:
    for i in [*SMALL, (0, 255), (-128, 127), (-129, 0), (0, 2**32 - 1), (-(2**63), 2**63 - 1)]:
        half = 1 << (width(i) - 1)
        assert -half <= i[0] <= i[1] < half
        assert width(i) == 1 or not -(half // 2) <= i[0] <= i[1] < half // 2


def test_part_of_an_interval() -> None:
    for i, bound in product(SMALL, range(-EDGE, EDGE + 1)):
        above, below = intervals.at_least(i, bound), intervals.at_most(i, bound)
        assert above[0] >= bound >= below[1]
        for a in range(i[0], i[1] + 1):
            assert a < bound or above[0] <= a <= above[1]
            assert a > bound or below[0] <= a <= below[1]
