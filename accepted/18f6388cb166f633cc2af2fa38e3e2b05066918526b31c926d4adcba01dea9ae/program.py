from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 6 * result == n * (n + 1) * (2 * n + 1))
def square_pyramid(n: int) -> int:
    """Balls in a square pyramid: the sum of the first n squares."""
    total = 0
    for i in range(1, n + 1):
        total += i * i
    return total
