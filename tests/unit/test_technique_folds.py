"""Loops over lists become builtins and comprehensions."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import folds
from verify.toolchain import Toolchain

TOTAL = """@target
def total(xs: list[int]) -> int:
    t = 0
    for i in range(len(xs)):
        t = t + xs[i]
    return t
"""
HIGHEST = """@target
@require(lambda xs: len(xs) > 0)
def highest(xs: list[int]) -> int:
    best = xs[0]
    for x in xs:
        if x > best:
            best = x
    return best
"""
WITHIN = """@target
def within(xs: list[int], v: int) -> bool:
    found = False
    for x in xs:
        if v == x:
            found = True
    return found
"""
SEEN = """@target
def seen(xs: list[int], v: int) -> int:
    times = 0
    for i in range(0, len(xs)):
        if xs[i] == v:
            times += 1
    return times * 10
"""
DOUBLED = """@target
def doubled(xs: list[int]) -> list[int]:
    out: list[int] = []
    for x in xs:
        out.append(2 * x)
    return out
"""
VALUE = """@target
def evaluate(c: list[int], x: int) -> int:
    total = 5
    for i in range(len(c)):
        total += c[i] * x ** i
    return total
"""
SPREAD = """@target
@require(lambda xs: len(xs) > 0)
def spread(xs: list[int]) -> int:
    low = xs[0]
    high = xs[0]
    for i in range(1, len(xs)):
        low = min(low, xs[i])
        high = max(high, xs[i])
    return high - low
"""
NESTED = """@target
def nested(rows: list[int], xs: list[int]) -> int:
    total = 0
    for r in rows:
        total += r * sum([x * r for x in xs])
    return total
"""
LEFT = """@target
def left(paid: list[int], budget: int) -> int:
    for p in paid:
        budget -= abs(p)
    return budget
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (TOTAL, "return sum(xs)\n"),
        (HIGHEST, "return max(xs)\n"),
        (WITHIN, "return v in xs\n"),
        (SEEN, "return xs.count(v) * 10\n"),
        (DOUBLED, "return [2 * y for y in xs]\n"),
        (VALUE, "return 5 + sum((c[y] * x ** y for y in range(0, len(c))))\n"),
        (SPREAD, "return max(xs) - min(xs)\n"),
        (NESTED, "return sum((x * sum((y * x for y in xs)) for x in rows))\n"),
        (LEFT, "return budget - sum((abs(x) for x in paid))\n"),
    ],
    ids=["a sum", "largest", "a member", "a count", "a comprehension", "by index", "both extremes", "nested", "taken away"],
)
def test_the_fold(text: str, body: str) -> None:
    (draft,) = drafts_of(folds.drafts, text)
    assert body_of(draft) == body


@pytest.mark.parametrize(
    "text",
    [
        TOTAL.replace("t = t + xs[i]", "t = 2 * t + xs[i]"),
        TOTAL.replace("t = t + xs[i]", "t = t + xs[i] * t"),
        TOTAL.replace("return t", "return t + i").replace("t = 0", "t = i = 0"),
        TOTAL.replace("t = t + xs[i]", "t = t + i"),
        TOTAL.replace("t = t + xs[i]", "if xs[i] < 0:\n            break\n        t = t + xs[i]"),
        HIGHEST.replace("best = xs[0]", "best = 0"),
        WITHIN.replace("found = False", "found = v > 0"),
    ],
    ids=["no sum", "of itself", "the index read later", "no list", "a break", "another start", "a flag that may be set"],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(folds.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [TOTAL, HIGHEST, WITHIN, SEEN, DOUBLED, VALUE, LEFT])
def test_the_fold_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, folds.drafts, text) in ("always", "eventually")
