"""The same kinds of functions as others write them: with `while`, with swaps, with rows that are built anew at each turn."""

from icontract import require

from verify import target


@target
@require(lambda xs: True)
def max_subarray_or_zero(xs: list[int]) -> int:
    best = 0
    i = 0
    while i < len(xs):
        j = i
        while j < len(xs):
            s = 0
            k = i
            while k <= j:
                s = s + xs[k]
                k = k + 1
            if s > best:
                best = s
            j = j + 1
        i = i + 1
    return best


@target
@require(lambda xs: True)
def bubble(xs: list[int]) -> list[int]:
    a = xs[:]
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                t = a[j]
                a[j] = a[j + 1]
                a[j + 1] = t
    return a


@target
@require(lambda xs: True)
def insertion_build(xs: list[int]) -> list[int]:
    out: list[int] = []
    for x in xs:
        k = 0
        while k < len(out) and out[k] <= x:
            k += 1
        out = out[:k] + [x] + out[k:]  # noqa: RUF005 - as many write it
    return out


@target
@require(lambda m, n: n >= 0)
def mat_power(m: tuple[tuple[int, int], tuple[int, int]], n: int) -> tuple[tuple[int, int], tuple[int, int]]:
    r = ((1, 0), (0, 1))
    for _ in range(n):
        (a, b), (c, d) = r
        (e, f), (g, h) = m
        r = ((a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h))
    return r


@target
@require(lambda xs: True)
def rle_while(xs: list[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    i = 0
    while i < len(xs):
        j = i
        while j < len(xs) and xs[j] == xs[i]:
            j += 1
        out.append((xs[i], j - i))
        i = j
    return out


@target
@require(lambda xs: True)
def rle_append(xs: list[int]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for x in xs:
        if out and out[-1][0] == x:
            out[-1] = (x, out[-1][1] + 1)
        else:
            out.append((x, 1))
    return out


@target
@require(lambda xs, t: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def two_pointer_count(xs: list[int], t: int) -> int:
    i = 0
    j = len(xs) - 1
    c = 0
    while i < j:
        if xs[i] + xs[j] > t:
            j = j - 1
        elif xs[i] + xs[j] < t:
            i = i + 1
        else:
            c += 1
            i += 1
            j -= 1
    return c


@target
@require(lambda xs, ys: True)
def merge_common(xs: list[int], ys: list[int]) -> int:
    i = j = c = 0
    while i < len(xs) and j < len(ys):
        if xs[i] == ys[j]:
            c += 1
            i += 1
            j += 1
        elif xs[i] < ys[j]:
            i += 1
        else:
            j += 1
    return c


@target
@require(lambda xs, ys: True)
def merged(xs: list[int], ys: list[int]) -> list[int]:
    out: list[int] = []
    i, j = 0, 0
    while i < len(xs) or j < len(ys):
        if j == len(ys) or (i < len(xs) and xs[i] <= ys[j]):
            out.append(xs[i])
            i += 1
        else:
            out.append(ys[j])
            j += 1
    return out


@target
@require(lambda n: n >= 0)
def isqrt_scan(n: int) -> int:
    r = 0
    while (r + 1) ** 2 <= n:
        r += 1
    return r


@target
@require(lambda n: n >= 0)
def cube_root(n: int) -> int:
    r = 0
    while (r + 1) ** 3 <= n:
        r += 1
    return r


@target
@require(lambda n: n >= 1)
def log2_pow(n: int) -> int:
    k = 0
    while 2 ** (k + 1) <= n:
        k += 1
    return k


@target
@require(lambda a, b, m: b >= 0 and m >= 1)
def power_squares(a: int, b: int, m: int) -> int:
    r = 1 % m
    a = a % m
    while b > 0:
        if b % 2 == 1:
            r = r * a % m
        a = a * a % m
        b = b // 2
    return r


@target
@require(lambda x: 0 <= x < 2**32)
def count_runs_of_ones(x: int) -> int:
    c = 0
    prev = 0
    for i in range(32):
        b = (x >> i) & 1
        if b == 1 and prev == 0:
            c += 1
        prev = b
    return c


@target
@require(lambda n: n >= 0)
def pascal_row(n: int) -> list[int]:
    row = [1]
    for _ in range(n):
        nxt = [1]
        for j in range(len(row) - 1):
            nxt.append(row[j] + row[j + 1])
        nxt.append(1)
        row = nxt
    return row


@target
@require(lambda xs, ys: True)
def lcs_like(xs: list[int], ys: list[int]) -> int:
    prev = [0] * (len(ys) + 1)
    for x in xs:
        cur = [0]
        for j in range(len(ys)):
            if ys[j] == x:
                cur.append(prev[j] + 1)
            else:
                cur.append(max(prev[j + 1], cur[j]))
        prev = cur
    return prev[len(ys)]
