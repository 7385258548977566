from icontract import ensure, require

from verify import target


@target
@require(lambda a, b, c: True)
@ensure(lambda a, b, c, result: result[0] <= result[1] <= result[2])
def sort_three(a: int, b: int, c: int) -> tuple[int, int, int]:
    """Three numbers in order, by bubble sort."""
    for _ in range(3):
        if a > b:
            a, b = b, a
        if b > c:
            b, c = c, b
    return (a, b, c)
