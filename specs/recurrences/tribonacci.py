from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def tribonacci(n: int) -> int:
    """Each number is the sum of the three before it."""
    if n < 2:
        return 0
    if n == 2:
        return 1
    return tribonacci(n - 1) + tribonacci(n - 2) + tribonacci(n - 3)
