def total(xs: list[int]) -> int:
    """What everything weighs together."""
    weight = 0
    for x in xs:
        weight += x
    return weight
