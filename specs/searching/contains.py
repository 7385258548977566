from icontract import require

from verify import target


@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def in_sorted(xs: list[int], v: int) -> bool:
    """Whether a list that rises has an element."""
    found = False
    for i in range(len(xs)):
        if xs[i] == v:
            found = True
    return found
