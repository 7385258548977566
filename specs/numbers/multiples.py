from icontract import require

from verify import target


@target
@require(lambda limit: limit >= 0)
def fizz_or_buzz(limit: int) -> int:
    """How many of the numbers from 1 to limit are said as Fizz, Buzz or FizzBuzz."""
    said = 0
    for k in range(1, limit + 1):
        if k % 3 == 0 or k % 5 == 0:
            said += 1
    return said
