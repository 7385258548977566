from icontract import require

from verify import target


@target
@require(lambda a, n: n >= 0)
def shear_power(a: int, n: int) -> tuple[int, int, int, int]:
    """The n-th power of the matrix 1 a / 0 1, row by row."""
    p, q, r, s = 1, 0, 0, 1
    for _ in range(n):
        q, s = p * a + q, r * a + s
    return (p, q, r, s)
