"""Functions on lists whose contract speaks of every element: without it they would raise, or give something else."""

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
def remainders(xs: list[int], n: int) -> list[int]:
    out = []
    for i in range(len(xs)):
        out.append(n % xs[i])
    return out


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
@require(lambda ys, xs: all(0 <= xs[i] < len(ys) for i in range(len(xs))))
def looked_up(ys: list[int], xs: list[int]) -> list[int]:
    out = []
    for i in range(len(xs)):
        out.append(ys[xs[i]])
    return out


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
@require(lambda xs: all(xs[i] < xs[i + 1] for i in range(len(xs) - 1)))
def steepest(xs: list[int]) -> int:
    best = 0
    for i in range(len(xs) - 1):
        best = max(best, 100 // (xs[i + 1] - xs[i]))
    return best


@target
@require(lambda rows: all(len(row) > 0 for row in rows))
def first_column(rows: list[list[int]]) -> int:
    total = 0
    for row in rows:
        total += row[0]
    return total


@target
@require(lambda rows, n: all(len(row) == n for row in rows))
def cells_below(rows: list[list[int]], n: int) -> int:
    count = 0
    for i in range(len(rows)):
        for j in range(n):
            if rows[i][j] < 0:
                count += 1
    return count


@target
@require(lambda xs, n: all(x > 0 for x in xs))
def quotients(xs: list[int], n: int) -> list[int]:
    return [n // x for x in xs]


@target
@require(lambda xs: len(xs) > 0)
@ensure(lambda xs, result: all(result >= x for x in xs))
@ensure(lambda xs, result: any(result == x for x in xs))
def largest(xs: list[int]) -> int:
    best = xs[0]
    for x in xs:
        if x > best:
            best = x
    return best


@target
@require(lambda xs: len(xs) > 0)
@ensure(lambda xs, result: result in xs and all(result <= x for x in xs))
def smallest(xs: list[int]) -> int:
    best = xs[0]
    for i in range(1, len(xs)):
        if xs[i] < best:
            best = xs[i]
    return best


@target
@ensure(lambda xs, result: result == sum(xs))
def added(xs: list[int]) -> int:
    out = 0
    for x in xs:
        out += x
    return out


@target
@ensure(lambda xs, result: result == sum(x * x for x in xs))
def energy(xs: list[int]) -> int:
    out = 0
    for i in range(len(xs)):
        out += xs[i] * xs[i]
    return out


@target
@require(lambda xs: len(xs) > 0 and all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
@ensure(lambda xs, result: all(x <= result for x in xs))
def last_of_sorted(xs: list[int]) -> int:
    return xs[-1]


@target
@ensure(lambda xs, v, result: result == any(x == v for x in xs))
def contains(xs: list[int], v: int) -> bool:
    for x in xs:
        if x == v:
            return True
    return False


@target
@ensure(lambda xs, result: result == all(x > 0 for x in xs))
def all_positive(xs: list[int]) -> bool:
    for x in xs:
        if x <= 0:
            return False
    return True


@target
@require(lambda xs: all(x >= 0 for x in xs))
@ensure(lambda xs, result: result >= 0)
def weighted(xs: list[int]) -> int:
    total = 0
    for i in range(len(xs)):
        total += i * xs[i]
    return total


@target
@require(lambda xs: all(x >= 0 for x in xs))
@ensure(lambda xs, result: all(result[i] <= result[i + 1] for i in range(len(result) - 1)))
def running_totals(xs: list[int]) -> list[int]:
    out = []
    total = 0
    for x in xs:
        total += x
        out.append(total)
    return out


@target
@ensure(lambda xs, result: all(x > 0 for x in result))
def positive(xs: list[int]) -> list[int]:
    out = []
    for x in xs:
        if x > 0:
            out.append(x)
    return out


@target
def inverses(xs: list[int], n: int) -> int:
    divisors = []
    for x in xs:
        if x != 0:
            divisors.append(x)
    total = 0
    for d in divisors:
        total += n // d
    return total
