def days_before(year: int) -> int:
    t = year - 1
    return 365 * year - 365 + t // 4 - t // 100 + t // 400
