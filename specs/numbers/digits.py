from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def digit_sum(n: int) -> int:
    """The sum of the decimal digits of n."""
    total = 0
    while n > 0:
        total += n % 10
        n //= 10
    return total
