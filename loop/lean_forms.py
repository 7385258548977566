"""Equations fitted to values: columns of Lean terms with what they come to at sample points -> the text of an equation.

What is found holds at the points that it was fitted on and at others held back; it is a guess all the same.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Final

from loop.evaluate import Point, Value
from loop.fit import solve, whole
from loop.lean_defs import Definition, bare

HELD: Final = 4
"""one point in so many is held back from fitting"""
LARGEST: Final = 9
"""largest number in a sample; a list is at most 5 long"""
ALONE: Final = 12
"""largest number where there is but one variable, so that there are enough points"""
SMALL: Final = 2
"""largest number for a function that may grow beyond all bounds"""
POINTS: Final = 160


@dataclass(frozen=True, slots=True)
class Column:
    """A numeric term with its values at the points; `text` is "" for the number one."""

    text: str
    values: tuple[int, ...]


def one(count: int) -> Column:
    """Return the column of the number one."""
    return Column("", (1,) * count)


def times(left: Iterable[Column], right: Sequence[Column]) -> list[Column]:
    """Return all products of two groups of columns, each once."""
    out: dict[str, Column] = {}
    for a in left:
        for b in right:
            text = " * ".join(sorted(t for t in (a.text, b.text) if t)) if a.text and b.text else a.text or b.text
            out.setdefault(text, Column(text, tuple(x * y for x, y in zip(a.values, b.values, strict=True))))
    return list(out.values())


def monomials(columns: Sequence[Column], degree: int, count: int) -> list[Column]:
    """Return all products of at most so many columns, the number one first."""
    out = [one(count)]
    for d in range(1, degree + 1):
        for chosen in combinations_with_replacement(columns, d):
            product = [one(count)]
            for c in chosen:
                product = [
                    Column(
                        f"{product[0].text} * {c.text}" if product[0].text else c.text,
                        tuple(x * y for x, y in zip(product[0].values, c.values, strict=True)),
                    )
                ]
            out += product
    return out


def fitted(columns: Sequence[Column], values: Sequence[int], chosen: Sequence[int]) -> tuple[dict[str, int], int] | None:
    """Return integer coefficients by text and the denominator, so that the columns sum to the values at the chosen points.

    None where there are none, or too few points to tell; of columns that depend on each other the first ones are used.
    """
    kept = [i for k, i in enumerate(chosen) if k % HELD != HELD - 1]
    if not columns or len(columns) * 5 // 4 + 4 > len(kept):
        return None
    # a few more than there are unknowns, spread over all; what comes of them is held against every point
    few = kept[:: max(1, len(kept) // (len(columns) * 5 // 4 + 12))]
    found = solve([[c.values[i] for c in columns] for i in few], [values[i] for i in few])
    if found is None:
        return None
    numbers, scale = whole(found, [(k,) for k in range(len(columns))])
    if max((abs(c) for c in numbers.values()), default=0) > 10**6 or scale > 10**4:
        return None
    for i in chosen:
        if sum(c * columns[k].values[i] for (k,), c in numbers.items()) != scale * values[i]:
            return None
    return {columns[k].text: c for (k,), c in numbers.items()}, scale


def equation(left: str, coefficients: dict[str, int], scale: int, *, natural: bool) -> str:
    """Return the equation `scale * left = sum`; among naturals the negative terms go to the left."""
    above = [(t, c) for t, c in coefficients.items() if c > 0]
    below = [(t, -c) for t, c in coefficients.items() if c < 0]
    start = left if scale == 1 else f"{scale} * {left}"
    if natural:
        return f"{' + '.join([start, *(_term(t, c) for t, c in below)])} = {_sum(above)}"
    return f"{start} = {combination(coefficients)}"


def combination(coefficients: dict[str, int]) -> str:
    """Return a sum of terms with signs."""
    above = [(t, c) for t, c in coefficients.items() if c > 0]
    below = [(t, -c) for t, c in coefficients.items() if c < 0]
    if not above and below:
        return "0 - " + " - ".join(_term(t, c) for t, c in below)
    return " - ".join([_sum(above), *(_term(t, c) for t, c in below)])


def _sum(terms: Sequence[tuple[str, int]]) -> str:
    return " + ".join(_term(t, c) for t, c in terms) if terms else "0"


def _term(text: str, coefficient: int) -> str:
    if not text:
        return str(coefficient)
    return text if coefficient == 1 else f"{coefficient} * {text}"


# -- points -------------------------------------------------------------------------------------------------------------------


def sample(variables: Sequence[tuple[str, str]], seed: int, count: int = POINTS, largest: int = LARGEST) -> list[Point] | None:
    """Return so many points of these types, small ones first; None for a type that cannot be drawn."""
    if not all(_drawable(kind) for _, kind in variables):
        return None
    largest += (ALONE - LARGEST) * (len(variables) == 1 and largest > SMALL)
    rng = random.Random(seed)  # noqa: S311 - sampling, not secrecy
    out: dict[str, Point] = {}
    for k in range(6 * count):
        top = min(largest, 1 + k * (largest + 2) // (3 * count))
        point = tuple(_draw(kind, top, rng) for _, kind in variables)
        out.setdefault(repr(point), point)
        if len(out) >= count:
            break
    return sorted(out.values(), key=_size)


def reach(definitions: Iterable[Definition]) -> int:
    """Return the largest number at which these functions may be run: little where one calls itself on its own result."""
    return SMALL if any(d.nested for d in definitions) else LARGEST


def _drawable(kind: str) -> bool:
    kind = bare(kind)
    return kind in ("Nat", "Int", "Bool") or (kind.startswith("List ") and bare(kind[5:]) in ("Nat", "Int", "Bool"))


def _draw(kind: str, top: int, rng: random.Random) -> Value:
    match bare(kind).split(" ", 1):
        case ["Nat"]:
            return rng.randint(0, top)
        case ["Int"]:
            return rng.randint(-(top // 2), top)
        case ["Bool"]:
            return rng.random() < 0.5  # noqa: PLR2004 - a coin
        case [_, item]:
            return [_draw(item, min(top, 5), rng) for _ in range(rng.randint(0, min(top, 5)))]
    raise ValueError(kind)


def _size(point: Point) -> tuple[int, str]:
    total = 0
    for v in point:
        total += len(v) + sum(abs(int(x)) for x in v if isinstance(x, int)) if isinstance(v, list) else abs(int(v))  # type: ignore[arg-type]  # samples hold no tuples
    return total, repr(point)
