"""A loop that asks in each turn where its counter is becomes two that do not ask."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import splitting
from verify.toolchain import Toolchain

WAGES = """@target
@require(lambda n, k: n >= 0)
def wages(n: int, k: int) -> int:
    total = 0
    for day in range(n):
        if day < k:
            total += day
        else:
            total += 2 * day + k
    return total
"""
WAGES_SPLIT = """total = 0
for day in range(min(k, n)):
    total = total + day
for j in range(max(k, 0), n):
    total = total + (2 * j + k)
return total
"""
FIRST = """@target
def widest(xs: list[int]) -> int:
    best = 0
    i = 0
    while i < len(xs):
        if i != 0:
            best = max(best, xs[i] - xs[i - 1])
        else:
            best = xs[i]
        i += 1
    return best
"""
FIRST_SPLIT = """best = 0
i = 0
middle = min(1, len(xs))
while i < middle:
    best = xs[i]
    i = i + 1
while i < len(xs):
    best = max(best, xs[i] - xs[i - 1])
    i = i + 1
return best
"""
DOWN = """@target
@require(lambda n: n >= 0)
def down(n: int) -> int:
    s = 1
    for k in range(n, 0, -1):
        s = s * 3 + (5 if k == 1 else k)
    return s
"""
DOWN_SPLIT = """s = 1
for k in range(n, 1, -1):
    s = s * 3 + k
for j in range(min(1, n), 0, -1):
    s = s * 3 + 5
return s
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (WAGES, WAGES_SPLIT),
        (WAGES.replace("day < k", "k > day"), WAGES_SPLIT),
        (WAGES.replace("day < k", "day + 1 <= k"), WAGES_SPLIT),
        (FIRST, FIRST_SPLIT),
        (FIRST.replace("i += 1", "i = 1 + i").replace("i < len(xs)", "len(xs) > i"), None),
        (DOWN, DOWN_SPLIT),
        (
            WAGES.replace("day < k", "day < k and total < 9"),
            WAGES_SPLIT.replace(
                "    total = total + day\n",
                "    if total < 9:\n        total = total + day\n    else:\n        total = total + (2 * day + k)\n",
            ),
        ),
    ],
    ids=["else", "mirrored", "shifted", "first turn", "otherwise written", "last turn", "and"],
)
def test_the_loop_is_split(text: str, body: str | None) -> None:
    (draft,) = drafts_of(splitting.drafts, text)
    assert body is None or body_of(draft) == body


@pytest.mark.parametrize(
    "text",
    [
        WAGES.replace("day < k", "day < total"),
        WAGES.replace("day < k", "total < k"),
        WAGES.replace("day < k", "day * day < k"),
        WAGES.replace("day < k", "day == k"),
        WAGES.replace("day < k", "total > 3 and day < k"),
        WAGES.replace("range(n)", "range(0, n, 2)"),
        WAGES.replace("total += day\n", "break\n"),
        WAGES.replace("return total", "return total + day").replace("total = 0", "total = day = 0"),
        WAGES.replace("        if day < k", "        if total % 7 == 3:\n            continue\n        if day < k"),
        FIRST.replace("i += 1", "i += 2"),
        FIRST.replace("best = 0", "best = 0\n    i = len(xs) // 2").replace("    i = 0\n", ""),
    ],
    ids=[
        "moves",
        "no counter",
        "square",
        "in between",
        "not always",
        "stride",
        "left",
        "read later",
        "turn ends",
        "by two",
        "start",
    ],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(splitting.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [WAGES, FIRST, DOWN], ids=["else", "first turn", "down"])
def test_the_loops_are_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, splitting.drafts, text) in ("always", "eventually")
