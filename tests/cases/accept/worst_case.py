"""Functions that are cheap on some inputs of each size, so that only the worst case of them can be improved."""

from icontract import require

from verify import target


@target
@require(lambda n, quick: n >= 0)
def grid(n: int, quick: bool) -> int:
    """A weight over an n by n grid, or the side of it."""
    if quick:
        return n
    total = 0
    for i in range(n):
        for j in range(n):
            total += i + 1
    return total


@target
def cells(xs: list[int]) -> int:
    """How many pairs a table over a list has; none where it begins with 0."""
    if len(xs) == 0 or xs[0] == 0:
        return 0
    total = 0
    for x in xs:
        for y in xs:
            total += 1
    return total


@target
@require(lambda xs, t: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def place(xs: list[int], t: int) -> int:
    """Where a value belongs in a list that rises."""
    for i in range(len(xs)):
        if xs[i] >= t:
            return i
    return len(xs)
