"""A frame with two scales -> places in a drawing, with the lines and words of a grid."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loop.plots.svg import FAINT, TEXT, Svg, element, label

WIDTH: Final = 640.0
HEIGHT: Final = 340.0
LEFT, RIGHT, TOP, BOTTOM = 64.0, 16.0, 34.0, 44.0
"""what the words around the frame need"""
_DIGITS: Final = (10**9, "G"), (10**6, "M"), (10**3, "k")


def short(value: float) -> str:
    """Return a number of few letters.

    >>> [short(v) for v in (0, 7, 2.5, 1000, 250_000, 3_000_000)]
    ['0', '7', '2.5', '1k', '250k', '3M']
    """
    for size, letter in _DIGITS:
        if value >= size and value % size == 0:
            return f"{int(value // size)}{letter}"
    return f"{value:g}"


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from `low` on as lengths; a logarithmic one has room for 0."""

    low: float
    high: float
    logarithmic: bool
    whole: bool = False
    """whether only whole numbers mean anything"""

    def part(self, value: float) -> float:
        """Return where a number lies between the ends, from 0 to 1.

        >>> Scale(0, 99, logarithmic=True).part(9)
        0.5
        """
        low, high, at = (math.log10(1 + v) if self.logarithmic else v for v in (self.low, self.high, value))
        return (at - low) / (high - low)

    def marks(self) -> Iterator[float]:
        """Yield the numbers that the grid names."""
        if not self.logarithmic:
            step = max(_step(self.high - self.low), float(self.whole))
            at = math.ceil(self.low / step)
            while at * step <= self.high + step / 1000:
                yield at * step
                at += 1
            return
        if self.low <= 0:
            yield 0.0
        power = max(1.0, self.low)
        while power <= self.high:
            yield power
            power *= 10


def _step(span: float) -> float:
    """Return a round distance of which a span has four to ten."""
    base = 10.0 ** math.floor(math.log10(span / 4))
    return max(m * base for m in (1, 2, 5) if span / (m * base) >= 4)  # noqa: PLR2004 - fewer marks tell too little


def logarithmic(values: Sequence[float]) -> Scale:
    """Return the scale of sizes, ticks or nanoseconds: from the power of ten below the least, 0 included, to the greatest."""
    least, most = min(values, default=0.0), max(values, default=1.0)
    low = 0.0 if least < 10 else 10.0 ** math.floor(math.log10(least))  # noqa: PLR2004 - below lies the unit itself
    return Scale(low, max(most, 2 * low, low + 1), logarithmic=True)


def linear(values: Sequence[float]) -> Scale:
    """Return a scale of counts, from 0 on."""
    return Scale(0.0, max([1.0, *values]), logarithmic=False, whole=True)


@dataclass(frozen=True, slots=True)
class Axes:
    """A frame with its two scales, and how a number of the upright one is written."""

    x: Scale
    y: Scale
    shown: Callable[[float], str] = short

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point lies in the drawing."""
        across, up = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return LEFT + across * self.x.part(x), TOP + up * (1 - self.y.part(y))

    def grid(self, below: str, beside: str) -> Iterator[Svg]:
        """Yield the grid with what its numbers mean."""
        for v in self.y.marks():
            at = self.place(self.x.low, v)[1]
            yield _rule((LEFT, at), (WIDTH - RIGHT, at))
            yield label(LEFT - 6, at + 4, self.shown(v), anchor="end")
        for v in self.x.marks():
            at = self.place(v, self.y.low)[0]
            yield _rule((at, TOP), (at, HEIGHT - BOTTOM))
            yield label(at, HEIGHT - BOTTOM + 16, short(v))
        yield label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, below)
        middle = (TOP + HEIGHT - BOTTOM) / 2
        yield label(14, middle, beside, transform=f"rotate(-90 14 {middle:g})")


def _rule(a: tuple[float, float], b: tuple[float, float]) -> Svg:
    ends = {"x1": a[0], "y1": a[1], "x2": b[0], "y2": b[1]}
    return element("line", {**ends, "stroke": TEXT, "stroke_opacity": FAINT})
