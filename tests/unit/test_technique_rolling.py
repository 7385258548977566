"""Recursions at fixed distances as loops over their last values."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of
from targets import plain

from loop.techniques import rolling
from verify.toolchain import Toolchain

TILES = """@target
@require(lambda n: n >= 0)
def tiles(n: int) -> int:
    if n == 0 or n == 1:
        return 1
    return tiles(n - 1) + tiles(n - 2)
"""
BRANCHED = """@target
@require(lambda count: count >= 1)
def paths(count: int) -> int:
    if count > 3:
        x = paths(count - 1)
        y = paths(count - 3)
        return x - y + count
    elif count == 3:
        return 5
    return count * 2
"""
LINEAR = """@target
@require(lambda m, k, q: m >= 1)
def lin(k: int, m: int, q: int) -> int:
    return k if m == 1 else lin(k, m - 1, q) * m + q
"""
LATE = """@target
@require(lambda n: n >= 0)
def late(n: int) -> int:
    if n < 3:
        return 7
    if n == 3:
        return 1
    if n == 4:
        return 2
    return late(n - 1) + late(n - 2)
"""
EARLY = """@target
@require(lambda n: n >= 0)
def fibs(n: int) -> int:
    if n == 0:
        return 0
    if n == 1 or n == 2:
        return 1
    return fibs(n - 1) + fibs(n - 2)
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (TILES, "a, b = 1, 1\nfor _ in range(n):\n    a, b = b, b + a\nreturn a\n"),
        (
            BRANCHED,
            "a, b, c = 2, 4, 5\nfor i in range(4, count + 3):\n    a, b, c = b, c, c - a + i\nreturn a\n",
        ),
        (LINEAR, "r = k\nfor i in range(2, m + 1):\n    r = r * i + q\nreturn r\n"),
        (LATE, "if n < 3:\n    return 7\na, b = 1, 2\nfor _ in range(n - 3):\n    a, b = b, b + a\nreturn a\n"),
        (EARLY, "a, b = 0, 1\nfor _ in range(n):\n    a, b = b, b + a\nreturn a\n"),
    ],
    ids=["tests joined by or", "branches and locals", "other parameters", "starts apart", "more starts than needed"],
)
def test_the_last_values_roll(text: str, body: str) -> None:
    (draft,) = drafts_of(rolling.drafts, text)
    assert body_of(draft) == body
    inputs = [(3, n, -2) if text == LINEAR else (n,) for n in range(1, 12)]
    assert agree(text, draft, *inputs)


OTHERS = {
    "halves": ("n >= 0", "n: int", "if n == 0:\n        return 0\n    return f(n // 2) + 1"),
    "an accumulator": ("n >= 0", "n: int, k: int", "if n == 0:\n        return k\n    return f(n - 1, k + n)"),
    "few inputs": ("0 <= n < 20", "n: int", "if n == 0:\n        return 1\n    return f(n - 1) + 1"),
    "two ways to go on": (
        "n >= 0",
        "n: int",
        "if n < 2:\n        return 1\n    if n % 2 == 0:\n        return f(n - 1) + 1\n    return f(n - 2) + 1",
    ),
}


@pytest.mark.parametrize("text", [plain(*OTHERS[k][::2], OTHERS[k][1]) for k in OTHERS], ids=OTHERS)
def test_what_is_no_such_recursion_is_left(text: str) -> None:
    assert drafts_of(rolling.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [LINEAR, EARLY, TILES], ids=["other parameters", "more starts", "tests joined by or"])
def test_the_loop_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, rolling.drafts, text) == "eventually"
