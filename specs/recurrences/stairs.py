from icontract import require

from verify import target


@target
@require(lambda steps: steps >= 0)
def climbs(steps: int) -> int:
    """Ways to climb a staircase by one or two steps at a time, in a table."""
    ways = [1, 1]
    for k in range(2, steps + 1):
        ways.append(ways[k - 1] + ways[k - 2])
    return ways[steps]
