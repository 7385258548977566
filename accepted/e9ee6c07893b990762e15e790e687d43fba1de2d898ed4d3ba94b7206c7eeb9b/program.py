from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def alternating_squares(n: int) -> int:
    """1 - 4 + 9 - 16 + ...: the alternating sum of the first n squares."""
    total = 0
    sign = 1
    for k in range(1, n + 1):
        total += sign * k * k
        sign = -sign
    return total
