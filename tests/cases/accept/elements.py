"""Functions on lists whose contract speaks of every element: without it they would raise, or not be known to end."""

from icontract import ensure, require

from verify import target


@target
@require(lambda xs, n: all(x > 0 for x in xs))
def shares(xs: list[int], n: int) -> int:
    total = 0
    for x in xs:
        total += n // x
    return total


@target
@require(lambda xs, n: all(x != 0 for x in xs))
def remainders(xs: list[int], n: int) -> int:
    total = 0
    for i in range(len(xs)):
        total += n % xs[i]
    return total


@target
@require(lambda xs: len(xs) > 0 and all(x > 0 for x in xs))
def gcd_all(xs: list[int]) -> int:
    g = xs[0]
    for i in range(1, len(xs)):
        a, b = g, xs[i]
        while b != 0:
            a, b = b, a % b
        g = a
    return g


@require(lambda a, b: a >= 0 and b > 0)
@ensure(lambda a, b, result: result > 0)
def gcd(a: int, b: int) -> int:
    while a:
        a, b = b % a, a
    return b


@target
@require(lambda xs: all(x > 0 for x in xs))
def common_divisor(xs: list[int]) -> int:
    g = 0
    for x in xs:
        g = gcd(g, x)
    return g


@target
@require(lambda ys, indices: all(0 <= i < len(ys) for i in indices))
def picked(ys: list[int], indices: list[int]) -> int:
    total = 0
    for i in indices:
        total += ys[i]
    return total


@target
@require(lambda spans: all(a < b for a, b in spans))
def densities(spans: list[tuple[int, int]]) -> int:
    total = 0
    for a, b in spans:
        total += 1000 // (b - a)
    return total


@target
@require(lambda rows: all(len(row) > 0 for row in rows))
def first_column(rows: list[list[int]]) -> int:
    total = 0
    for row in rows:
        total += row[0]
    return total


@target
@require(lambda ys, xs: all(0 <= xs[i] < len(ys) for i in range(len(xs))))
def looked_up(ys: list[int], xs: list[int]) -> list[int]:
    out = []
    for i in range(len(xs)):
        out.append(ys[xs[i]])
    return out


@target
@require(lambda xs, n: all(x > 0 for x in xs))
def quotients(xs: list[int], n: int) -> list[int]:
    return [n // x for x in xs]
