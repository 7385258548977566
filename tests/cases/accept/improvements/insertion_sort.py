def insertion_sort(xs: list[int]) -> list[int]:
    out = xs[:]
    for i in range(1, len(out)):
        x = out[i]
        k = i
        while k and out[k - 1] > x:
            out[k] = out[k - 1]
            k -= 1
        out[k] = x
    return out
