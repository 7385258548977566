from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result == n * n)
def sum_of_odds(n: int) -> int:
    """Sum of the first n odd numbers."""
    total = 0
    odd = 1
    for _ in range(n):
        total += odd
        odd += 2
    return total


@target
@require(lambda n: n >= 0)
def sum_of_odd_cubes(n: int) -> int:
    """Sum of the cubes of the first n odd numbers."""
    total = 0
    k = 1
    while k <= n:
        odd = 2 * k - 1
        total += odd * odd * odd
        k += 1
    return total
