"""Which future a curve of yields speaks for: one gain and no more, gains that taper off, or gains that grow; with evidence."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

Curve = Callable[[int], float]
RATES: Final = tuple(i / 20 for i in range(1, 20))
"""parts of a gain that the next generation gains again, where gains taper off"""
GROWTH: Final = tuple(1 + i / 10 for i in range(1, 21))
"""how many times as much the next generation gains, where gains grow"""
FLOOR: Final = 0.05
"""the least spread that a curve is taken to leave, in targets: counts are never known better"""


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one shape fits: its residual spread in targets, its curve at the generations, and its share of the evidence."""

    spread: float
    values: tuple[float, ...]
    weight: float
    """Akaike weight, corrected for few points: the shares of all shapes sum to 1"""


def fits(yields: Sequence[Sequence[float]]) -> Mapping[str, Fit] | None:
    """Return the fit of each shape to yields, which are a row for each generation and a number for each seed.

    The shapes: `flat` (no gain at all), `one-off` (a step after the first generation), `tapering` (a geometric approach to a
    limit), `accelerating` (gains that grow geometrically). None where there are too few points to tell shapes with three
    parameters from chance. See Burnham and Anderson, Model Selection and Multimodel Inference (2002), for the weights.
    """
    points = [(g, float(y)) for g, row in enumerate(yields) for y in row]
    if len(yields) < 3 or len(points) < 6:  # noqa: PLR2004 - three parameters and the spread, and a point to spare
        return None
    found: dict[str, tuple[float, tuple[float, ...], float]] = {}
    for name, (parameters, bases) in _shapes(len(yields)).items():
        best = min((_least_squares(points, basis) for basis in bases), key=lambda f: f[0])
        found[name] = (*best, _criterion(best[0], len(points), parameters))
    least = min(c for *_, c in found.values())
    total = sum(math.exp((least - c) / 2) for *_, c in found.values())
    return {
        name: Fit(round(math.sqrt(rss / len(points)), 4), values, round(math.exp((least - c) / 2) / total, 4))
        for name, (rss, values, c) in found.items()
    }


def _shapes(generations: int) -> dict[str, tuple[int, Iterator[Curve]]]:
    """Return the parameters of each shape, the spread included, and what is added in some amount to a constant."""

    def step(g: int) -> float:
        return float(g > 0)

    def approach(rate: float) -> Curve:
        return lambda g: 1 - rate**g

    def growth(rate: float) -> Curve:
        return lambda g: (rate**g - 1) / (rate ** (generations - 1) - 1)

    return {
        "flat": (2, iter([lambda _: 0.0])),
        "one-off": (3, iter([step])),
        "tapering": (4, map(approach, RATES)),
        "accelerating": (4, map(growth, GROWTH)),
    }


def _least_squares(points: Sequence[tuple[int, float]], basis: Curve) -> tuple[float, tuple[float, ...]]:
    """Return the residual sum of squares of the best `a + b * basis`, and its values; b is not below 0, as a loss is no gain."""
    shape, y = np.array([basis(g) for g, _ in points]), np.array([v for _, v in points])
    centred = shape - shape.mean()
    slope = float(centred @ y / (centred @ centred)) if centred.any() else 0.0
    slope = max(slope, 0.0)
    start = float(y.mean() - slope * shape.mean())
    residual = y - start - slope * shape
    last = max(g for g, _ in points)
    return float(residual @ residual), tuple(round(start + slope * basis(g), 3) for g in range(last + 1))


def _criterion(rss: float, points: int, parameters: int) -> float:
    """Return Akaike's criterion, corrected for few points."""
    spread = max(rss / points, FLOOR**2)
    correction = 2 * parameters * (parameters + 1) / max(points - parameters - 1, 1)
    return points * math.log(spread) + 2 * parameters + correction
