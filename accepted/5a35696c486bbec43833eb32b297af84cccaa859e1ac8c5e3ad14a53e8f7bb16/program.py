def rectangles(rows: int, columns: int) -> int:
    return rows * (columns * (rows * (columns + 1) + (columns + 1))) // 4
