"""The hosted functions as they stand in specs/self, without their contracts: what runs where no accepted version is at hand.

Each is called within what its contract there allows, since nothing checks that again while the loop runs.
"""

from collections.abc import Callable
from typing import Any, Final


def reduced(row: list[int], pivot: list[int], factor: int, prime: int, start: int) -> list[int]:  # noqa: ARG001 - see specs/self
    """Return a row less a multiple of another one, modulo a prime; the other one begins with `start` zeros."""
    return [(row[j] - factor * pivot[j]) % prime for j in range(len(row))]


def telescoped(low: int, high: int, modulus: int, labels: list[tuple[int, int]]) -> list[int]:
    """Return what each power of a number counts for, from one end to the other, where the number has a residue.

    The labels are pairs of a power and a residue.
    """
    return [
        (high**power if high % modulus == residue else 0) - (low**power if low % modulus == residue else 0)
        for power, residue in labels
    ]


def radicands(logarithm: int, pulls: list[int]) -> list[int]:
    """Return what stands under the root of each arm's bonus, in parts of 65,536; the logarithm is in 64ths of a bit."""
    return [logarithm * own * 65536 // 64 for own in pulls]


def strided(count: int, stride: int) -> list[int]:
    """Return the first multiples of a number, modulo one more than how many of them there are."""
    return [i * stride % (count + 1) for i in range(count)]


ALL: Final[tuple[Callable[..., Any], ...]] = (reduced, telescoped, radicands, strided)
