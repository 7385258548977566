from icontract import require

from verify import target


@target
@require(lambda xs: True)
def moments(xs: list[int]) -> tuple[int, int]:
    """The sum of a sample, and the sum of its squares."""
    total = 0
    for x in xs:
        total += x
    squares = 0
    for x in xs:
        squares += x * x
    return (total, squares)
