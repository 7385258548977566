from icontract import ensure, require
from verify import target


@target
@require(lambda rows: rows >= 0)
@ensure(lambda rows, result: result >= 10 * rows)
def seats(rows: int) -> int:
    """Seats in a hall whose first row has ten, and every further row two more."""
    total = 0
    row = 10
    for _ in range(rows):
        total += row
        row += 2
    return total
