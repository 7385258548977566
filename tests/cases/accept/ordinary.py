"""Functions in ordinary style, with no annotation beyond types: each meets its own contract."""

from icontract import require

from verify import target


@target
@require(lambda xs: True)
def pair_sums(xs: list[int]) -> int:
    total = 0
    for i in range(len(xs)):
        for j in range(len(xs)):
            total += xs[i] * xs[j]
    return total


@target
@require(lambda xs: len(xs) > 0)
def best_segment(xs: list[int]) -> int:
    best = xs[0]
    n = len(xs)
    for i in range(n):
        for j in range(i, n):
            total = 0
            for k in range(i, j + 1):
                total += xs[k]
            if total > best:
                best = total
    return best


@target
@require(lambda xs, v: True)
def position(xs: list[int], v: int) -> int:
    for i in range(len(xs)):
        if xs[i] == v:
            return i
    return -1


@target
@require(lambda xs: True)
def insertion_sort(xs: list[int]) -> list[int]:
    out = xs[:]
    for i in range(1, len(out)):
        x = out[i]
        j = i - 1
        while j >= 0 and out[j] > x:
            out[j + 1] = out[j]
            j -= 1
        out[j + 1] = x
    return out


@target
@require(lambda coefficients, x: True)
def polynomial(coefficients: list[int], x: int) -> int:
    total = 0
    for i in range(len(coefficients)):
        total += coefficients[i] * x ** i
    return total


@target
@require(lambda a, b: a > 0 and b > 0)
def gcd_by_subtraction(a: int, b: int) -> int:
    while a != b:
        if a > b:
            a -= b
        else:
            b -= a
    return a


@target
@require(lambda a, b: a >= 0 and b >= 0)
def gcd_by_modulo(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


@target
@require(lambda b, e, m: e >= 0 and m > 0)
def power_modulo(b: int, e: int, m: int) -> int:
    power = 1 % m
    for _ in range(e):
        power = power * b % m
    return power


@target
@require(lambda x: 0 <= x < 2 ** 32)
def ones(x: int) -> int:
    count = 0
    for i in range(32):
        if (x >> i) & 1:
            count += 1
    return count


@target
@require(lambda x: 0 <= x < 2 ** 32)
def reversed_bits(x: int) -> int:
    out = 0
    for _ in range(32):
        out = (out << 1) | (x & 1)
        x >>= 1
    return out


@target
@require(lambda n: n >= 0)
def fibonacci_matrix(n: int) -> int:
    m = (1, 0, 0, 1)
    for _ in range(n):
        a, b, c, d = m
        m = (a + b, a, c + d, c)
    return m[1]


@target
@require(lambda a, b, c, k: k >= 0)
def rotate(a: int, b: int, c: int, k: int) -> tuple[int, int, int]:
    t = (a, b, c)
    for _ in range(k):
        t = (t[1], t[2], t[0])
    return t


@target
@require(lambda xs, goal: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def pair_with_sum(xs: list[int], goal: int) -> bool:
    lo, hi = 0, len(xs) - 1
    while lo < hi:
        s = xs[lo] + xs[hi]
        if s == goal:
            return True
        if s < goal:
            lo += 1
        else:
            hi -= 1
    return False


@target
@require(lambda n: n >= 1)
def coprime_pairs(n: int) -> int:
    count = 0
    for i in range(1, n + 1):
        for j in range(1, n + 1):
            a, b = i, j
            while b:
                a, b = b, a % b
            if a == 1:
                count += 1
    return count


@target
@require(lambda n: n >= 0)
def fib(n: int) -> int:
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def binary_search(xs: list[int], v: int) -> bool:
    lo, hi = 0, len(xs)
    while lo < hi:
        mid = (lo + hi) // 2
        if xs[mid] == v:
            return True
        if xs[mid] < v:
            lo = mid + 1
        else:
            hi = mid
    return False


@target
@require(lambda xs: True)
def running(xs: list[int]) -> list[int]:
    out = []
    total = 0
    for x in xs:
        total += x
        out.append(total)
    return out


@target
@require(lambda n: n >= 0)
def digits(n: int) -> int:
    total = 0
    while n > 0:
        n, d = divmod(n, 10)
        total += d
    return total


@target
@require(lambda xs: True)
def run_lengths(xs: list[int]) -> list[tuple[int, int]]:
    out = []
    if xs:
        last = xs[0]
        count = 1
        for i in range(1, len(xs)):
            if xs[i] != last:
                out.append((last, count))
                last = xs[i]
                count = 0
            count += 1
        out.append((last, count))
    return out
