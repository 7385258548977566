def insertion_sort(xs: list[int]) -> list[int]:
    out = xs[:]
    for i in range(1, len(out)):
        x = out[i]
        if out[i - 1] > x:
            out[i] = out[i - 1]
            j = i - 2
            while j >= 0 and out[j] > x:
                out[j + 1] = out[j]
                j -= 1
            out[j + 1] = x
    return out
