from icontract import require

from verify import target


@target
@require(lambda goal: goal >= 0)
def days_to_save(goal: int) -> int:
    """Days until a child that saves one coin on the first day, two on the second, and so on, has enough."""
    days = 0
    saved = 0
    while saved < goal:
        days += 1
        saved += days
    return days
