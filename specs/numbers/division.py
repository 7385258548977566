from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: a >= 0 and b > 0)
@ensure(lambda a, b, result: a == result[0] * b + result[1] and 0 <= result[1] < b)
def divide(a: int, b: int) -> tuple[int, int]:
    """Quotient and remainder by subtraction."""
    quotient = 0
    rest = a
    while rest >= b:
        rest -= b
        quotient += 1
    return (quotient, rest)
