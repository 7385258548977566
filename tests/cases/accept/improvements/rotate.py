def rotate(a: int, b: int, c: int, k: int) -> tuple[int, int, int]:
    r = k % 3
    if r == 0:
        return (a, b, c)
    if r == 1:
        return (b, c, a)
    return (c, a, b)
