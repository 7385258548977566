"""Searches that count up become searches by doubling and halving."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import bisection
from verify.toolchain import Toolchain

ROOT = """@target
@require(lambda n: n >= 0)
def root(n: int) -> int:
    r = 0
    while (r + 1) * (r + 1) <= n:
        r += 1
    return r
"""
ODD = """@target
@require(lambda n: n >= 0)
def by_odd_numbers(n: int) -> int:
    k = 0
    odd = 1
    reached = 1
    while n >= reached:
        k += 1
        odd += 2
        reached += odd
    return k
"""
SAVED = """@target
@require(lambda goal: goal >= 0)
def days(goal: int) -> int:
    day = 0
    saved = 0
    while saved < goal:
        day += 1
        saved += day
    return 7 * day + 1
"""
CUBE = """@target
def cube(low: int) -> int:
    k = 1
    while k * k * k < 3 * low:
        k = k + 1
    return k
"""
FAR = ((0,), (1,), (15,), (16,), (287,), (288,), (289,), (1_088,), (1_089,), (1_090,), (4_224,), (4_225,), (10**6,), (10**6 - 1,))


def test_the_search_is_written_out() -> None:
    (draft,) = drafts_of(bisection.drafts, ROOT)
    body = body_of(draft).split("def root(n: int) -> int:\n")[1]
    assert body == (
        "if 1089 <= n:\n"
        "    low, high = 32, 64\n"
        "    while (high + 1) * (high + 1) <= n:\n"
        "        invariant(high > 0)\n"
        "        decreases(n - high)\n"
        "        low, high = high, 2 * high\n"
        "    while high - low > 1:\n"
        "        decreases(high - low)\n"
        "        middle = (low + high) // 2\n"
        "        if (middle + 1) * (middle + 1) <= n:\n"
        "            low = middle\n"
        "        else:\n"
        "            high = middle\n"
        "    return high\n"
        "r = 0\n"
        "while (r + 1) * (r + 1) <= n:\n"
        "    r = r + 1\n"
        "return r\n"
    )


@pytest.mark.parametrize("text", [ROOT, ODD, SAVED, CUBE], ids=["a root", "odd numbers added", "a sum reached", "names taken"])
def test_the_search_finds_the_same(text: str) -> None:
    (draft,) = drafts_of(bisection.drafts, text)
    assert agree(text, draft, *FAR)


@pytest.mark.parametrize(
    "text",
    [
        ROOT.replace("(r + 1) * (r + 1)", "2 * r"),
        ROOT.replace("(r + 1) * (r + 1)", "r * (r - 9)"),
        ROOT.replace("(r + 1) * (r + 1) <= n", "r * r + n <= 100"),
        ROOT.replace("r += 1", "r += 2"),
        ROOT.replace("r = 0", "r = n // 9"),
        ROOT.replace("r += 1", "r += 1\n        n -= 1"),
        ODD.replace("return k", "return odd"),
        SAVED.replace("saved += day", "saved = 2 * saved + 1"),
    ],
    ids=["linear", "it falls first", "no bound", "another step", "no literal", "a bound that moves", "another", "no power"],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(bisection.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [ROOT, ODD, SAVED, CUBE], ids=["a root", "odd numbers added", "a sum reached", "names taken"])
def test_the_search_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, bisection.drafts, text) == "eventually"
