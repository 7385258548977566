from icontract import require

from verify import target


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def parity(x: int) -> int:
    """1 where a word has an odd number of ones, else 0."""
    odd = 0
    for i in range(32):
        odd ^= (x >> i) & 1
    return odd


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def ones(x: int) -> int:
    """The number of ones of a word."""
    total = 0
    for i in range(32):
        total += (x >> i) & 1
    return total


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def power_from(x: int) -> int:
    """The least power of two that is at least x."""
    power = 1
    for _ in range(32):
        if power < x:
            power = 2 * power
    return power
