from icontract import ensure, require
from verify import decreases, invariant, target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 0)
def bowls(n: int) -> int:
    """Steps until two bowls are empty: a left marble goes, or, where there is none, a right one is changed for three left ones."""
    left, right, steps = 0, n, 0
    while left + right > 0:
        invariant(left >= 0 and right >= 0)
        decreases(left + 4 * right)
        if left >= 1:
            left -= 1
        else:
            right, left = right - 1, left + 3
        steps += 1
    return steps
