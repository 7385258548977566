def halves(n: int) -> tuple[int, int]:
    return (n // 2, n - n // 2)
