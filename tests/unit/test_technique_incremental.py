"""A loop that begins anew in each turn of another goes on from turn to turn."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import incremental
from verify.toolchain import Toolchain

FACTORIALS = """@target
@require(lambda n: n >= 0)
def factorials(n: int) -> int:
    total = 0
    for i in range(n):
        f = 1
        for j in range(1, i + 1):
            f *= j
        total += f
    return total
"""
PREFIXES = """@target
def prefixes(xs: list[int]) -> list[int]:
    out: list[int] = []
    for i in range(len(xs)):
        s = 0
        for j in range(i + 1):
            s += xs[j]
        out.append(s)
    return out
"""
TWO = """@target
@require(lambda n, k: n >= 0)
def two(n: int, k: int) -> int:
    best = k
    for day in range(1, n):
        a = 2
        b = 0
        for _ in range(1, day):
            b += a * k
            a = a + 1
        best = max(best, b - day)
    return best
"""
TWO_KEPT = """best = k
a = 2
b = 0
for day in range(1, n):
    best = max(best, b - day)
    b = b + a * k
    a = a + 1
return best
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (FACTORIALS, "total = 0\nf = 1\nfor i in range(n):\n    total = total + f\n    f = f * (i + 1)\nreturn total\n"),
        (
            PREFIXES,
            "out: list[int] = []\ns = 0\nfor i in range(len(xs)):\n    s = s + xs[i]\n    out.append(s)\nreturn out\n",
        ),
        (TWO, TWO_KEPT),
    ],
    ids=["behind", "ahead", "two variables"],
)
def test_the_loop_goes_on(text: str, body: str) -> None:
    (draft,) = drafts_of(incremental.drafts, text)
    assert body_of(draft) == body


@pytest.mark.parametrize(
    "text",
    [
        FACTORIALS.replace("f *= j", "f *= i"),
        FACTORIALS.replace("f = 1", "f = i"),
        FACTORIALS.replace("range(1, i + 1)", "range(2, i + 1)"),
        FACTORIALS.replace("range(1, i + 1)", "range(1, 2 * i)"),
        FACTORIALS.replace("total += f", "total += f * j").replace("total = 0", "total = j = 0"),
        FACTORIALS.replace("f *= j", "f *= j + total"),
        FACTORIALS.replace("return total", "return total + f").replace("total = 0", "total = f = 0"),
    ],
    ids=["the outer variable", "another start", "later", "faster", "its variable", "the outer state", "read afterwards"],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(incremental.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [FACTORIALS, PREFIXES, TWO], ids=["behind", "ahead", "two variables"])
def test_the_loop_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, incremental.drafts, text) in ("always", "eventually")
