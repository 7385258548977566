from icontract import require

from verify import target


@target
@require(lambda xs: True)
def rises(xs: list[int]) -> bool:
    """Whether no element is above one that comes later."""
    ok = True
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] > xs[j]:
                ok = False
    return ok
