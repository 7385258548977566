def radicands(logarithm: int, pulls: list[int]) -> list[int]:
    scale = logarithm * 1024
    return [scale * own for own in pulls]
