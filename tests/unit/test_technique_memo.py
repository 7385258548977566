"""Lists that are filled in order become variables that hold the last entries."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import memo
from verify.toolchain import Toolchain

APPENDED = """@target
@require(lambda n: n >= 0)
def climb(n: int) -> int:
    ways = [1, 1]
    for i in range(2, n + 1):
        ways.append(ways[i - 1] + ways[i - 2])
    return ways[n]
"""
STORED = """@target
@require(lambda n: n >= 1)
def table(n: int) -> int:
    dp = [0] * (n + 1)
    dp[1] = 1
    for j in range(2, n + 1):
        dp[j] = dp[j - 1] + 2 * dp[j - 2] + j
    return dp[n]
"""
BACK = """@target
@require(lambda n: n >= 0)
def back(n: int) -> int:
    f = [0, 1, 1]
    for _ in range(n):
        f.append(f[-1] + f[-2] + f[-3])
    return f[n]
"""
GUARDED = """@target
@require(lambda n: n >= 0)
def guarded(n: int) -> int:
    if n < 2:
        return n
    memo = [0] * (n + 1)
    memo[0] = 0
    memo[1] = 1
    for k in range(1, n):
        memo[k + 1] = memo[k] + memo[k - 1]
    return memo[n]
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (APPENDED, "a, b = 1, 1\nfor _ in range(n):\n    a, b = b, b + a\nreturn a\n"),
        (BACK, "a, b, c = 0, 1, 1\nfor _ in range(n):\n    a, b, c = b, c, c + b + a\nreturn a\n"),
    ],
    ids=["appended", "from the end"],
)
def test_the_last_entries_roll(text: str, body: str) -> None:
    (draft,) = drafts_of(memo.drafts, text)
    assert body_of(draft) == body
    assert agree(text, draft, *((n,) for n in range(1, 12)))


@pytest.mark.parametrize(
    "text",
    [
        APPENDED.replace("ways[i - 2]", "ways[i // 2]"),
        APPENDED.replace("ways[n]", "ways[n // 2]"),
        STORED,
        GUARDED,
    ],
    ids=["an entry far below", "another entry", "stored into", "stored into behind a test"],
)
def test_other_lists_are_left(text: str) -> None:
    assert drafts_of(memo.drafts, text) == []


@pytest.mark.slow
def test_the_variables_are_accepted(toolchain: Toolchain) -> None:
    assert accepted_order(toolchain, memo.drafts, APPENDED) in ("always", "eventually")
