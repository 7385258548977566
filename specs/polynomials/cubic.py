from icontract import require

from verify import target


@target
@require(lambda a, b, c, d, x: True)
def cubic(a: int, b: int, c: int, d: int, x: int) -> int:
    """A cubic polynomial, as it is written."""
    return a * x**3 + b * x**2 + c * x + d
