"""What no turn changes is worked out before the loop, and what a block works out twice once; drafts are proved."""

import pytest
from technique_case import drafts_of, examined, text_of

from loop.techniques import hoisting
from verify.verdict import Accept

WHILE = """@target
@require(lambda n, a, b: n >= 0)
def f(n: int, a: int, b: int) -> int:
    total = 0
    i = 0
    while i < n:
        total += (a * b + 7) * (i % 5)
        i += 1
    return total
"""
ABOVE = """@target
def f(xs: list[int], k: int) -> int:
    count = 0
    for x in xs:
        if x > 2 * k + 1:
            count += 1
    return count
"""
TWICE = """@target
def f(xs: list[int], lo: int) -> int:
    out = 0
    for x in xs:
        d = (x - lo) * (x - lo)
        out += d + (x - lo)
    return out
"""
DIVIDED = """@target
@require(lambda n, m: n >= 0)
def f(n: int, m: int) -> int:
    total = 0
    for i in range(n):
        if m > 0:
            total += i * (100 // m)
    return total
"""
LISTED = """@target
@require(lambda n, k, m: m > 0)
def f(n: int, k: int, m: int) -> list[int]:
    return [i * (k % m) for i in range(n) if i != k + 1]
"""
NESTED = """@target
def f(n: int, k: int) -> int:
    return sum(sum(i * j + k * k for j in range(i)) for i in range(n))
"""
GUARDED = """@target
def f(xs: list[int], k: int) -> list[int]:
    return [x // k if k > 0 else 0 for x in xs if k > 0 and 100 // k > 3]
"""


@pytest.mark.parametrize(
    ("text", "before", "inside"),
    [
        (WHILE, "    fixed = a * b + 7\n    while i < n:\n", "total + fixed * (i % 5)"),
        (ABOVE, "    fixed = 2 * k + 1\n    for x in xs:\n", "if x > fixed:"),
        (TWICE, "    for x in xs:\n        fixed = x - lo\n", "d = fixed * fixed\n        out = out + (d + fixed)"),
    ],
    ids=["while", "a test", "twice"],
)
def test_work_is_done_once(text: str, before: str, inside: str) -> None:
    first = text_of(drafts_of(hoisting.drafts, text)[0])
    assert before in first
    assert inside in first


@pytest.mark.parametrize(
    ("text", "before", "inside"),
    [
        (LISTED, ["fixed = k + 1", "shared = k % m"], "[x * shared for x in range(0, n) if x != fixed]"),
        (NESTED, ["fixed = k * k"], "sum((sum((x * y + fixed for y in range(0, x))) for x in range(0, n)))"),
    ],
    ids=["a list", "nested"],
)
def test_what_no_element_changes_is_worked_out_before_the_list(text: str, before: list[str], inside: str) -> None:
    last = text_of(drafts_of(hoisting.drafts, text)[-1])
    assert all(f"    {line}\n" in last for line in before)
    assert f"    return {inside}\n" in last


def test_a_list_keeps_what_may_raise_and_what_its_elements_change() -> None:
    assert drafts_of(hoisting.drafts, LISTED.replace("k % m", "i % m").replace("k + 1", "k")) == []
    assert [text_of(d).split("\n")[1] for d in drafts_of(hoisting.drafts, GUARDED)] == ["    fixed = k > 0 and 100 // k > 3"]


def test_what_may_raise_stays_where_it_is_guarded() -> None:
    assert all("100 // m\n    for" not in text_of(d) for d in drafts_of(hoisting.drafts, DIVIDED))


def test_nothing_is_drafted_where_every_value_changes() -> None:
    assert drafts_of(hoisting.drafts, ABOVE.replace("2 * k + 1", "k")) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [WHILE, ABOVE, TWICE], ids=["while", "above", "twice"])
def test_the_examiner_accepts(text: str) -> None:
    verdict = examined(hoisting.drafts, text).verdict
    assert isinstance(verdict, Accept), verdict
