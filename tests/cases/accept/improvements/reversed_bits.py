def reversed_bits(x: int) -> int:
    nibbles = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15]
    out = 0
    for _ in range(8):
        out = (out << 4) | nibbles[x & 15]
        x >>= 4
    return out
