from icontract import require

from verify import target


@target
@require(lambda xs: True)
def in_order(xs: list[int]) -> bool:
    """Whether each element is at most the next."""
    ok = True
    for i in range(1, len(xs)):
        if xs[i - 1] > xs[i]:
            ok = False
    return ok
