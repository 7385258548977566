from icontract import require

from verify import target


@target
@require(lambda sides, n: sides >= 3 and n >= 0)
def polygonal(sides: int, n: int) -> int:
    """The n-th polygonal number: dots in polygons with so many sides that grow from one corner."""
    dots = 0
    gain = 1
    for _ in range(n):
        dots += gain
        gain += sides - 2
    return dots
