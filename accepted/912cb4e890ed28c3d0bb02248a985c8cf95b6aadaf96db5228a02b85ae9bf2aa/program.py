from icontract import require

from verify import target


@target
@require(
    lambda row, pivot, factor, prime, start: prime > 0
    and len(row) == len(pivot)
    and 0 <= start <= len(row)
    and all(0 <= x < prime for x in row)
    and pivot[:start] == [0] * start
)
def reduced(row: list[int], pivot: list[int], factor: int, prime: int, start: int) -> list[int]:
    """A row less a multiple of another one, modulo a prime; the other one begins with so many zeros."""
    return [(row[j] - factor * pivot[j]) % prime for j in range(len(row))]
