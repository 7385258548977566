from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def fibonacci(n: int) -> int:
    """The n-th Fibonacci number, as it is defined."""
    if n < 2:
        return n
    return fibonacci(n - 1) + fibonacci(n - 2)
