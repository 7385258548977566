from icontract import require

from verify import target


@target
@require(lambda prices: len(prices) > 0)
def best_profit(prices: list[int]) -> int:
    """The most that one purchase and one later sale would have gained."""
    best = 0
    for i in range(len(prices)):
        for j in range(i + 1, len(prices)):
            if prices[j] - prices[i] > best:
                best = prices[j] - prices[i]
    return best
