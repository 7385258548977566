from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 4 * result == n * n * (n + 1) * (n + 1))
def sum_of_cubes(n: int) -> int:
    """The sum of the first n cubes."""
    total = 0
    k = 0
    while k < n:
        k += 1
        total += k * k * k
    return total


@target
@require(lambda n: n >= 0)
def sum_of_fourth_powers(n: int) -> int:
    """The sum of the first n fourth powers."""
    total = 0
    k = 0
    while k < n:
        k += 1
        total += k * k * k * k
    return total
