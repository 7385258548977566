from icontract import require

from verify import target


@target
@require(lambda n, c: n >= 0)
def ramp(n: int, c: int) -> int:
    """What a meter shows after n readings that begin at c and rise by five each time."""
    i = 0
    reading = 0
    meter = 0
    while i < n:
        reading = 5 * i + c
        meter += reading
        i += 1
    return meter
