from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def triangular(n: int) -> int:
    """The n-th triangular number."""
    if n == 0:
        return 0
    return n + triangular(n - 1)
