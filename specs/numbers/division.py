from icontract import require

from verify import target


@target
@require(lambda a, b: a >= 0 and b > 0)
def divide(a: int, b: int) -> tuple[int, int]:
    """Quotient and remainder by subtraction."""
    quotient = 0
    rest = a
    while rest >= b:
        rest -= b
        quotient += 1
    return (quotient, rest)
