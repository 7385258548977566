def padded(n: int) -> int:
    return n + 8 - n % 8
