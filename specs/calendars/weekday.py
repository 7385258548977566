from icontract import require

from verify import target


@target
@require(lambda today, days: 0 <= today <= 6 and days >= 0)
def weekday_after(today: int, days: int) -> int:
    """The day of the week some days from today, Monday being 0."""
    day = today
    for _ in range(days):
        day = (day + 1) % 7
    return day
