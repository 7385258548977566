from verify import decreases, invariant


def triangular_root(n: int) -> int:
    if 306 <= 2 * n:
        low, high = 16, 32
        while (high + 1) * (high + 2) <= 2 * n:
            invariant(high > 0)
            decreases(2 * n - high)
            low, high = high, 2 * high
        while high - low > 1:
            decreases(high - low)
            middle = (low + high) // 2
            if (middle + 1) * (middle + 2) <= 2 * n:
                low = middle
            else:
                high = middle
        return high
    side = 0
    while (side + 1) * (side + 2) <= 2 * n:
        side = side + 1
    return side
