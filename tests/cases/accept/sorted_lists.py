"""Functions on lists that the contract says are sorted, as a first draft has them."""

from icontract import require

from verify import target


@target
@require(lambda xs, goal: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def has_pair(xs: list[int], goal: int) -> bool:
    found = False
    for i in range(len(xs)):
        for j in range(i + 1, len(xs)):
            if xs[i] + xs[j] == goal:
                found = True
    return found
