from icontract import ensure, require

from verify import target


@target(result="contract")
@require(lambda xs: len(xs) > 0)
@ensure(lambda xs, result: 0 <= result < len(xs))
def lowest(xs: list[int]) -> int:
    """The place of a least element."""
    best = 0
    for i in range(1, len(xs)):
        if xs[i] < xs[best]:
            best = i
    return best
