from icontract import require

from verify import target


@target
@require(lambda start, total, moves: moves >= 0)
def seesaw(start: int, total: int, moves: int) -> int:
    """The height of one end of a seesaw, where both ends make up a total, after some moves."""
    height = start
    for _ in range(moves):
        height = total - height
    return height
