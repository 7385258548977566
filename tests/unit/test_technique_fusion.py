"""Two loops over the same made into one: when that is right, and that the drafts are proved."""

import pytest
from technique_case import drafts_of, examined, text_of

from loop.techniques import fusion
from verify.verdict import Accept

SAME_NAME = """@target
def f(xs: list[int]) -> int:
    s = 0
    for x in xs:
        s += x
    q = 0
    for x in xs:
        q += x * x
    return len(xs) * q - s * s
"""
RANGES = """@target
@require(lambda n, m: n >= 0 and m > 0)
def f(n: int, m: int) -> tuple[int, int]:
    even, odd = 0, 0
    for i in range(n):
        even += (2 * i) % m
    for k in range(n):
        if k % 3 == 0:
            odd += (2 * k + 1) % m
    return even, odd
"""


def test_loops_over_a_list_are_one() -> None:
    (draft,) = drafts_of(fusion.drafts, SAME_NAME)
    assert "    s = 0\n    q = 0\n    for x in xs:\n        s = s + x\n        q = q + x * x\n    return" in text_of(draft)


def test_the_second_loop_takes_the_name_of_the_first_ones_variable() -> None:
    (draft,) = drafts_of(fusion.drafts, SAME_NAME.replace("for x in xs:\n        q += x * x", "for y in xs:\n        q += y * y"))
    assert "        q = q + x * x\n" in text_of(draft)


def test_loops_over_a_range_are_one_whatever_their_variables_are_called() -> None:
    (draft,) = drafts_of(fusion.drafts, RANGES)
    assert text_of(draft).count("for ") == 1
    assert "if i % 3 == 0:" in text_of(draft)


@pytest.mark.parametrize(
    "text",
    [
        SAME_NAME.replace("q += x * x", "q += x * s"),
        SAME_NAME.replace("    q = 0\n", "    q = s\n"),
        RANGES.replace("k in range(n)", "k in range(n + 1)"),
        RANGES.replace("even += (2 * i) % m", "even += (2 * i) % m\n        if even > 9:\n            break"),
        RANGES.replace("range(n):\n        even", "range(n):\n        n = n - 1\n        even"),
    ],
    ids=["needs the sum", "begins with the sum", "another range", "left early", "moves the end"],
)
def test_loops_that_need_each_other_stay_two(text: str) -> None:
    assert drafts_of(fusion.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [SAME_NAME, RANGES], ids=["lists", "ranges"])
def test_the_examiner_accepts(text: str) -> None:
    verdict = examined(fusion.drafts, text).verdict
    assert isinstance(verdict, Accept), verdict
    assert verdict.certificate.order == "always"
