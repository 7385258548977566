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
