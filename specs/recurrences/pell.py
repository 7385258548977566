from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def pell(n: int) -> int:
    """The n-th Pell number, a denominator of the approximations to the square root of two."""
    if n == 0:
        return 0
    if n == 1:
        return 1
    return 2 * pell(n - 1) + pell(n - 2)
