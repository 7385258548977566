from icontract import require

from verify import target


@target
@require(lambda n, x: n >= 0)
def chebyshev(n: int, x: int) -> int:
    """The n-th Chebyshev polynomial at x, by its recurrence."""
    if n == 0:
        return 1
    if n == 1:
        return x
    return 2 * x * chebyshev(n - 1, x) - chebyshev(n - 2, x)
