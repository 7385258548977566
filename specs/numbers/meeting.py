from icontract import require

from verify import target


@target
@require(lambda a, b: a > 0 and b > 0)
def next_meeting(a: int, b: int) -> int:
    """The least common multiple: when two buses that leave every a and every b minutes leave together again."""
    for k in range(1, b):
        if k * a % b == 0:
            return k * a
    return a * b
