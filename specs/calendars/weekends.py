from icontract import require

from verify import target


@target
@require(lambda days: days >= 0)
def free_days(days: int) -> int:
    """Days off among the first days of a term that begins on a Monday."""
    free = 0
    for day in range(days):
        if day % 7 >= 5:
            free += 1
    return free
