from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def tridiagonal(n: int) -> int:
    """The determinant of the n by n matrix with 2 on the diagonal and 1 beside it, by its continuant."""
    if n == 0:
        return 1
    if n == 1:
        return 2
    return 2 * tridiagonal(n - 1) - tridiagonal(n - 2)
