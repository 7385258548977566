def shares(scale: int, parts: list[int]) -> list[int]:
    factor = 4 * scale
    return [factor * part for part in parts]
