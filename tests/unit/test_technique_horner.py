"""A sum of products with powers becomes one in Horner's way."""

import pytest
from drafted import accepted_order, body_of, drafts_of

from loop.techniques import horner
from verify.toolchain import Toolchain

POLYNOMIAL = """@target
def polynomial(xs: list[int], x: int) -> int:
    total = 0
    n = len(xs)
    for i in range(n):
        total += xs[i] * x ** (n - 1 - i)
    return total
"""
POLYNOMIAL_SHORT = """total = 0
n = len(xs)
for i in range(n):
    total = total * x + xs[i]
return total
"""
DIGITS = """@target
@require(lambda n: n >= 0)
def digits(n: int) -> int:
    value = 0
    for i in range(n):
        weight = 1
        for _ in range(n - i - 1):
            weight *= 10
        d = i % 10
        value = value + weight * d
    return value
"""
DIGITS_SHORT = """value = 0
for i in range(n):
    d = i % 10
    value = value * 10 + d
return value
"""
WEIGHTS = """@target
@require(lambda n: n >= 0)
def weights(n: int) -> int:
    value = 0
    for i in range(n):
        weight = 1
        for _ in range(n - i - 1):
            weight *= 10
        value += weight * i
    return value
"""
DOWN = """@target
@require(lambda n, b: n >= 0)
def down(n: int, b: int) -> int:
    r = 0
    for i in range(n - 1, -1, -1):
        r = b ** i * (i + 2) + r
    return r
"""
DOWN_SHORT = """r = 0
for i in range(n - 1, -1, -1):
    r = r * b + (i + 2)
return r
"""
COUNTS = """@target
@require(lambda n, x: n >= 0)
def counts(n: int, x: int) -> int:
    total = 0
    for i in range(1, n + 1):
        total += i * x ** (n - i)
    return total
"""


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (POLYNOMIAL, POLYNOMIAL_SHORT),
        (POLYNOMIAL.replace("n - 1 - i", "n - (i + 1)"), POLYNOMIAL_SHORT),
        (COUNTS, "total = 0\nfor i in range(1, n + 1):\n    total = total * x + i\nreturn total\n"),
        (POLYNOMIAL.replace("n - 1 - i", "last - i").replace("    for", "    last = n - 1\n    for"), None),
        (DIGITS, DIGITS_SHORT),
        (DIGITS.replace("weight *= 10", "weight = 10 * weight").replace("range(n - i - 1)", "range(i + 1, n)"), DIGITS_SHORT),
        (DOWN, DOWN_SHORT),
    ],
    ids=["power", "otherwise", "from one", "hoisted", "inner loop", "another range", "down"],
)
def test_no_power_is_left(text: str, body: str | None) -> None:
    (draft,) = drafts_of(horner.drafts, text)
    assert body is None or body_of(draft) == body


@pytest.mark.parametrize(
    "text",
    [
        POLYNOMIAL.replace("n - 1 - i", "i"),
        POLYNOMIAL.replace("n - 1 - i", "n - i"),
        POLYNOMIAL.replace("total = 0", "total = 1"),
        POLYNOMIAL.replace("* x **", "* i **"),
        POLYNOMIAL.replace("xs[i] *", "(xs[i] + total) *"),
        POLYNOMIAL.replace("range(n)", "range(0, n, 2)"),
        POLYNOMIAL.replace("        total", "        if xs[i] > 0:\n            continue\n        total"),
        DIGITS.replace("weight = 1", "weight = 2"),
        DIGITS.replace("n - i - 1", "i"),
        DIGITS.replace("weight * d", "weight * d + weight"),
        DIGITS.replace("return value", "return value + weight").replace("value = 0", "value = weight = 0"),
    ],
    ids=["rising", "to one", "start", "base", "own sum", "stride", "turn ends", "weight", "inner", "twice", "read later"],
)
def test_other_sums_are_left(text: str) -> None:
    assert drafts_of(horner.drafts, text) == []


@pytest.mark.slow
@pytest.mark.parametrize("text", [WEIGHTS, DOWN, COUNTS], ids=["inner loop", "down", "power"])
def test_the_sum_is_accepted(toolchain: Toolchain, text: str) -> None:
    assert accepted_order(toolchain, horner.drafts, text) == "always"
