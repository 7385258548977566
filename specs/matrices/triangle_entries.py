from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def upper_entries(n: int) -> int:
    """Entries of an n by n matrix on or above the diagonal."""
    count = 0
    for row in range(n):
        for column in range(row, n):
            count += 1
    return count
