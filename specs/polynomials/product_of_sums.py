from icontract import require

from verify import target


@target
@require(lambda a, b, c, d: True)
def foil(a: int, b: int, c: int, d: int) -> int:
    """The product of two sums, each term by each."""
    return a * c + a * d + b * c + b * d
