from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def square_root(n: int) -> int:
    """The whole part of the square root, by counting how many odd numbers fit."""
    root = 0
    odd = 1
    reached = 1
    while reached <= n:
        root += 1
        odd += 2
        reached += odd
    return root
