from icontract import require

from verify import target


@target
@require(lambda months, deposit, fee: months >= 0)
def balance(months: int, deposit: int, fee: int) -> int:
    """What is on an account with a deposit every month and a fee every twelfth."""
    money = 0
    for month in range(1, months + 1):
        money += deposit
        if month % 12 == 0:
            money -= fee
    return money
