from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def is_square(n: int) -> bool:
    """Whether n is a square."""
    found = False
    for k in range(n + 1):
        if k * k == n:
            found = True
    return found
