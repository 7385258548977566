def coprime_pairs(n: int) -> int:
    count = 1
    for i in range(2, n + 1):
        for j in range(1, i):
            a, b = i, j
            while b:
                a, b = b, a % b
            if a == 1:
                count += 2
    return count
