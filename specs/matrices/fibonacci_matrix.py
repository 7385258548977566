from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def fibonacci_matrix(n: int) -> int:
    """The n-th Fibonacci number, from the powers of the matrix 1 1 / 1 0."""
    m = (1, 0, 0, 1)
    for _ in range(n):
        a, b, c, d = m
        m = (a + b, a, c + d, c)
    return m[1]
