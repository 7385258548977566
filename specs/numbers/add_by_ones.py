from icontract import require

from verify import target


@target
@require(lambda i, j: i >= 0)
def add_by_ones(i: int, j: int) -> int:
    """The sum of two numbers, one unit at a time."""
    if i == 0:
        return j
    if i == 1:
        return j + 1
    return add_by_ones(i - 1, j + 1)
