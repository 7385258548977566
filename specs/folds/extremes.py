from icontract import require

from verify import target


@target
@require(lambda xs: len(xs) > 0)
def spread(xs: list[int]) -> int:
    """The largest element less the smallest."""
    high = xs[0]
    for x in xs:
        if x > high:
            high = x
    low = xs[0]
    for x in xs:
        if x < low:
            low = x
    return high - low
