def rectangles(rows: int, columns: int) -> int:
    return rows * (columns * ((rows + 1) * (columns + 1))) // 4
