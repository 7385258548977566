from icontract import ensure, require

from verify import target


@target
@require(lambda a, b, c, d: True)
@ensure(lambda a, b, c, d, result: result[0] <= result[1] <= result[2] <= result[3])
def sort_four(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    """Four numbers in order, by exchanging neighbours."""
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if c > d:
        c, d = d, c
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    return (a, b, c, d)
