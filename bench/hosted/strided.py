def strided(count: int, stride: int) -> list[int]:
    modulus = count + 1
    return [i * stride % modulus for i in range(count)]
