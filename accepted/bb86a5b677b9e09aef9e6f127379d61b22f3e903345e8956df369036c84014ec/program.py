def strided(count: int, stride: int) -> list[int]:
    fixed = count + 1
    return [x * stride % fixed for x in range(0, count)]
