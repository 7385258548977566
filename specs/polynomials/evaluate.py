from icontract import require

from verify import target


@target
@require(lambda coefficients, x: True)
def evaluate(coefficients: list[int], x: int) -> int:
    """The value of a polynomial with its coefficients from the lowest to the highest."""
    total = 0
    for i in range(len(coefficients)):
        total += coefficients[i] * x**i
    return total
