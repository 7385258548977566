"""Sums over pairs become one pass."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import pair_sums
from verify.toolchain import Toolchain

BELOW = """@target
def pairs(xs: list[int]) -> int:
    total = 0
    for i in range(len(xs)):
        for j in range(i):
            total += xs[i] * xs[j]
    return total
"""
BELOW_KEPT = """total = 0
run = 0
for i in range(len(xs)):
    total = total + xs[i] * run
    run = run + xs[i]
return total
"""
ABOVE = BELOW.replace("range(i)", "range(i + 1, len(xs))")
ABOVE_KEPT = """total = 0
run = sum(xs)
for i in range(len(xs)):
    run = run - xs[i]
    total = total + xs[i] * run
return total
"""
SQUARES = """@target
def spread(values: list[int]) -> int:
    res = 0
    for a in range(len(values)):
        for b in range(a):
            d = values[a] - values[b]
            res = res + d * d
    return res
"""
SQUARES_KEPT = """res = 0
run = 0
acc = 0
for a in range(len(values)):
    res = res + (values[a] * (values[a] * a + 2 * -run) + acc)
    run = run + values[a]
    acc = acc + values[a] * values[a]
return res
"""
INTS = """@target
@require(lambda n, k: n >= 0)
def ints(n: int, k: int) -> int:
    best = 0
    s = 3
    for a in range(1, n + 1):
        row = 0
        for b in range(1, a + 1):
            row += (a - b % 7) * k + 2
            s += b % 5
        if row > 50:
            continue
        best = max(best, row)
    return best + s
"""
INTS_KEPT = """best = 0
s = 3
run = 0
acc = 0
for a in range(1, n + 1):
    row = 0
    run = run + a % 7
    acc = acc + a % 5
    row = row + (a * (a * k + 2) - k * run)
    s = s + acc
    if row > 50:
        continue
    best = max(best, row)
return best + s
"""
REST = """@target
@require(lambda n, k: n >= 0)
def rest(n: int, k: int) -> int:
    acc = 0
    for i in range(n):
        for j in range(i, n):
            acc += (i + k) * (j // 3)
    return acc - 1
"""
REST_KEPT = """acc = 0
run = sum((x // 3 for x in range(0, n)))
for i in range(n):
    acc = acc + (i + k) * run
    run = run - i // 3
return acc - 1
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (BELOW, BELOW_KEPT),
        (ABOVE, ABOVE_KEPT),
        (SQUARES, SQUARES_KEPT),
        (INTS, INTS_KEPT),
        (REST, REST_KEPT),
    ],
    ids=["below", "above", "squares", "ints", "from"],
)
def test_the_sum_is_kept(text: str, body: str) -> None:
    (draft,) = drafts_of(pair_sums.drafts, text)
    assert body_of(draft) == body


def test_what_is_drafted_agrees_far_out() -> None:
    (draft,) = drafts_of(pair_sums.drafts, INTS)
    assert agree(INTS, draft, (0, 5), (1, -2), (37, 3), (90, -8))
    (draft,) = drafts_of(pair_sums.drafts, ABOVE)
    assert agree(ABOVE, draft, ([],), ([4],), (list(range(-20, 40, 3)),))


@pytest.mark.parametrize(
    "text",
    [
        BELOW.replace("xs[i] * xs[j]", "abs(xs[i] - xs[j])"),
        BELOW.replace("total += xs[i]", "total = 2 * total + xs[i]"),
        BELOW.replace("xs[i] * xs[j]", "total * xs[j]"),
        BELOW.replace("range(i)", "range(i // 2)"),
        BELOW.replace("range(i)", "range(i + 2)").replace("xs[j]", "(j % 3)"),
        ABOVE.replace("range(i + 1, len(xs))", "range(i + 1, len(xs) // 2)"),
        BELOW.replace("        for j", "        if xs[i] > 100:\n            return i\n        for j"),
        BELOW.replace("            total", "            if xs[i] < xs[j]:\n                break\n            total"),
        BELOW.replace("return total", "return total + j").replace("total = 0", "total = j = 0"),
    ],
    ids=[
        "not linear", "what is added to grows", "over itself", "half the range", "more at first", "another end", "leaves",
        "leaves the inner loop", "its variable",
    ],
)  # fmt: skip
def test_other_loops_are_left(text: str) -> None:
    assert drafts_of(pair_sums.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [BELOW, ABOVE, INTS], ids=["below", "above", "ints"])
def test_the_pass_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, pair_sums.drafts, text) in ("always", "eventually")
