from icontract import require

from verify import target


@target
@require(lambda m, n: True)
def trace_of_product(m: tuple[int, int, int, int], n: tuple[int, int, int, int]) -> int:
    """The trace of the product of two 2 by 2 matrices, each row by row."""
    a, b, c, d = m
    e, f, g, h = n
    product = (a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h)
    return product[0] + product[3]
