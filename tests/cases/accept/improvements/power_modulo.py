def power_modulo(b: int, e: int, m: int) -> int:
    return pow(b, e, m)
