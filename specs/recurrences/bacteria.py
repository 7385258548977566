from icontract import require

from verify import target


@target
@require(lambda start, hours: start >= 0 and hours >= 0)
def bacteria(start: int, hours: int) -> int:
    """A culture that doubles every hour."""
    population = start
    for _ in range(hours):
        population = 2 * population
    return population
