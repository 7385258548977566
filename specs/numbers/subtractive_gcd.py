from icontract import ensure, require

from verify import target


@target
@require(lambda a, b: a > 0 and b > 0)
@ensure(lambda a, b, result: result > 0)
def common_measure(a: int, b: int) -> int:
    """The longest rod that measures two lengths, by taking the shorter from the longer."""
    while a != b:
        if a > b:
            a -= b
        else:
            b -= a
    return a
