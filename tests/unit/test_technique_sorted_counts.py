"""Counts over a list in order are found by halving."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import sorted_counts
from verify.toolchain import Toolchain

BELOW = """@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def count_below(xs: list[int], v: int) -> int:
    count = 0
    for x in xs:
        if x < v:
            count += 1
    return count
"""
OTHERS = """@target
@require(lambda xs, v: all(xs[i - 1] <= xs[i] for i in range(1, len(xs))))
def not_below(xs: list[int], v: int) -> int:
    n = 0
    for k in range(len(xs)):
        if xs[k] >= v:
            n += 1
    return n
"""
FALLS = """@target
@require(lambda xs, v: all(xs[i] > xs[i + 1] for i in range(len(xs) - 1)))
def both(xs: list[int], v: int) -> tuple[int, int]:
    more, less = 0, 0
    for x in xs:
        if x > 2 * v:
            more += 1
        else:
            less += 1
    return more, less
"""
ASKED = """@target
@require(lambda xs, v: v > 3 and not any(xs[i] > xs[i + 1] for i in range(len(xs) - 1)))
def more_than_four(xs: list[int], v: int) -> bool:
    n = 0
    for x in xs:
        if not x < v:
            continue
        n += 1
    return n > 4
"""
WHILE = """@target
@require(lambda v, low: all(low[i] <= low[i + 1] for i in range(len(low) - 1)))
def points(v: int, low: list[int]) -> int:
    size = len(low)
    i = 0
    hits = 5
    while i < size:
        x = low[i]
        if v + 1 >= x:
            hits = hits + 2
        i += 1
    return hits * 3
"""
PROMISED = BELOW.replace("def", "@ensure(lambda xs, v, result: 0 <= result <= len(xs))\ndef")
HALVES = """while low < high:
    middle = (low + high) // 2
    if xs[middle] {test}:
        low = middle + 1
    else:
        high = middle
"""


@pytest.mark.parametrize(
    ("text", "test", "result"),
    [
        (BELOW, "< v", "low"),
        (OTHERS, "< v", "len(xs) - low"),
        (FALLS, "> 2 * v", "(low, len(xs) - low)"),
        (ASKED, "< v", "low > 4"),
    ],
    ids=["the elements", "by index", "a list that falls", "a question"],
)
def test_the_count_is_found_by_halving(text: str, test: str, result: str) -> None:
    (draft,) = drafts_of(sorted_counts.drafts, text)
    assert body_of(draft).endswith(f"low, high = 0, len(xs)\n{HALVES.format(test=test)}return {result}\n")


def test_a_promise_about_the_count_is_shown_too() -> None:
    (draft,) = drafts_of(sorted_counts.drafts, PROMISED)
    assert "\ntheorem known " in draft.lemmas
    assert "\ntheorem post " in draft.lemmas


def test_names_that_are_taken_are_left() -> None:
    (draft,) = drafts_of(sorted_counts.drafts, WHILE)
    assert body_of(draft) == (
        "high, middle = 0, len(low)\n"
        "while high < middle:\n"
        "    low1 = (high + middle) // 2\n"
        "    if low[low1] <= v + 1:\n"
        "        high = low1 + 1\n"
        "    else:\n"
        "        middle = low1\n"
        "return (5 + 2 * high) * 3\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        BELOW.replace("<= xs[i + 1]", "!= xs[i + 1]"),
        BELOW.replace("range(len(xs) - 1)", "range(1, len(xs) - 1)"),
        BELOW.replace("xs[i] <= xs[i + 1]", "xs[i] <= 2 * xs[i + 1]"),
        BELOW.replace("x < v", "x != v"),
        BELOW.replace("x < v", "x < count"),
        BELOW.replace("x < v", "x < v and x % 2 == 0"),
        BELOW.replace("count += 1", "count += x"),
        BELOW.replace("count += 1", "count += 1\n            break"),
        BELOW.replace("count += 1", "v += 1\n            count += 1"),
        BELOW.replace("return count", "return count + x").replace("count = 0", "count = x = 0"),
        OTHERS.replace("range(len(xs))", "range(1, len(xs))"),
        WHILE.replace("i += 1", "i += 2"),
    ],
    ids=[
        "no order", "not from the first", "other neighbours", "equal ones apart", "a value that moves", "more is asked",
        "a sum", "it stops", "the bound moves", "the last element", "not the first", "every other",
    ],
)  # fmt: skip
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(sorted_counts.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [BELOW, OTHERS, FALLS, ASKED, WHILE], ids=["the elements", "by index", "a list that falls", "a question", "while"]
)
def test_the_count_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, sorted_counts.drafts, text) == "eventually"
