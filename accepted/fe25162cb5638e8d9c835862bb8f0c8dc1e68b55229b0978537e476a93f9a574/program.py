from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: a >= 0 and b >= 0)
@ensure(lambda a, b, result: result >= 0)
def greatest_divisor(a: int, b: int) -> int:
    """The greatest common divisor, Euclid's way."""
    while b != 0:
        a, b = b, a % b
    return a
