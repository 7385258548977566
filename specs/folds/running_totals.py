from icontract import ensure, require

from verify import target


@target
@require(lambda xs: True)
@ensure(lambda xs, result: len(result) == len(xs))
def running_totals(xs: list[int]) -> list[int]:
    """The balance after each booking."""
    balances: list[int] = []
    for i in range(len(xs)):
        balances.append(sum(xs[: i + 1]))
    return balances
