def slots(n: int) -> int:
    return 8 * n
