from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def cube_side(n: int) -> int:
    """The side of the largest cube that n bricks make."""
    side = 0
    while (side + 1) ** 3 <= n:
        side += 1
    return side
