def run_lengths(xs: list[int]) -> list[tuple[int, int]]:
    out = []
    if xs:
        last = xs[0]
        count = 0
        for x in xs:
            if x != last:
                out.append((last, count))
                last = x
                count = 0
            count += 1
        out.append((last, count))
    return out
