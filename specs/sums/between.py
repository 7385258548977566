from icontract import require

from verify import target


@target
@require(lambda low, high: low <= high)
def sum_between(low: int, high: int) -> int:
    """The sum of all whole numbers from low to high, both included."""
    total = 0
    for k in range(low, high + 1):
        total += k
    return total
