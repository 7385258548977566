from icontract import require

from verify import target


def height(t: int) -> int:
    return 3 * t * t * t - 5 * t * t + 2 * t + 7


@target
@require(lambda t: True)
def second_difference(t: int) -> int:
    """The second difference of a cubic, from three of its values."""
    return height(t + 1) - 2 * height(t) + height(t - 1)
