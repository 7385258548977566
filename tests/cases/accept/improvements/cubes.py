def half(n: int) -> int:
    return n * (n + 1) // 2


def cubes(n: int) -> int:
    h = half(n)
    return h * h
