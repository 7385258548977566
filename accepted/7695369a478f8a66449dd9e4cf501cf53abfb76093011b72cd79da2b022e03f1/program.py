from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result * (result + 1) <= 2 * n)
@ensure(lambda n, result: 2 * n < (result + 1) * (result + 2))
def triangular_root(n: int) -> int:
    """The side of the largest triangle that n balls make."""
    side = 0
    while (side + 1) * (side + 2) <= 2 * n:
        side += 1
    return side
