from icontract import require

from verify import target


@target
@require(lambda a, b, c, d, e, f, g, h, i: True)
def determinant(a: int, b: int, c: int, d: int, e: int, f: int, g: int, h: int, i: int) -> int:
    """The determinant of a 3 by 3 matrix by the rule of Sarrus."""
    return a * e * i + b * f * g + c * d * h - c * e * g - b * d * i - a * f * h
