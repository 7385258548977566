from icontract import require

from verify import target


@target
@require(lambda cents: cents >= 0)
def coins(cents: int) -> int:
    """Coins that a machine pays out: quarters, then dimes, then nickels, then cents."""
    count = 0
    while cents >= 25:
        cents -= 25
        count += 1
    while cents >= 10:
        cents -= 10
        count += 1
    while cents >= 5:
        cents -= 5
        count += 1
    return count + cents
