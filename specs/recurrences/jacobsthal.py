from icontract import require

from verify import target


@target
@require(lambda width: width >= 0)
def jacobsthal(width: int) -> int:
    """Ways to tile a 3 by (width - 1) strip with squares of side one and two: J(n) = J(n-1) + 2 J(n-2)."""
    before, now = 0, 1
    for _ in range(width):
        before, now = now, now + 2 * before
    return before
