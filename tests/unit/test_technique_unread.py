"""What nothing reads is not worked out."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import unread
from verify.toolchain import Toolchain

TRACED = """@target
def traced(xs: list[int], k: int) -> int:
    best = 0
    where = -1
    steps = 0
    trace: list[int] = []
    for i in range(len(xs)):
        old = best
        steps += 2
        if xs[i] > best:
            best = xs[i]
            where = i
            trace.append(old)
        elif steps > k:
            steps = where
    return best
"""
TRACED_LESS = """best = 0
for i in range(len(xs)):
    if xs[i] > best:
        best = xs[i]
return best
"""
LOOPS = """@target
@require(lambda n: n >= 0)
def loops(n: int) -> int:
    total = 0
    check = 0
    for i in range(n):
        for j in range(i):
            check += j
        total += i * n
    for k in range(n):
        check -= k
    return total
"""
HALVES = """@target
@require(lambda n: n > 0)
def halves(n: int) -> int:
    k = 0
    while n > 1:
        n //= 2
        k += 1
    return k
"""
OVERWRITTEN = """@target
def overwritten(xs: list[int]) -> int:
    y = 0
    for x in xs:
        y = x * x
        if x > 3:
            y = x
        else:
            y = 2 * x - y
        y = x + 1
        if x == 7:
            continue
    return y
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (TRACED, TRACED_LESS),
        (LOOPS, "total = 0\nfor i in range(n):\n    total = total + i * n\nreturn total\n"),
        (OVERWRITTEN, "y = 0\nfor x in xs:\n    y = x + 1\nreturn y\n"),
        (OVERWRITTEN.replace("            continue", "            return y"), None),
    ],
    ids=["values", "loops", "overwritten", "a result"],
)
def test_it_is_dropped(text: str, body: str | None) -> None:
    (draft,) = drafts_of(unread.drafts, text)
    assert body is None or body_of(draft) == body


@pytest.mark.parametrize(
    "text",
    [
        TRACED.replace("return best", "return best + steps + len(trace)"),
        "@target\ndef last(xs: list[int]) -> int:\n    y = 0\n    for x in xs:\n        y = x\n    return y\n",
        HALVES,
        "@target\ndef plain(n: int) -> int:\n    y = n\n    return n\n",
    ],
    ids=["read", "last turn", "steers", "no loop"],
)
def test_what_is_read_is_left(text: str) -> None:
    assert drafts_of(unread.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [TRACED, LOOPS, OVERWRITTEN], ids=["values", "loops", "overwritten"])
def test_what_is_left_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, unread.drafts, text) == "always"
