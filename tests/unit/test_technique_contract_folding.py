"""What the contract decides is not asked: branches, absolute values and remainders, and that the drafts are proved."""

import pytest
from technique_case import drafts_of, examined, study_of, text_of

from loop.source_text import to_source_text
from loop.techniques import contract_folding
from loop.techniques.study import Draft
from verify.verdict import Accept

INSIDE = """@target
@require(lambda n, m: n >= 0 and m > 0)
def f(n: int, m: int) -> int:
    total = 0
    for i in range(n):
        if i >= 0:
            total += abs(i) * (i % m)
        else:
            total -= 1
    return total
"""
STRAIGHT = """@target
@require(lambda a, b: 0 <= a <= b)
def f(a: int, b: int) -> int:
    if a > b:
        return a - b
    return max(a, b) - abs(a) if b >= 0 else 0
"""
AFTER = """@target
@require(lambda n: n >= 1)
def f(n: int) -> int:
    digits = 0
    while n > 0:
        digits += 1
        n //= 10
    return max(digits, 1)
"""


def text(draft: Draft) -> str:
    """Return the text of a draft, which may be a tree."""
    return draft.candidate if isinstance(draft.candidate, str) else to_source_text(draft.candidate) or ""


def test_a_loop_asks_nothing_that_the_contract_decides() -> None:
    (draft,) = drafts_of(contract_folding.drafts, INSIDE)
    assert "    for i in range(n):\n        total = total + i * (i % m)\n" in text_of(draft)


def test_code_without_loops_is_left_to_the_prover() -> None:
    (draft,) = contract_folding.drafts(study_of(STRAIGHT))
    assert text(draft) == "def f(a: int, b: int) -> int:\n    return b - a\n"
    assert not draft.lemmas


def test_what_a_loop_leaves_is_no_matter_of_the_contract() -> None:
    assert drafts_of(contract_folding.drafts, AFTER) == []


def test_a_branch_that_runs_take_stays() -> None:
    undecided = "@target\ndef f(a: int, b: int) -> int:\n    if a > b:\n        return abs(a)\n    return max(b, 7) % 5\n"
    assert drafts_of(contract_folding.drafts, undecided) == []


@pytest.mark.slow
def test_the_examiner_accepts() -> None:
    verdict = examined(contract_folding.drafts, INSIDE).verdict
    assert isinstance(verdict, Accept), verdict
