from icontract import require

from verify import target


@target
@require(lambda xs: True)
def ever_overdrawn(xs: list[int]) -> bool:
    """Whether a balance was ever below zero."""
    found = False
    for x in xs:
        if x < 0:
            found = True
    return found
