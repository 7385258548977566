from icontract import require

from verify import target


@target
@require(lambda n: n >= 1)
def count_divisors(n: int) -> int:
    """How many divisors n has."""
    count = 0
    for d in range(1, n + 1):
        if n % d == 0:
            count += 1
    return count
