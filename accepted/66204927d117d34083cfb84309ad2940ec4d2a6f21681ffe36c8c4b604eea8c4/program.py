from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: b >= 0)
@ensure(lambda a, b, result: result == a * b)
def product(a: int, b: int) -> int:
    """The product of two ints by repeated addition."""
    total = 0
    while b > 0:
        total += a
        b -= 1
    return total
