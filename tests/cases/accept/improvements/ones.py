def ones(x: int) -> int:
    count = 0
    while x:
        x = (x - 1) & x
        count += 1
    return count
