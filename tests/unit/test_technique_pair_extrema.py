"""The best of all pairs is found in one pass."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import pair_extrema
from verify.toolchain import Toolchain

PROFIT = """@target
def profit(prices: list[int]) -> int:
    best = 0
    for i in range(len(prices)):
        for j in range(i + 1, len(prices)):
            best = max(best, prices[j] - prices[i])
    return best
"""
PROFIT_KEPT = """best = 0
low = prices[0] if prices else 0
for j in range(1, len(prices)):
    best = max(best, prices[j] - low)
    low = min(low, prices[j])
return best
"""
TESTED = """@target
@require(lambda a: len(a) > 0)
def tested(a: list[int]) -> int:
    w = -5
    for i in range(len(a)):
        for j in range(i + 1, len(a)):
            if a[j] - a[i] > w:
                w = a[j] - a[i]
    return w
"""
TESTED_KEPT = """w = -5
low = a[0] if a else 0
for j in range(1, len(a)):
    w = max(w, a[j] - low)
    low = min(low, a[j])
return w
"""
CLOSEST = """@target
def closest(a: list[int], cap: int) -> int:
    out = cap
    for p in range(1, len(a)):
        for q in range(p):
            d = a[q] + a[p] - 3 * p
            if d <= out:
                out = d
    return out - 1
"""
INTS = """@target
@require(lambda n, k: n >= 0)
def ints(n: int, k: int) -> int:
    w = k
    for i in range(n):
        for j in range(i):
            w = max(i * i % 7 + j * k % 5, w)
    return w
"""
INTS_KEPT = """w = k
top = 0
for i in range(1, n):
    w = max(w, i * i % 7 + top)
    top = max(top, i * k % 5)
return w
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [(PROFIT, PROFIT_KEPT), (TESTED, TESTED_KEPT), (INTS, INTS_KEPT)],
    ids=["difference", "tested", "ints"],
)
def test_the_pass_is_drafted(text: str, body: str) -> None:
    (draft,) = drafts_of(pair_extrema.drafts, text)
    assert body_of(draft) == body


def test_what_is_drafted_agrees_far_out() -> None:
    (draft,) = drafts_of(pair_extrema.drafts, PROFIT)
    assert agree(PROFIT, draft, ([],), ([4],), (list(range(40, -20, -3)),), ([3, 9, 1, 7, 0, 2],))
    (draft,) = drafts_of(pair_extrema.drafts, CLOSEST)
    assert agree(CLOSEST, draft, ([], 3), ([4], 90), (list(range(40, -20, -3)), 99), ([3, 9, 1, 7, 0, 2], 50))


@pytest.mark.parametrize(
    "text",
    [
        PROFIT.replace("prices[j] - prices[i]", "prices[j] * prices[i]"),
        PROFIT.replace("prices[j] - prices[i]", "prices[j] - best"),
        PROFIT.replace("prices[j] - prices[i]", "prices[j] - 7"),
        PROFIT.replace("i + 1, len", "i + 2, len"),
        PROFIT.replace("best = max(best, prices[j] - prices[i])", "best = max(best - 1, prices[j] - prices[i])"),
        PROFIT.replace("        for j", "        best -= 1\n        for j"),
        TESTED.replace("> w", "!= w"),
        TESTED.replace("w = a[j] - a[i]", "w = a[j] - a[i] + 1"),
        TESTED.replace("return w", "return w + j").replace("w = -5", "w = j = -5"),
        CLOSEST.replace("range(p)", "range(p + 1)"),
    ],
    ids=[
        "a product", "over itself", "of one alone", "further on", "falls", "more in a turn", "another test", "another value",
        "its variable", "itself too",
    ],
)  # fmt: skip
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(pair_extrema.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [PROFIT, CLOSEST, INTS], ids=["difference", "closest", "ints"])
def test_the_pass_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, pair_extrema.drafts, text) in ("always", "eventually")
