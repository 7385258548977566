from icontract import require

from verify import target


@target
@require(lambda first, step, terms: terms >= 0)
def arithmetic_series(first: int, step: int, terms: int) -> int:
    """The sum of an arithmetic progression, term by term."""
    total = 0
    term = first
    for _ in range(terms):
        total += term
        term += step
    return total
