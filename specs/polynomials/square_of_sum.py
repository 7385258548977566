from icontract import require

from verify import target


@target
@require(lambda a, b: True)
def square_of_sum(a: int, b: int) -> int:
    """A binomial square, expanded."""
    return a * a + 2 * a * b + b * b
