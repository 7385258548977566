def alternating_squares(n: int) -> int:
    t = n * (n + 1)
    return -t // 2 if n % 2 == 0 else t // 2
