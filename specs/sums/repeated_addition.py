from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: b >= 0)
@ensure(lambda a, b, result: result == a * b)
def multiply(a: int, b: int) -> int:
    """a times b with nothing but additions."""
    product = 0
    while b > 0:
        product += a
        b -= 1
    return product
