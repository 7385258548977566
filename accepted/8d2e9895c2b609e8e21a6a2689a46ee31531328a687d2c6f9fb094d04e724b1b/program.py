from icontract import require

from verify import target


@target
@require(lambda ticks: ticks >= 0)
def fallen(ticks: int) -> int:
    """How far a stone has fallen by the recurrence x[k+1] = 2 x[k] - x[k-1] + 10, from rest."""
    before = 0
    now = 5
    for _ in range(ticks):
        before, now = now, 2 * now - before + 10
    return before
