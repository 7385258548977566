from icontract import require

from verify import target


@target
@require(lambda days: days >= 0)
def night_shifts(days: int) -> int:
    """Night shifts of a rota in which every third day, from the first on, is one."""
    nights = 0
    for _ in range(0, days, 3):
        nights += 1
    return nights
