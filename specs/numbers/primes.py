from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 2)
@ensure(lambda n, result: result == all(n % d != 0 for d in range(2, n)))
def is_prime(n: int) -> bool:
    """Whether n has no divisor but 1 and itself."""
    prime = True
    for d in range(2, n):
        if n % d == 0:
            prime = False
    return prime
