from icontract import require

from verify import target


@target
@require(lambda rows, columns: rows >= 0 and columns >= 0)
def rectangles(rows: int, columns: int) -> int:
    """Axis-parallel rectangles in a grid of cells: one for each choice of height, width and place."""
    count = 0
    for height in range(1, rows + 1):
        for width in range(1, columns + 1):
            count += (rows - height + 1) * (columns - width + 1)
    return count
