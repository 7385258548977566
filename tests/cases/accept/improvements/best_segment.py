def best_segment(xs: list[int]) -> int:
    best = xs[0]
    here = 0
    for x in xs:
        here = max(here, 0) + x
        best = max(best, here)
    return best
