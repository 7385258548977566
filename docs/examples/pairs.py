from verify import target


@target
def pairs(xs: list[int]) -> int:
    """How many pairs a table over a list has; none where the list begins with 0."""
    if len(xs) == 0 or xs[0] == 0:
        return 0
    total = 0
    for x in xs:
        for y in xs:
            total += 1
    return total
