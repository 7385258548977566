from icontract import ensure, require

from verify import target


@target
@require(lambda xs, v: True)
@ensure(lambda xs, v, result: result == (v in xs))
def member(xs: list[int], v: int) -> bool:
    """Whether a list has an element."""
    seen = False
    for x in xs:
        if x == v:
            seen = True
    return seen
