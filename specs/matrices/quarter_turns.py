from icontract import require

from verify import target


@target
@require(lambda x, y, turns: turns >= 0)
def quarter_turns(x: int, y: int, turns: int) -> tuple[int, int]:
    """A point after so many quarter turns about the origin."""
    for _ in range(turns):
        x, y = -y, x
    return (x, y)
