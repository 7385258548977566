"""Refuses only: shifts, powers and the operators on bits in the SMT reading.

Z3's own shifts are of bit-vectors, which saturate and wrap, and none is used. A shift is a product or a floor division by a power
of two. `&`, `|` and `^` with a literal are sums of remainders, exact for all ints; of two unknowns they are read at a width of
64 bits, and only where both lie within it. What cannot be read is cut off through `Faults`.
"""

import operator
from collections.abc import Callable
from typing import Final

import z3  # type: ignore[import-untyped]

from verify.smt_terms import YES, Faults, both, floor_div, floor_mod, folded, no, number, pick, plus

SHIFT: Final = 63
"""largest shift, and exponent of a literal, that is unknown where it is read; larger ones are cut off"""
EXPONENT: Final = 8
"""largest exponent that is unknown where it is read, and whose base is too"""
DEGREE: Final = 16
"""largest literal exponent of an unknown base"""
LONG: Final = 4_096
"""bits of the longest literal that is computed by a product, a power or a shift"""
WIDTH: Final = 64
"""bits at which `&`, `|` and `^` of two unknowns are read"""
RUNS: Final = 64
"""most runs of equal bits in a literal operand of `&`, `|` and `^` that are taken out one by one"""
ZERO: Final = z3.IntVal(0)
LITERAL: Final[dict[str, Callable[[int, int], int]]] = {"and": operator.and_, "or": operator.or_, "xor": operator.xor}


def product(a: z3.ArithRef, b: z3.ArithRef, faults: Faults) -> z3.ArithRef:
    """Return `a * b`; of literals whose product would be too long it is cut off."""
    x, y = number(a), number(b)
    if x is not None and y is not None and x.bit_length() + y.bit_length() > LONG:
        faults.drop(YES)
        return ZERO
    return folded(lambda p, q: p * q, a, b)


def shifted(op: str, a: z3.ArithRef, b: z3.ArithRef, faults: Faults) -> z3.ArithRef:
    """Return `a << b` or `a >> b`; raises for a negative `b`."""

    def by(k: int) -> z3.ArithRef:
        return floor_div(a, z3.IntVal(2**k)) if op == "rshift" else product(a, z3.IntVal(2**k), faults)

    return _by_size(b, by, LONG - 2, SHIFT, faults)


def power(a: z3.ArithRef, b: z3.ArithRef, faults: Faults) -> z3.ArithRef:
    """Return `a ** b`; raises for a negative `b`."""
    base = number(a)

    def by(k: int) -> z3.ArithRef:
        if base is None:
            return z3.IntVal(1) if k == 0 else folded(lambda x: z3.Product([x] * k), a)
        return z3.IntVal(base**k)

    if base is None:
        return _by_size(b, by, DEGREE, EXPONENT, faults)
    most = LONG // max(1, base.bit_length())
    return _by_size(b, by, most, min(SHIFT, most), faults)


def modular_power(a: z3.ArithRef, b: z3.ArithRef, m: z3.ArithRef, faults: Faults) -> z3.ArithRef:
    """Return `pow(a, b, m)`; raises for a negative `b` and for `m == 0`."""
    x, y, z = number(a), number(b), number(m)
    faults.fail(folded(lambda t: t == 0, m))
    if x is not None and y is not None and z is not None and 0 <= y < 2**LONG and z != 0:
        return z3.IntVal(pow(x, y, z))
    return floor_mod(power(a, b, faults), m)


def _by_size(
    b: z3.ArithRef, by: Callable[[int], z3.ArithRef], literal_most: int, most: int, faults: Faults
) -> z3.ArithRef:
    """Return `by(k)` where `b` is k: up to `literal_most` for a literal, else up to `most`; a negative `b` raises."""
    k = number(b)
    if k is not None:
        if 0 <= k <= literal_most:
            return by(k)
        (faults.fail if k < 0 else faults.drop)(YES)
        return ZERO
    faults.fail(folded(lambda x: x < 0, b))
    faults.drop(folded(lambda x: x > most, b))
    value = ZERO
    for i in range(most, -1, -1):
        here = folded(lambda x, i=i: x == i, b)
        # where the amount has a few literal values, only those are written out
        value = value if z3.is_false(here) else pick(here, by(i), value)
    return value


def bitwise(op: str, a: z3.ArithRef, b: z3.ArithRef, faults: Faults) -> z3.ArithRef:
    """Return `a & b`, `a | b` or `a ^ b` of infinite two's complement."""
    x, y = number(a), number(b)
    if x is not None and y is not None:
        return z3.IntVal(LITERAL[op](x, y))
    if y is not None and _runs(y) <= RUNS:
        return folded(lambda p: _with_literal(op, p, y), a)
    if x is not None and _runs(x) <= RUNS:
        return folded(lambda p: _with_literal(op, p, x), b)
    if a.eq(b):
        return ZERO if op == "xor" else a
    half = 2 ** (WIDTH - 1)
    for term in (a, b):
        faults.drop(no(_within(term, half)))
    left, right = z3.Int2BV(a, WIDTH), z3.Int2BV(b, WIDTH)
    return z3.BV2Int({"and": left & right, "or": left | right, "xor": left ^ right}[op], is_signed=True)


def _within(term: z3.ArithRef, half: int) -> z3.BoolRef:
    return both(folded(lambda x: x >= -half, term), folded(lambda x: x < half, term))


def _with_literal(op: str, a: z3.ArithRef, mask: int) -> z3.ArithRef:
    common = _masked(a, mask) if mask >= 0 else a - _masked(a, ~mask)
    return common if op == "and" else a + mask - (common if op == "or" else 2 * common)


def _runs(mask: int) -> int:
    """Count the runs of equal bits of a literal."""
    return (mask ^ mask >> 1).bit_count()


def _masked(a: z3.ArithRef, mask: int) -> z3.ArithRef:
    """Return `a & mask` for `mask >= 0`: a run of ones from bit i up to bit j takes out `a % 2**j - a % 2**i`."""
    total, low = ZERO, 0
    while mask >> low:
        while not mask >> low & 1:
            low += 1
        high = low
        while mask >> high & 1:
            high += 1
        upper = floor_mod(a, z3.IntVal(2**high))
        total, low = plus(total, upper - floor_mod(a, z3.IntVal(2**low)) if low else upper), high
    return total
