from icontract import ensure, require

from verify import target


@target
@require(lambda x, y, dx, dy, steps: steps >= 0)
@ensure(lambda x, y, dx, dy, steps, result: result == (x + steps * dx, y + steps * dy))
def drift(x: int, y: int, dx: int, dy: int, steps: int) -> tuple[int, int]:
    """Where a boat is that drifts by the same vector at each step."""
    for _ in range(steps):
        x += dx
        y += dy
    return (x, y)
