"""Searches in a list in order find by halving what stops them."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import sorted_searches
from verify.toolchain import Toolchain

PLACE = """@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def place(xs: list[int], v: int) -> int:
    i = 0
    while i < len(xs) and xs[i] < v:
        i += 1
    return i
"""
FIRST = """@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def first(xs: list[int], v: int) -> int:
    for i in range(len(xs)):
        if xs[i] >= v:
            return i
    return -1
"""
MEMBER = """@target
@require(lambda xs, v: all(xs[i] >= xs[i + 1] for i in range(len(xs) - 1)))
def member(xs: list[int], v: int) -> bool:
    for x in xs:
        if x <= v:
            return x == v
    return False
"""
WHERE = """@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def where(xs: list[int], v: int) -> int:
    found = -1
    for k in range(len(xs)):
        if xs[k] > v:
            break
        if xs[k] == v:
            found = k
            break
    return found
"""
HALVES = """low, high = 0, len(xs)
while low < high:
    middle = (low + high) // 2
    if xs[middle] {test}:
        low = middle + 1
    else:
        high = middle
"""
LISTS = ([], [1], [3], [1, 3], [3, 3], [1, 2, 3, 3, 3, 4, 8], [4, 4, 5])


@pytest.mark.parametrize(
    ("text", "test", "rest"),
    [
        (PLACE, "< v", "return low\n"),
        (FIRST, "< v", "if low < len(xs):\n    return low\nreturn -1\n"),
        (MEMBER, "> v", "if low < len(xs):\n    return xs[low] == v\nreturn False\n"),
    ],
    ids=["a place", "the first", "a member"],
)
def test_the_end_is_found_by_halving(text: str, test: str, rest: str) -> None:
    (draft,) = drafts_of(sorted_searches.drafts, text)
    assert body_of(draft) == HALVES.format(test=test) + rest


@pytest.mark.parametrize("text", [PLACE, FIRST, WHERE])
def test_the_search_finds_the_same(text: str) -> None:
    (draft,) = drafts_of(sorted_searches.drafts, text)
    assert agree(text, draft, *((list(xs), v) for xs in LISTS for v in range(6)))


@pytest.mark.parametrize(
    "text",
    [
        PLACE.replace("<= xs[i + 1]", "!= xs[i + 1]"),
        PLACE.replace("xs[i] < v", "xs[i] != v"),
        PLACE.replace("@target", '@target(better="eventually")'),
        FIRST.replace("xs[i] >= v", "xs[i] < v"),
        FIRST.replace("return -1", "return i").replace("    for", "    i = 0\n    for"),
        FIRST.replace("xs[i] >= v", "xs[i] >= v + i"),
    ],
    ids=["no order", "another test", "another order", "the first ones", "the variable", "the bound moves"],
)
def test_other_searches_are_left(text: str) -> None:
    assert drafts_of(sorted_searches.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [PLACE, FIRST, MEMBER, WHERE], ids=["a place", "the first", "a member", "a break"])
def test_the_search_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, sorted_searches.drafts, text) == "worst-case"
