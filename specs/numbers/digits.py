from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 1)
def digits10(n: int) -> int:
    """How many decimal digits a number has."""
    count = 1
    n = n // 10
    while n > 0:
        count += 1
        n = n // 10
    return count
