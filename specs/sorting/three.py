from icontract import require

from verify import target


@target
@require(lambda a, b, c: True)
def sort_three(a: int, b: int, c: int) -> tuple[int, int, int]:
    """Three numbers in order, by bubble sort."""
    for _ in range(3):
        if a > b:
            a, b = b, a
        if b > c:
            b, c = c, b
    return (a, b, c)
