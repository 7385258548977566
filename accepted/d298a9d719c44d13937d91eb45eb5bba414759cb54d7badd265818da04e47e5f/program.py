def night_shifts(days: int) -> int:
    return (days + 2) // 3
