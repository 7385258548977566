def pairs(xs: list[int]) -> int:
    n = 0
    for x in xs:
        n += 1
    if n == 0 or xs[0] == 0:
        return 0
    return n * n
