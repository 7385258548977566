from icontract import require

from verify import target


@target
@require(lambda xs: True)
def pair_products(xs: list[int]) -> int:
    """The sum of the products of all ordered pairs of elements."""
    total = 0
    for x in xs:
        for y in xs:
            total += x * y
    return total
