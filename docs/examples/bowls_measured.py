from icontract import require

from verify import decreases, target


@target
@require(lambda n: n >= 0)
def bowls(n: int) -> int:
    """Steps until both are empty: one on the left goes, or, where there is none, one on the right becomes three there."""
    left, right, steps = 0, n, 0
    while left + right > 0:
        decreases(left + 4 * right)
        if left >= 1:
            left -= 1
        else:
            right, left = right - 1, left + 3
        steps += 1
    return steps
