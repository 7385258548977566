"""Targets with several right results for one input: the contract says which."""

from icontract import ensure, require

from verify import target


@target(result="contract")
@require(lambda n: n >= 0)
@ensure(lambda n, result: result % 8 == 0 and n <= result <= n + 8)
def padded(n: int) -> int:
    """A multiple of eight that holds n."""
    size = 0
    while size < n:
        size += 8
    return size


@target(result="contract")
@require(lambda n: n >= 0)
@ensure(lambda n, result: n - 2 <= 3 * result <= n + 2)
def third(n: int) -> int:
    """A third, rounded in either direction."""
    r = 0
    while 3 * r < n:
        r += 1
    return r


@target(result="contract")
@require(lambda n: n >= 0)
@ensure(lambda n, result: result[0] + result[1] == n and abs(result[0] - result[1]) <= 1)
def halves(n: int) -> tuple[int, int]:
    """Two parts of nearly the same size."""
    a, b = n, 0
    while a > b + 1:
        a -= 1
        b += 1
    return (a, b)


@target(result="contract")
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 0 and result * result <= n < (result + 1) * (result + 1))
def square_side(n: int) -> int:
    """The side of the largest square that n tiles make: one result alone."""
    side = 0
    while (side + 1) * (side + 1) <= n:
        side += 1
    return side
