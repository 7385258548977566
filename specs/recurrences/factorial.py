from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def factorial(n: int) -> int:
    """n factorial."""
    if n <= 1:
        return 1
    return n * factorial(n - 1)
