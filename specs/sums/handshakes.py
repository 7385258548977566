from icontract import require

from verify import target


@target
@require(lambda guests: guests >= 0)
def handshakes(guests: int) -> int:
    """Handshakes at a party where everybody shakes everybody's hand once."""
    count = 0
    for i in range(guests):
        for j in range(i + 1, guests):
            count += 1
    return count
