from icontract import require

from verify import target


@target
@require(lambda a, b, c: True)
def median(a: int, b: int, c: int) -> int:
    """The middle one of three numbers."""
    low = min(a, b, c)
    high = max(a, b, c)
    return a + b + c - low - high
