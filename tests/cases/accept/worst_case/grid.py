def grid(n: int, quick: bool) -> int:
    count = 0
    for i in range(n):
        count += 1
    return count if quick else n * (n + 1) // 2 * n
