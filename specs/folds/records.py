from icontract import ensure, require

from verify import target


@target
@require(lambda results: True)
@ensure(lambda results, result: 0 <= result <= len(results))
def records(results: list[int]) -> int:
    """How many results were a record on their day: better than all before."""
    count = 0
    for i in range(len(results)):
        if all(earlier < results[i] for earlier in results[:i]):
            count += 1
    return count
