from icontract import require

from verify import target


@target
@require(lambda a, b, c, n: n >= 0)
def quadratic_sum(a: int, b: int, c: int, n: int) -> int:
    """The values of a quadratic polynomial at 0, 1, ..., n - 1, added up."""
    total = 0
    for x in range(n):
        total += a * x * x + b * x + c
    return total
