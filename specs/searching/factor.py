from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 2)
@ensure(lambda n, result: result >= 2 and n % result == 0)
def least_factor(n: int) -> int:
    """The least divisor above one."""
    d = 2
    while n % d != 0:
        d += 1
    return d
