from icontract import require

from verify import target


@target
@require(lambda seconds: seconds >= 0)
def lit_seconds(seconds: int) -> int:
    """Seconds for which a lamp was lit that goes on and off every second."""
    lit = 0
    on = 1
    for _ in range(seconds):
        lit += on
        on = 1 - on
    return lit
