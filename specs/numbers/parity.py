from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result == (n % 2 == 0))
def is_even(n: int) -> bool:
    """Whether n is even: take away two until nothing, or one, is left."""
    if n == 0:
        return True
    if n == 1:
        return False
    return is_even(n - 2)
