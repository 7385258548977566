"""Folds of the first elements of a list, as many as a loop has come to, are kept."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import prefix_folds
from verify.toolchain import Toolchain

TOTALS = """@target
def totals(xs: list[int]) -> list[int]:
    out: list[int] = []
    for i in range(len(xs)):
        out.append(sum(xs[:i + 1]))
    return out
"""
TOTALS_KEPT = """out: list[int] = []
run = 0
for i in range(len(xs)):
    run = run + xs[i]
    out.append(run)
return out
"""
FALLS = """@target
def falls(xs: list[int], k: int) -> int:
    b = k
    for i in range(1, len(xs) + 1):
        b = max(b, max(xs[:i]) - xs[i - 1])
    return b
"""
FALLS_KEPT = """b = k
top = xs[0] if xs else 0
for i in range(1, len(xs) + 1):
    top = max(top, xs[i - 1])
    b = max(b, top - xs[i - 1])
return b
"""
SIDES = """@target
def sides(xs: list[int]) -> int:
    t = 0
    for at in range(len(xs)):
        t = t + abs(sum(xs[:at]) - sum(xs[at + 1:]))
    return t
"""
SIDES_KEPT = """t = 0
run = 0
acc = sum(xs)
for at in range(len(xs)):
    acc = acc - xs[at]
    t = t + abs(run - acc)
    run = run + xs[at]
return t
"""
LOWS = """@target
def lows(v: list[int], t: int) -> int:
    for day in range(1, len(v)):
        gap = v[day] - min(v[:day])
        if gap > 3:
            t += gap
    return t
"""
LOWS_KEPT = """low = v[0] if v else 0
for day in range(1, len(v)):
    low = min(low, v[day - 1])
    gap = v[day] - low
    if gap > 3:
        t = t + gap
return t
"""
POWER = """@target
def power(xs: list[int]) -> int:
    t = 0
    for i in range(len(xs)):
        t += xs[i] * sum(x * x for x in xs[:i])
    return t
"""
POWER_KEPT = """t = 0
run = 0
for i in range(len(xs)):
    t = t + xs[i] * run
    run = run + xs[i] * xs[i]
return t
"""
ALL = {
    "sums": (TOTALS, TOTALS_KEPT), "largest": (FALLS, FALLS_KEPT), "both sides": (SIDES, SIDES_KEPT),
    "smallest": (LOWS, LOWS_KEPT), "of squares": (POWER, POWER_KEPT),
}  # fmt: skip


@pytest.mark.parametrize(("text", "body"), ALL.values(), ids=ALL.keys())
def test_the_fold_is_kept(text: str, body: str) -> None:
    (draft,) = drafts_of(prefix_folds.drafts, text)
    assert body_of(draft) == body


def test_what_is_drafted_agrees_far_out() -> None:
    (draft,) = drafts_of(prefix_folds.drafts, SIDES)
    assert agree(SIDES, draft, ([],), ([4],), (list(range(-20, 40, 3)),))
    (draft,) = drafts_of(prefix_folds.drafts, FALLS)
    assert agree(FALLS, draft, ([], 2), ([-4], -50), (list(range(-20, -40, -3)), -70))


@pytest.mark.parametrize(
    "text",
    [
        TOTALS.replace("xs[:i + 1]", "xs[:i + 2]"),
        TOTALS.replace("xs[:i + 1]", "xs[:2 * i]"),
        TOTALS.replace("xs[:i + 1]", "out[:i + 1]"),
        TOTALS.replace("        out", "        if xs[i] > 0:\n            out"),
        TOTALS.replace("        out", "        if xs[i] > 9:\n            break\n        out"),
        TOTALS.replace("range(len(xs))", "range(0, len(xs), 2)"),
        FALLS.replace("max(xs[:i])", "max(xs[i - 1:])"),
    ],
    ids=["more at first", "faster", "what the loop makes", "not in each turn", "leaves", "two steps", "largest of the rest"],
)
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(prefix_folds.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [TOTALS, FALLS, SIDES], ids=["sums", "largest", "both sides"])
def test_the_loop_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, prefix_folds.drafts, text) in ("always", "eventually")
