"""Polynomials of degree two as products of linear forms: `a * c + a * d + b * c + b * d` is `(a + b) * (c + d)`.

A product costs a tick as a sum does, so what pays is fewer products, never a scheme that has fewer products and more sums.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, islice, product
from typing import Final, TypeAlias

from loop.fit import horner, plus, times
from loop.simplify import static_cost, terms
from verify import ir
from verify.ir import Const, Expr

Linear: TypeAlias = tuple[int, ...]
"""coefficients, one for each atom"""
Quadratic: TypeAlias = dict[tuple[int, int], int]
"""coefficients of products of two atoms, the smaller number first; none is 0"""
MOST: Final = 6
"""atoms of a polynomial that is looked at"""
DEGREE: Final = 2
WAYS: Final = 64
"""ways to write forms without an atom in common that are tried together"""
DEEP: Final = 2
"""products that a sum of products is taken apart into, besides the last one"""


def as_products(e: Expr) -> Expr:
    """Return an expression with its polynomials of degree two as products of linear forms, where that costs less."""
    whole = min((e, *_forms(e)), key=static_cost)
    return whole if whole != e else ir.rebuilt(e, as_products)


def _forms(e: Expr) -> Iterator[Expr]:
    if e.type != "int":
        return
    atoms: list[Expr] = []
    poly = terms(e, atoms)
    n = len(atoms)
    if not poly or n > MOST or max(map(sum, poly)) != DEGREE:
        return
    quadratic, linear, constant = Quadratic(), [0] * n, 0
    for powers, c in poly.items():
        match [i for i, k in enumerate(powers) for _ in range(k)]:
            case [i, j]:
                quadratic[i, j] = c
            case [i]:
                linear[i] = c
            case _:
                constant = c
    for products in _sums(quadratic, n, DEEP):
        yield from _written(products, tuple(linear), constant, atoms)


def _sums(q: Quadratic, n: int, deep: int) -> Iterator[list[tuple[int, Linear, Linear]]]:
    """Yield ways to write a form as a sum of products, each a factor and two linear forms."""
    found = factored(q, n)
    if found is not None:
        yield [found]
        return
    apart = _parts(q)
    if len(apart) > 1:
        for chosen in islice(product(*(_sums(part, n, deep) for part in apart)), WAYS):
            yield [one for sums in chosen for one in sums]
        return
    for i in range(n) if deep else ():
        row = tuple(q.get((min(i, j), max(i, j)), 0) for j in range(n))
        rest = {pair: c for pair, c in q.items() if i not in pair}
        if any(row) and rest:
            content = math.gcd(*row)
            one = content, _unit(i, n), tuple(c // content for c in row)
            for others in _sums(rest, n, deep - 1):
                yield [one, *others]


def _parts(q: Quadratic) -> list[Quadratic]:
    """Return a form as the sum of forms that have no atom in common."""
    parts: list[Quadratic] = []
    for pair, c in q.items():
        near = [p for p in parts if any(set(pair) & set(other) for other in p)]
        parts = [p for p in parts if p not in near] + [{k: v for p in near for k, v in p.items()} | {pair: c}]
    return parts


def factored(q: Quadratic, n: int) -> tuple[int, Linear, Linear] | None:
    """Return a form as a factor and two linear forms of which it is the product; None where it is no such product.

    >>> factored({(0, 2): 2, (0, 3): 2, (1, 2): 4, (1, 3): 4}, 4)
    (2, (1, 2, 0, 0), (0, 0, 1, 1))
    >>> factored({(0, 0): 1, (1, 1): 1}, 2)
    """
    content = math.gcd(*q.values())
    q = {pair: c // content for pair, c in q.items()}
    square = next((i for i in range(n) if (i, i) in q), None)
    pair = _by_division(q, n) if square is None else _by_square(q, n, square)
    if pair is None:
        return None
    a, b = pair
    made = _product(a, b)
    sign = next((c // made[k] for k, c in q.items() if k in made), 0)
    if sign not in (1, -1) or {k: sign * c for k, c in made.items()} != q:
        return None
    return sign * content, a, b


def _by_square(q: Quadratic, n: int, i: int) -> tuple[Linear, Linear] | None:
    """Return the factors of a form in which an atom stands squared: the roots of an equation of degree two in that atom."""
    lead = q[i, i]
    middle = tuple(0 if j == i else q.get((min(i, j), max(i, j)), 0) for j in range(n))
    rest = {pair: c for pair, c in q.items() if i not in pair}
    discriminant = _product(middle, middle)
    for pair, c in rest.items():
        discriminant[pair] = discriminant.get(pair, 0) - 4 * lead * c
    root = _root({pair: c for pair, c in discriminant.items() if c}, n)
    if root is None:
        return None
    doubled = tuple(2 * lead * (j == i) + c for j, c in enumerate(middle))
    one = tuple(c + r for c, r in zip(doubled, root, strict=True))
    two = tuple(c - r for c, r in zip(doubled, root, strict=True))
    return _primitive(one), _primitive(two)


def _by_division(q: Quadratic, n: int) -> tuple[Linear, Linear] | None:
    """Return the factors of a form without squares: in one of them an atom stands alone, and its row is the other."""
    i = min(min(pair) for pair in q)
    row = _primitive(tuple(q.get((min(i, j), max(i, j)), 0) for j in range(n)))
    j = next(k for k, c in enumerate(row) if c)
    column = [q.get((min(k, j), max(k, j)), 0) for k in range(n)]
    if any(c % row[j] for c in column):
        return None
    return tuple(c // row[j] if k != j else 0 for k, c in enumerate(column)), row


def _root(q: Quadratic, n: int) -> Linear | None:
    """Return a linear form whose square a form is."""
    if not q:
        return (0,) * n
    j = next((k for k in range(n) if q.get((k, k), 0) > 0), None)
    if j is None:
        return None
    lead = math.isqrt(q[j, j])
    out = tuple(lead if k == j else q.get((min(j, k), max(j, k)), 0) // (2 * lead) for k in range(n))
    return out if _product(out, out) == q else None


def _product(a: Linear, b: Linear) -> Quadratic:
    out = Quadratic()
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            pair = min(i, j), max(i, j)
            out[pair] = out.get(pair, 0) + x * y
    return {pair: c for pair, c in out.items() if c}


def _primitive(form: Linear) -> Linear:
    """Return a form without a common factor, its first coefficient positive."""
    content = math.gcd(*form)
    first = next((c for c in form if c), 1)
    return tuple(c // (content if first > 0 else -content) for c in form) if content else form


def _unit(i: int, n: int) -> Linear:
    return tuple(int(j == i) for j in range(n))


def _written(
    products: Sequence[tuple[int, Linear, Linear]], linear: Linear, constant: int, atoms: Sequence[Expr]
) -> Iterator[Expr]:
    """Yield a polynomial with its products as they are, and with what is linear taken into the first one."""
    (c, a, b), *others = products
    for first, second in _shifts(c, a, b, linear):
        out = times(_affine(a, first, atoms), _affine(b, second, atoms))
        out = times(Const(c), out)
        for factor, left, right in others:
            out = plus(out, times(Const(factor), times(_affine(left, 0, atoms), _affine(right, 0, atoms))))
        rest = tuple(k - c * (second * x + first * y) for k, x, y in zip(linear, a, b, strict=True))
        yield plus(out, _affine(rest, constant - c * first * second, atoms))


def _shifts(c: int, a: Linear, b: Linear, linear: Linear) -> Iterator[tuple[int, int]]:
    """Yield constants that, added to two factors, leave less of a linear form to be added to their product."""
    yield 0, 0
    if not any(linear):
        return
    for i, j in combinations(range(len(a)), 2):
        bottom = c * (a[i] * b[j] - a[j] * b[i])
        if bottom:
            second, first = linear[i] * b[j] - linear[j] * b[i], a[i] * linear[j] - a[j] * linear[i]
            if second % bottom == 0 and first % bottom == 0:
                yield first // bottom, second // bottom
    for i, x in enumerate(a):
        if x and linear[i] and linear[i] % (c * x) == 0 and not b[i]:
            yield 0, linear[i] // (c * x)
    for i, y in enumerate(b):
        if y and linear[i] and linear[i] % (c * y) == 0 and not a[i]:
            yield linear[i] // (c * y), 0


def _affine(form: Linear, constant: int, atoms: Sequence[Expr]) -> Expr:
    poly = {_unit(i, len(atoms)): c for i, c in enumerate(form)}
    return plus(horner(poly, atoms), Const(constant)) if any(form) else Const(constant)
