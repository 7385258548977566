def third(n: int) -> int:
    return n // 3
