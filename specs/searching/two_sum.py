from icontract import require

from verify import target


@target
@require(lambda xs, goal: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def two_sum(xs: list[int], goal: int) -> bool:
    """Whether two elements of a list that rises, at different places, add up to a goal."""
    found = False
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] + xs[j] == goal:
                found = True
    return found
