from icontract import require

from verify import target


@target
@require(lambda disks: disks >= 0)
def hanoi(disks: int) -> int:
    """Moves that the tower of Hanoi takes."""
    if disks == 0:
        return 0
    return hanoi(disks - 1) + 1 + hanoi(disks - 1)
