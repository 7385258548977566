def position(xs: list[int], v: int) -> int:
    for i in range(1, len(xs), 2):
        if xs[i - 1] == v:
            return i - 1
        if xs[i] == v:
            return i
    if len(xs) % 2 == 1 and xs[-1] == v:
        return len(xs) - 1
    return -1
