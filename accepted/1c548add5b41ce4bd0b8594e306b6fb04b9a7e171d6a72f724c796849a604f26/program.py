def rectangles(rows: int, columns: int) -> int:
    return rows * columns * ((columns + 1) * (rows + 1)) // 4
