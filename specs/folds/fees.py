from icontract import ensure, require

from verify import target


@target
@require(lambda visitors, fee: True)
@ensure(lambda visitors, fee, result: result == fee * len(visitors))
def takings(visitors: list[int], fee: int) -> int:
    """What a museum takes in a day at one fee for everybody."""
    money = 0
    for _ in visitors:
        money += fee
    return money
