"""Logarithms in whole numbers: gains in 64ths of a bit, the same on every machine."""

from typing import Final

PARTS: Final = 64
"""parts of a bit"""


def parts(numerator: int, denominator: int = 1) -> int:
    """Return 64 times the binary logarithm of a ratio, rounded down; exact.

    >>> parts(8), parts(1, 2), parts(3), parts(1)
    (192, -64, 101, 0)

    Raises ValueError where one of the two is not positive.
    """
    if numerator < 1 or denominator < 1:
        raise ValueError("the logarithm of a ratio asks for two positive numbers")
    a, b = int(numerator**PARTS), int(denominator**PARTS)
    k = a.bit_length() - b.bit_length()
    reached = a >= b << k if k >= 0 else a << -k >= b
    return k if reached else k - 1
