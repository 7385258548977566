from icontract import require

from verify import target


@target
@require(lambda ratio, terms: ratio >= 2 and terms >= 0)
def geometric_series(ratio: int, terms: int) -> int:
    """1 + r + r^2 + ..., the first terms of it."""
    total = 0
    power = 1
    while terms > 0:
        total += power
        power *= ratio
        terms -= 1
    return total
