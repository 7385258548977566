from icontract import require

from verify import target


@target
@require(lambda sweets: sweets >= 0)
def left_over(sweets: int) -> int:
    """Sweets that are left when seven children share them fairly, one round after the other."""
    while sweets >= 7:
        sweets -= 7
    return sweets
