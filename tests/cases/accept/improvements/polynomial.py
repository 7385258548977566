def polynomial(coefficients: list[int], x: int) -> int:
    total = 0
    for c in coefficients[::-1]:
        total = total * x + c
    return total
