from icontract import ensure, require

from verify import target


@target
@require(lambda votes, candidate: True)
@ensure(lambda votes, candidate, result: result == votes.count(candidate))
def votes_for(votes: list[int], candidate: int) -> int:
    """How many of the votes are for one candidate."""
    count = 0
    for vote in votes:
        if vote == candidate:
            count += 1
    return count
