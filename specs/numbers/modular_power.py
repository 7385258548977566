from icontract import require

from verify import target


@target
@require(lambda base, exponent, modulus: exponent >= 0 and modulus > 0)
def modular_power(base: int, exponent: int, modulus: int) -> int:
    """A power modulo a number, one factor at a time."""
    product = 1 % modulus
    for _ in range(exponent):
        product = product * base % modulus
    return product
