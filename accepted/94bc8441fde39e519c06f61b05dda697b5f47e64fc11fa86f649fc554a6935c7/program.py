def square_pyramid(n: int) -> int:
    return n * (n * (2 * n + 3) + 1) // 6
