from icontract import require

from verify import target


@target
@require(lambda year: year >= 0)
def leap_years(year: int) -> int:
    """Leap years from year 1 to `year`, both included, in the Gregorian calendar."""
    count = 0
    for y in range(1, year + 1):
        if y % 400 == 0 or (y % 4 == 0 and y % 100 != 0):
            count += 1
    return count
