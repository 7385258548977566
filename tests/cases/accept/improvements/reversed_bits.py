def reversed_bits(x: int) -> int:
    pairs = [0, 2, 1, 3]
    out = 0
    for _ in range(16):
        out = (out << 2) | pairs[x & 3]
        x >>= 2
    return out
