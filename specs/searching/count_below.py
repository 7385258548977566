from icontract import ensure, require

from verify import target


@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
@ensure(lambda xs, v, result: 0 <= result <= len(xs))
def count_below(xs: list[int], v: int) -> int:
    """How many elements of a list that rises are below a value."""
    count = 0
    for x in xs:
        if x < v:
            count += 1
    return count
