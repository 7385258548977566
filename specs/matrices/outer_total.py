from icontract import require

from verify import target


@target
@require(lambda us, vs: True)
def outer_total(us: list[int], vs: list[int]) -> int:
    """The sum of all entries of the outer product of two vectors."""
    total = 0
    for i in range(len(us)):
        for j in range(len(vs)):
            total += us[i] * vs[j]
    return total
