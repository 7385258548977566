from icontract import ensure, require

from verify import target


@target(result="contract")
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= n and result % 8 == 0)
def slots(n: int) -> int:
    """Slots for n things, in blocks of eight."""
    size = 0
    while size < n:
        size += 8
    return size
