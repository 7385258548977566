from icontract import require

from verify import target


@target
@require(lambda pupils: pupils >= 0)
def rows_needed(pupils: int) -> int:
    """Benches of four that a class needs."""
    rows = 0
    while 4 * rows < pupils:
        rows += 1
    return rows
