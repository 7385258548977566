from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: True)
@ensure(lambda a, b, result: result >= 0)
def square_of_sum(a: int, b: int) -> int:
    """A binomial square, expanded."""
    return a * a + 2 * a * b + b * b
