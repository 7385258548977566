from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 1)
def factorial(n: int) -> int:
    """n factorial."""
    if n <= 1:
        return 1
    return n * factorial(n - 1)
