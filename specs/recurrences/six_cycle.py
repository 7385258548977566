from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def six_cycle(n: int) -> int:
    """The recurrence x[k+1] = x[k] - x[k-1] from 0 and 1, which comes back after six steps."""
    before, now = 0, 1
    for _ in range(n):
        before, now = now, now - before
    return before
