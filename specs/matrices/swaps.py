from icontract import require

from verify import target


@target
@require(lambda a, b, times: times >= 0)
def swapped(a: int, b: int, times: int) -> tuple[int, int]:
    """A pair after its parts have changed places so many times."""
    for _ in range(times):
        a, b = b, a
    return (a, b)
