"""Recursions over lists become loops with an accumulator."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import list_recursion
from verify.toolchain import Toolchain

TOTAL = """@target
def total(xs: list[int]) -> int:
    if not xs:
        return 0
    return xs[0] + total(xs[1:])
"""
MANY = """@target
@require(lambda xs, k: k > 0)
def many(xs: list[int], k: int) -> int:
    if len(xs) == 0:
        return 5
    rest = many(xs[1:], k)
    if xs[0] > k:
        return rest + 1
    return rest
"""
SQUARES = """@target
def squares(ys: list[int]) -> int:
    if ys:
        first = ys[0]
        if first < 0:
            return squares(ys[1:])
        return first * first + squares(ys[1:])
    return 0
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (TOTAL, "acc = 0\nfor x in xs:\n    acc = acc + x\nreturn acc\n"),
        (MANY, "total = 5\nfor x in xs:\n    if x > k:\n        total = total + 1\nreturn total\n"),
        (SQUARES, "total = 0\nfor x in ys:\n    if not x < 0:\n        total = total + x * x\nreturn total\n"),
    ],
    ids=["a sum", "a count with a local", "the first of two ways adds nothing"],
)
def test_the_accumulator(text: str, body: str) -> None:
    (draft,) = drafts_of(list_recursion.drafts, text)
    assert body_of(draft) == body


@pytest.mark.parametrize(
    "text",
    [
        TOTAL.replace("xs[0] + total(xs[1:])", "xs[0] - total(xs[1:])"),
        TOTAL.replace("xs[1:]", "xs[2:]"),
        TOTAL.replace("xs[0] +", "len(xs) +"),
    ],
    ids=["a difference", "two at a time", "of the whole list"],
)
def test_other_recursions_are_left(text: str) -> None:
    assert drafts_of(list_recursion.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [TOTAL, MANY, SQUARES], ids=["total", "many", "squares"])
def test_the_loop_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, list_recursion.drafts, text) in ("always", "eventually")
