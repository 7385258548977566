from icontract import require

from verify import target


@target
@require(lambda base, exponent: exponent >= 0)
def power(base: int, exponent: int) -> int:
    """A power by repeated multiplication."""
    product = 1
    for _ in range(exponent):
        product *= base
    return product
