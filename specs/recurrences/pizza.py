from icontract import ensure, require

from verify import target


@target
@require(lambda cuts: cuts >= 0)
@ensure(lambda cuts, result: 2 * result == cuts * cuts + cuts + 2)
def pizza_pieces(cuts: int) -> int:
    """Most pieces of a pizza after some straight cuts: the k-th crosses k - 1 others and adds k."""
    pieces = 1
    for k in range(1, cuts + 1):
        pieces += k
    return pieces
