"""Repeated subtraction until two numbers are equal becomes Euclid's way."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import euclid
from verify.toolchain import Toolchain

MEASURE = """@target
@require(lambda a, b: a > 0 and b > 0)
def common_measure(a: int, b: int) -> int:
    while a != b:
        if a > b:
            a -= b
        else:
            b -= a
    return a
"""
MULTIPLE = """@target
@require(lambda n, step, m: n >= 1 and m >= 1)
def multiple(n: int, step: int, m: int) -> int:
    x = m
    y = n
    while y != x:
        if x < y:
            y = y - x
        else:
            x = x - y
    return n * m // y + step
"""
SIZES = """@target
@require(lambda p, q: p != 0 and q != 0)
def of_sizes(p: int, q: int) -> bool:
    p, q = abs(p), abs(q)
    while p != q:
        if p >= q:
            p -= q
        else:
            q -= p
    return p == 1
"""


def test_remainders_are_taken() -> None:
    (draft,) = drafts_of(euclid.drafts, MEASURE)
    assert body_of(draft) == "while b:\n    a, b = b, a % b\nreturn a\n"


def test_the_number_that_is_left_takes_the_place_of_both() -> None:
    (draft,) = drafts_of(euclid.drafts, MULTIPLE)
    assert body_of(draft) == "x = m\ny = n\nwhile y:\n    x, y = y, x % y\nreturn n * m // x + step\n"


@pytest.mark.parametrize(
    "text",
    [
        MEASURE.replace("a > 0", "a >= 0"),
        MEASURE.replace("a -= b", "a -= 2"),
        MEASURE.replace("if a > b", "if a < b"),
        MEASURE.replace("            b -= a", "            b -= a\n            a += 0"),
        MEASURE.replace("    while", "    n = 0\n    while")
        .replace("b -= a", "b -= a\n        n += 1")
        .replace("return a", "return n"),
        MEASURE.replace("a > 0 and b > 0", "0 < a < 99 and 0 < b < 99"),
    ],
    ids=["zero", "another step", "the smaller one", "more is done", "turns are counted", "bounded"],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(euclid.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [MEASURE, MULTIPLE, SIZES], ids=["plain", "a multiple", "absolute values"])
def test_the_remainders_are_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, euclid.drafts, text) == "eventually"
