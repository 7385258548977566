"""Functions that call others, in ordinary style: each meets its own contract."""

from icontract import ensure, require

from verify import invariant, pure, target


@pure
def square(x: int) -> int:
    return x * x


def triangle(n: int) -> int:
    total = 0
    for i in range(n + 1):
        total += i
    return total


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 2 * result == square(n) + n)
def first(n: int) -> int:
    return triangle(n)


@target
@require(lambda n: n >= 0)
def tetrahedron(n: int) -> int:
    total = 0
    for i in range(n + 1):
        total += triangle(i)
    return total


@require(lambda a, b: a >= 0 and b >= 0 and a + b > 0)
@ensure(lambda a, b, result: result > 0)
def divisor(a: int, b: int) -> int:
    while b:
        invariant(a + b > 0)
        a, b = b, a % b
    return a


@target
@require(lambda a, b: a >= 1 and b >= 1)
def multiple(a: int, b: int) -> int:
    return a // divisor(a, b) * b


@require(lambda n: n >= 0)
def odd(n: int) -> bool:
    return False if n == 0 else even(n - 1)


@target
@require(lambda n: n >= 0)
def even(n: int) -> bool:
    return True if n == 0 else odd(n - 1)


@target
@require(lambda xs: True)
def squares(xs: list[int]) -> int:
    return sum(square(x) for x in xs) + square(len(xs))


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 4 * result == square(n * (n + 1)))
def cubes(n: int) -> int:
    total = 0
    for i in range(1, n + 1):
        total += i * square(i)
    return total
