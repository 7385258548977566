from icontract import require

from verify import target


@target
@require(lambda principal, rate, months: months >= 0)
def simple_interest(principal: int, rate: int, months: int) -> int:
    """What is owed after some months in which interest is taken on the principal alone."""
    owed = principal
    for _ in range(months):
        owed += principal * rate
    return owed
