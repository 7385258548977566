from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 3 * result == n * (n + 1) * (n + 2))
def oblong_total(n: int) -> int:
    """1*2 + 2*3 + ... + n*(n+1)."""
    total = 0
    k = 1
    while k <= n:
        total += k * (k + 1)
        k += 1
    return total
