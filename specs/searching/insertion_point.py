from icontract import require

from verify import target


@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def insertion_point(xs: list[int], v: int) -> int:
    """Where a value belongs in a list that rises."""
    i = 0
    while i < len(xs) and xs[i] < v:
        i += 1
    return i
