"""Repeated subtraction as a quotient, a remainder, or Euclid's algorithm."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import division
from verify.toolchain import Toolchain

QUOTIENT = """@target
@require(lambda n, d: n >= 0 and d >= 1)
def quotient(n: int, d: int) -> int:
    count = 0
    while n >= d:
        n -= d
        count += 1
    return count
"""
REST = """@target
@require(lambda m, rest: rest >= 0 and m > 0)
def left(m: int, rest: int) -> int:
    while m <= rest:
        rest = rest - m
    return rest
"""
BOTH = """@target
@require(lambda a, b: a >= 0 and b > 0)
def parted(a: int, b: int) -> tuple[int, int]:
    count = 2
    rest = a
    while b <= rest:
        count += 1
        rest -= b
    return (count, rest)
"""
COMMON = """@target
@require(lambda x, y: x > 0 and y > 0)
def common(x: int, y: int) -> int:
    while y != x:
        if x < y:
            y = y - x
        else:
            x -= y
    return y
"""
NAMES = ["counted", "what is left", "both", "from each other"]


@pytest.mark.parametrize(
    ("text", "body", "inputs"),
    [
        (QUOTIENT, "return n // d\n", [(0, 3), (17, 5)]),
        (REST, "return rest % m\n", [(3, 0), (5, 17)]),
        (BOTH, "return (2 + a // b, a % b)\n", [(0, 3), (17, 5)]),
        (COMMON, "while y:\n    x, y = y, x % y\nreturn x\n", [(12, 18), (18, 12), (7, 7), (1, 9)]),
    ],
    ids=NAMES,
)
def test_subtraction_is_division(text: str, body: str, inputs: list[tuple[int, ...]]) -> None:
    (draft,) = drafts_of(division.drafts, text)
    assert body_of(draft) == body
    assert agree(text, draft, *inputs)


@pytest.mark.parametrize(
    "text",
    [QUOTIENT.replace("n -= d", "n -= 2 * d"), COMMON.replace("x < y", "x < 2 * y"), COMMON.replace("x -= y", "x -= 1")],
    ids=["another step", "another test", "one branch"],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(division.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [QUOTIENT, REST, BOTH, COMMON], ids=NAMES)
def test_division_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, division.drafts, text) in ("always", "eventually")
