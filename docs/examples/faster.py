def seats(rows: int) -> int:
    return rows * (rows + 9)
