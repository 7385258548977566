from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda result: result >= 0)
def staircase(n: int) -> int:
    """Say in a sentence what staircase returns."""
    total = 0
    for i in range(n):
        total += i
    return total
