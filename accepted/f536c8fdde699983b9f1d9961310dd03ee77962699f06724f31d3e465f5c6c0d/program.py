def savings(first: int, growth: int, months: int) -> int:
    return months * (growth * (months - 1) + 2 * first) // 2
