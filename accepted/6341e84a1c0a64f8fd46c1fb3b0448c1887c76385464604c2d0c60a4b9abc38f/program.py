def alternating_squares(n: int) -> int:
    return -(n * (n + 1)) // 2 if n % 2 == 0 else n * (n + 1) // 2
