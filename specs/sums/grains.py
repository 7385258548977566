from icontract import require

from verify import target


@target
@require(lambda squares: squares >= 0)
def grains(squares: int) -> int:
    """Grains of wheat on a chessboard: one on the first square, and twice as many on each that follows."""
    total = 0
    here = 1
    for _ in range(squares):
        total += here
        here *= 2
    return total
