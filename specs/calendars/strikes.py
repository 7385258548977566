from icontract import require

from verify import target


@target
@require(lambda hours: hours >= 0)
def clock_strikes(hours: int) -> int:
    """How often a church clock strikes in so many hours, once at one o'clock, twelve times at twelve."""
    strikes = 0
    for hour in range(hours):
        strikes += hour % 12 + 1
    return strikes
