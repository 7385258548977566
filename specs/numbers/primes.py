from icontract import require

from verify import target


@target
@require(lambda n: n >= 2)
def is_prime(n: int) -> bool:
    """Whether n has no divisor but 1 and itself."""
    prime = True
    for d in range(2, n):
        if n % d == 0:
            prime = False
    return prime
