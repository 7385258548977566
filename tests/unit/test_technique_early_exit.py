"""Searches that return at once: which loops are taken for one, in several people's styles, and that the drafts are proved."""

import pytest
from technique_case import drafts_of, examined, text_of

from loop.techniques import early_exit
from verify.verdict import Accept

FLAG = """@target
def f(xs: list[int], k: int) -> bool:
    seen = False
    for x in xs:
        if x == k:
            seen = True
    return seen
"""
COMPOSITE = """@target
@require(lambda n: n >= 2)
def f(n: int) -> bool:
    prime = 1
    d = 2
    while d < n:
        if n % d == 0:
            prime = 0
        d += 1
    return prime == 1
"""
COUNT = """@target
@require(lambda n: n >= 0)
def f(n: int, m: int) -> bool:
    roots = 0
    for i in range(n):
        if i * i == m:
            roots += 1
    return roots == 0
"""
PAIR = """@target
def f(xs: list[int], goal: int) -> int:
    hit = 0
    for a in xs:
        for b in xs:
            if a + 2 * b == goal:
                hit = 7
    return hit
"""
REPEATED = """@target
def f(xs: list[int]) -> bool:
    count = 0
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] == xs[j]:
                count += 1
    return count > 0
"""
RETURNS = {
    FLAG: ("            return True\n", "    return False\n"),
    COMPOSITE: ("            return False\n", "    return True\n"),
    COUNT: ("            return False\n", "    return True\n"),
    PAIR: ("                return 7\n", "    return 0\n"),
    REPEATED: ("                return True\n", "    return False\n"),
}


@pytest.mark.parametrize("text", RETURNS, ids=["flag", "flag in a while", "count", "flag in two loops", "count in two loops"])
def test_a_search_returns_at_once(text: str) -> None:
    (draft,) = drafts_of(early_exit.drafts, text)
    inner, last = RETURNS[text]
    assert inner in text_of(draft)
    assert text_of(draft).endswith(last)
    assert draft.lemmas.endswith("theorem accepted : Statement := statement_of same post cost gain\n")


@pytest.mark.parametrize(
    "text",
    [
        FLAG.replace("            seen = True\n", "            seen = True\n        if x == 0:\n            seen = False\n"),
        FLAG.replace("seen = True", "seen = not seen"),
        COUNT.replace("roots == 0", "roots == 1"),
        COUNT.replace("return roots == 0", "return i > roots").replace("roots = 0\n", "roots = i = 0\n"),
        FLAG.replace("if x == k", "if x == k and not seen"),
        PAIR.replace("return hit", "return hit + goal"),
    ],
    ids=["undone", "turned round", "counted", "another variable", "read in the loop", "no literal"],
)
def test_a_loop_that_is_no_search_stays(text: str) -> None:
    assert drafts_of(early_exit.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", RETURNS, ids=["flag", "composite", "count", "pair", "repeated"])
def test_the_examiner_accepts(text: str) -> None:
    verdict = examined(early_exit.drafts, text).verdict
    assert isinstance(verdict, Accept), verdict
    assert verdict.certificate.order == "always"
