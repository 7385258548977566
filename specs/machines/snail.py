from icontract import require

from verify import target


@target
@require(lambda wall: wall >= 1)
def snail_days(wall: int) -> int:
    """The day on which a snail is over a wall that climbs three feet by day and slides down two by night."""
    height = 0
    day = 1
    while height + 3 < wall:
        height += 3
        height -= 2
        day += 1
    return day
