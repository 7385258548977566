"""Closed forms from values: exact linear algebra over the rationals, and polynomials as expressions of the language.

A form is found on sample points and is a guess: Lean proves it, or it is dropped.
"""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement

from loop.hosting.baselines import reduced
from loop.hosting.hosted import hosted
from verify.ir import Binary, Choice, Compare, Const, Expr, Unary, subexpressions

PRIME = (1 << 61) - 1
Powers = tuple[int, ...]
"""exponents, one for each base"""
Poly = dict[Powers, int]


def solve(rows: Sequence[Sequence[int]], values: Sequence[int]) -> list[Fraction] | None:
    """Return exact rational coefficients `c` with `rows @ c == values` for every row, or None where there are none.

    Works modulo a prime, reconstructs the fractions, and checks them on all rows; unknowns that the rows leave open are 0.
    """
    width = len(rows[0]) if rows else 0
    enough = max(width * 5 // 4 + 12, 6000 // max(width, 1))
    # spread over the rows, since neighbours are alike; the check at the end is on all of them
    stride = max(1, len(rows) // enough)
    matrix = [[x % PRIME for x in row] + [v % PRIME] for row, v in zip(rows[::stride], values[::stride], strict=True)]
    pivots: list[int] = []
    less = hosted(reduced)
    for column in range(width):
        at = len(pivots)
        found = next((i for i in range(at, len(matrix)) if matrix[i][column]), None)
        if found is None:
            continue
        matrix[at], matrix[found] = matrix[found], matrix[at]
        inverse = pow(matrix[at][column], PRIME - 2, PRIME)
        pivot = matrix[at] = [x * inverse % PRIME for x in matrix[at]]
        for i in range(len(matrix)):
            factor = matrix[i][column]
            if i != at and factor:
                # the pivot's row begins with zeros: columns before this one are cleared in it, or were zero in all rows left
                matrix[i] = less(matrix[i], pivot, factor, PRIME, column)
        pivots.append(column)
    if any(row[width] for row in matrix[len(pivots) :]):
        return None
    solution = [Fraction(0)] * width
    for i, column in enumerate(pivots):
        fraction = _rational(matrix[i][width])
        if fraction is None:
            return None
        solution[column] = fraction
    scale = math.lcm(*(f.denominator for f in solution)) if solution else 1
    whole = [int(f * scale) for f in solution]
    for row, v in zip(rows, values, strict=True):
        if sum(x * c for x, c in zip(row, whole, strict=True)) != v * scale:
            return None
    return solution


def _rational(residue: int) -> Fraction | None:
    """Return the small fraction that a residue stands for (Wang's reconstruction)."""
    bound = math.isqrt(PRIME // 2)
    r0, r1, s0, s1 = PRIME, residue, 0, 1
    while r1 > bound:
        q = r0 // r1
        r0, r1, s0, s1 = r1, r0 - q * r1, s1, s0 - q * s1
    if s1 == 0 or abs(s1) > bound:
        return None
    return Fraction(r1, s1)


def monomials(bases: int, degree: int) -> list[Powers]:
    """Return the exponents of all monomials in so many bases up to a degree, low degrees first."""
    out = []
    for d in range(degree + 1):
        for chosen in combinations_with_replacement(range(bases), d):
            powers = [0] * bases
            for b in chosen:
                powers[b] += 1
            out.append(tuple(powers))
    return out


def evaluate(powers: Powers, point: Sequence[int]) -> int:
    """Return a monomial's value."""
    return math.prod(x**p for x, p in zip(point, powers, strict=True) if p)


def whole(coefficients: Iterable[Fraction], labels: Iterable[Powers]) -> tuple[Poly, int]:
    """Return the polynomial with integer coefficients, and the denominator that it is over."""
    pairs = [(label, c) for label, c in zip(labels, coefficients, strict=True) if c]
    scale = math.lcm(*(c.denominator for _, c in pairs)) if pairs else 1
    return {label: int(c * scale) for label, c in pairs}, scale


def fit(
    bases: int, points: Sequence[Sequence[int]], values: Sequence[int], most: int = 130, highest: int = 6
) -> tuple[Poly, int] | None:
    """Return the polynomial of least degree through all points, over its denominator, or None.

    A degree is tried only where the points outnumber its monomials well, so that chance does not fit.
    """
    for degree in range(highest + 1):
        labels = monomials(bases, degree)
        if len(labels) > most or len(labels) * 5 // 4 + 4 > len(points):
            return None
        rows = [[evaluate(m, p) for m in labels] for p in points]
        found = solve(rows, values)
        if found is not None:
            return whole(found, labels)
    return None


def is_linear(e: Expr) -> bool:
    """Say whether no two variables are multiplied in an expression, and none stands in a power or in the length of a shift."""
    for x in subexpressions(e):
        match x:
            case Binary("mul", left, right) if not isinstance(left, Const) and not isinstance(right, Const):
                return False
            case Binary("pow", left, right) if not isinstance(left, Const) or not isinstance(right, Const):
                return False
            case Binary("lshift", _, right) if not isinstance(right, Const):
                return False
    return True


# -- expressions --------------------------------------------------------------------------------------------------------------


def plus(a: Expr, b: Expr) -> Expr:
    """Return `a + b`, simplified where one is a literal or a negation."""
    match a, b:
        case Const(0), _:
            return b
        case _, Const(0):
            return a
        case _, Const(v) if v < 0:
            return Binary("sub", a, Const(-v))
        case _, Unary("neg", x):
            return Binary("sub", a, x)
        case Unary("neg", x), _:
            return Binary("sub", b, x)
    return Binary("add", a, b)


def times(a: Expr, b: Expr) -> Expr:
    """Return `a * b`, simplified where one is a small literal."""
    match a, b:
        case (Const(0), _) | (_, Const(0)):
            return Const(0)
        case Const(1), _:
            return b
        case _, Const(1):
            return a
        case (Const(-1), x) | (x, Const(-1)):
            return Unary("neg", x)
        case _, Const():
            return Binary("mul", b, a)
    return Binary("mul", a, b)


def horner(poly: Poly, bases: Sequence[Expr]) -> Expr:
    """Return a polynomial in few operations: the commonest base is factored out, again and again."""
    poly = {m: c for m, c in poly.items() if c}
    if not poly:
        return Const(0)
    counts = [sum(1 for m in poly if m[i]) for i in range(len(bases))]
    if not any(counts):
        return Const(next(iter(poly.values())))
    content = math.gcd(*poly.values())
    if content > 1:
        return times(Const(content), horner({m: c // content for m, c in poly.items()}, bases))
    if all(c < 0 for c in poly.values()):
        return Unary("neg", horner({m: -c for m, c in poly.items()}, bases))
    i = max(range(len(bases)), key=counts.__getitem__)
    inner = {(*m[:i], m[i] - 1, *m[i + 1 :]): c for m, c in poly.items() if m[i]}
    rest = {m: c for m, c in poly.items() if not m[i]}
    product = times(bases[i], horner(inner, bases))
    if not rest:
        return product
    other = horner(rest, bases)
    return plus(other, product) if isinstance(product, Unary) else plus(product, other)


def over(numerator: Expr, denominator: int) -> Expr:
    """Return an exact quotient as floor division."""
    return numerator if denominator == 1 else Binary("floordiv", numerator, Const(denominator))


def by_residue(selector: Expr, pieces: Sequence[Expr]) -> Expr:
    """Return the piece whose number the selector has; equal neighbours share a test, and the last needs none."""
    out = pieces[-1]
    for r in range(len(pieces) - 2, -1, -1):
        if pieces[r] != out:
            out = Choice(Compare((selector, Const(r)), ("eq",)), pieces[r], out)
    return out
