from icontract import require

from verify import target


@target
@require(lambda cuts: cuts >= 0)
def cake_pieces(cuts: int) -> int:
    """Most pieces of a cake after some plane cuts: each new plane gains as many as a pizza with the cuts before has."""
    pieces = 1
    slices = 1
    for k in range(1, cuts + 1):
        pieces += slices
        slices += k
    return pieces
