"""Loops and recursions whose values are sums of polynomials times exponentials."""

import pytest
from drafted import accepted_order, agree, body_of, drafts_of

from loop.techniques import exponentials
from loop.techniques.spectrum import fitted, integer_roots
from verify.toolchain import Toolchain

DOUBLED = """@target
@require(lambda n: n >= 0)
def twice(n: int) -> int:
    x = 1
    for _ in range(n):
        x = 2 * x + 1
    return x
"""
POWER = """@target
@require(lambda b, e: e >= 0)
def power(b: int, e: int) -> int:
    r = 1
    while e > 0:
        r = b * r
        e -= 1
    return r
"""
PAIRS = """@target
@require(lambda n: n >= 0)
def pairs(n: int) -> int:
    a, b = 0, 1
    for i in range(n):
        a, b = b, b + 2 * a
    return a
"""
GROWN = """@target
@require(lambda k: k >= 1)
def grown(k: int, x: int) -> int:
    y = x
    i = 1
    while i < k:
        y = 3 * y - 2
        i += 1
    return y + 5
"""
HANOI = """@target
@require(lambda n: n >= 0)
def hanoi(n: int) -> int:
    if n == 0:
        return 0
    return hanoi(n - 1) + 1 + hanoi(n - 1)
"""
RESIDUE = """@target
@require(lambda base, exp, mod: exp >= 0 and mod >= 2)
def residue(base: int, exp: int, mod: int) -> int:
    acc = 1
    for _ in range(exp):
        acc = base * acc % mod
    return acc
"""
FIBS = """@target
@require(lambda n: n >= 0)
def fibs(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
"""


@pytest.mark.parametrize(
    ("text", "body", "inputs"),
    [
        (DOUBLED, "return 2 * 2 ** n - 1\n", [(0,), (9,)]),
        (POWER, "return b ** e\n", [(0, 0), (-3, 5)]),
        (PAIRS, "return (2 ** n - (-1) ** n) // 3\n", [(0,), (7,), (8,)]),
        (GROWN, "return 3 ** (k - 1) * (x - 1) + 6\n", [(1, -4), (9, 5)]),
        (HANOI, "return 2 ** n - 1\n", [(0,), (6,)]),
        (RESIDUE, "return pow(base, exp, mod)\n", [(5, 0, 2), (-7, 9, 11)]),
    ],
    ids=["affine", "a parameter's powers", "two roots", "a start that is a parameter", "a recursion", "remainders"],
)
def test_closed_forms(text: str, body: str, inputs: list[tuple[int, ...]]) -> None:
    (draft,) = drafts_of(exponentials.drafts, text)
    assert body_of(draft) == body
    assert agree(text, draft, *inputs)


def test_what_has_no_integer_roots_is_left() -> None:
    assert drafts_of(exponentials.drafts, FIBS) == []


def test_roots() -> None:
    assert integer_roots([[0, 1], [2, 1]]) == [-1, 2]
    assert integer_roots([[3]]) == [3]
    assert integer_roots([[1, 1], [0, 1]]) == [1]
    assert integer_roots([[0, 1], [1, 1]]) is None


def test_a_wave_needs_more_points_than_parts() -> None:
    points = [([], t) for t in range(12)]
    found = fitted(points, [t * 2**t - 1 for t in range(12)], (), [1, 2])
    assert found is not None
    assert [(p.coefficient, p.degree, p.base) for p in found.parts] == [(-1, 0, 1), (1, 1, 2)]
    assert fitted(points[:5], [t * 2**t - 1 for t in range(5)], (), [1, 2]) is None


@pytest.mark.slow
@pytest.mark.parametrize("text", [DOUBLED, POWER, PAIRS, RESIDUE], ids=["affine", "powers", "two roots", "remainders"])
def test_a_closed_form_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, exponentials.drafts, text) in ("always", "eventually")
