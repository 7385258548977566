from icontract import ensure, require

from verify import target


@target
@require(lambda xs: True)
@ensure(lambda xs, result: result == sum(xs))
def total_weight(xs: list[int]) -> int:
    """The weight of a load, parcel by parcel."""
    total = 0
    for i in range(len(xs)):
        total = total + xs[i]
    return total
