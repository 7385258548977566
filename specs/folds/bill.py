from icontract import require

from verify import target


@target
@require(lambda prices, rate: True)
def bill(prices: list[int], rate: int) -> int:
    """What a basket costs in cents, with a tax of so many percent on each price."""
    total = 0
    for price in prices:
        total += price * (100 + rate)
    return total
