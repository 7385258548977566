from icontract import require

from verify import target


@target
@require(lambda coins: all(c > 0 for c in coins))
def cups(coins: list[int]) -> int:
    """Cups that a machine sells at 50 cents each to somebody who puts in coins one by one."""
    credit = 0
    sold = 0
    for coin in coins:
        credit += coin
        while credit >= 50:
            credit -= 50
            sold += 1
    return sold
