from icontract import require

from verify import target


@target
@require(lambda first, growth, months: months >= 0)
def savings(first: int, growth: int, months: int) -> int:
    """What is saved after some months when the monthly rate starts at `first` and grows by `growth` each month."""
    saved = 0
    rate = first
    month = 0
    while month < months:
        saved += rate
        rate += growth
        month += 1
    return saved
