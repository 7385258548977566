from icontract import require

from verify import target


@target
@require(lambda year: year >= 1)
def days_before(year: int) -> int:
    """Days from the first of January of year 1 to the first of January of `year`, in the Gregorian calendar."""
    days = 0
    y = 1
    while y < year:
        if y % 4 == 0 and (y % 100 != 0 or y % 400 == 0):
            days += 366
        else:
            days += 365
        y += 1
    return days
