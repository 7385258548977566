from icontract import require

from verify import target


@target
@require(lambda n: n >= 0)
def bubble_comparisons(n: int) -> int:
    """Comparisons that bubble sort makes on n elements."""
    comparisons = 0
    last = n - 1
    while last > 0:
        for _ in range(last):
            comparisons += 1
        last -= 1
    return comparisons
