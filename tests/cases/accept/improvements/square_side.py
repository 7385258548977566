def square_side(n: int) -> int:
    side, square = 0, 1
    while square <= n:
        square += 2 * side + 3
        side += 1
    return side
