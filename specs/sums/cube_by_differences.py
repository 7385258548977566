from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result == n * n * n)
def cube(n: int) -> int:
    """The cube of n by differences: a table of cubes needs additions only."""
    value, first, second = 0, 1, 6
    for _ in range(n):
        value += first
        first += second
        second += 6
    return value
