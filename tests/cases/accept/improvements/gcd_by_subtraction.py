def gcd_by_subtraction(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
