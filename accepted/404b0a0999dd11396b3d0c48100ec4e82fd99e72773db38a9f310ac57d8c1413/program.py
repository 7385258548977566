from icontract import require

from verify import target


@target
@require(lambda low, high, modulus, labels: modulus > 0 and all(power >= 0 for power, residue in labels))
def telescoped(low: int, high: int, modulus: int, labels: list[tuple[int, int]]) -> list[int]:
    """What each power of a number counts for, from one end to the other, where the number has a residue."""
    return [
        (high**power if high % modulus == residue else 0) - (low**power if low % modulus == residue else 0)
        for power, residue in labels
    ]
