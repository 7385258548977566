def has_pair(xs: list[int], goal: int) -> bool:
    lo, hi = 0, len(xs) - 1
    while lo < hi:
        s = xs[lo] + xs[hi]
        if s == goal:
            return True
        if s < goal:
            lo += 1
        else:
            hi -= 1
    return False
