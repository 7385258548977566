from icontract import require

from verify import target


@target
@require(lambda xs, v: True)
def first_index(xs: list[int], v: int) -> int:
    """Where a value stands first, or -1."""
    where = -1
    for i in range(len(xs)):
        if xs[i] == v and where == -1:
            where = i
    return where
