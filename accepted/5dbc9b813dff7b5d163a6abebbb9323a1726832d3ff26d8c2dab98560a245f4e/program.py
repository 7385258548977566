from icontract import require

from verify import target


@target
@require(lambda count, stride: count >= 0)
def strided(count: int, stride: int) -> list[int]:
    """The first multiples of a number, modulo one more than how many of them there are."""
    return [i * stride % (count + 1) for i in range(count)]
