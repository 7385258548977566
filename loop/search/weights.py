"""A logistic model in whole numbers: the log-odds that features add up to, and the share that they stand for.

Weights are 64ths of a bit: 64 doubles the odds. So a model that was fitted anywhere says the same everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt
from typing import Final

from loop.search.parts import PARTS
from loop.search.reading import mapping, record
from verify.canonical import Data

MOST: Final = 16 * PARTS
"""log-odds beyond this count as this: a model is never certain"""
_ONE: Final = 1 << 64
_ROOTS: Final = 6
"""square roots of 2 until it is 2 to the power of a 64th"""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a model adds to the log-odds: a constant, and a weight for each feature that is there."""

    bias: int = 0
    of: Mapping[str, int] = field(default_factory=dict)

    def odds(self, features: Iterable[str]) -> int:
        """Return the log-odds in 64ths of a bit; a feature that the model does not know adds nothing."""
        return max(-MOST, min(MOST, self.bias + sum(self.of.get(f, 0) for f in features)))

    def rate(self, features: Iterable[str]) -> Fraction:
        """Return the share that the log-odds stand for.

        >>> Weights(0, {"a": 64}).rate(["a"]), Weights().rate(["a"])
        (Fraction(2, 3), Fraction(1, 2))
        """
        odds = power(self.odds(features))
        return odds / (1 + odds)

    def to_data(self) -> dict[str, Data]:
        """Return it as JSON data."""
        return {"bias": self.bias, "of": dict[str, Data](self.of)}

    @classmethod
    def from_data(cls, data: object) -> "Weights":
        """Read what `to_data` wrote. Raises ValueError."""
        found = record(data, "bias", "of")
        return cls(_whole(found["bias"]), {name: _whole(weight) for name, weight in mapping(found["of"]).items()})


def power(parts: int) -> Fraction:
    """Return two to the power of so many 64ths, rounded down to 2**-64 before whole powers.

    >>> power(64), power(-128), power(0)
    (Fraction(2, 1), Fraction(1, 4), Fraction(1, 1))
    """
    whole, rest = divmod(parts, PARTS)
    found, root = _ONE, 2 * _ONE
    for bit in reversed(range(_ROOTS)):
        root = isqrt(root * _ONE)  # 2 to the power of a half, a quarter and so on
        if rest >> bit & 1:
            found = found * root // _ONE
    return Fraction(found, _ONE) * Fraction(2) ** whole


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a weight is a whole number")  # noqa: TRY004 - malformed input is a ValueError throughout
    return value
