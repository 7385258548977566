"""Functions whose contracts speak of the elements of lists, or of every int of a range."""

from icontract import ensure, require

from verify import target


@target
@require(lambda xs: len(xs) > 0)
@ensure(lambda xs, result: result == max(xs))
def largest(xs: list[int]) -> int:
    """The largest element."""
    m = xs[0]
    for x in xs:
        if x > m:
            m = x
    return m


@target
@require(lambda xs: len(xs) > 0)
@ensure(lambda xs, result: result in xs and all(x <= result for x in xs))
def largest_in(xs: list[int]) -> int:
    """The largest element, said without `max`."""
    m = xs[0]
    for x in xs:
        if x > m:
            m = x
    return m


@target
@require(lambda xs: len(xs) > 0)
@ensure(lambda xs, result: result == min(xs))
def smallest(xs: list[int]) -> int:
    """The smallest element, by index."""
    best = xs[0]
    for i in range(1, len(xs)):
        if xs[i] < best:
            best = xs[i]
    return best


@target
@ensure(lambda xs, result: result == sum(xs))
def total_of(xs: list[int]) -> int:
    """A sum."""
    total = 0
    for x in xs:
        total += x
    return total


@target
@ensure(lambda xs, result: result == sum(xs))
def total_by_index(xs: list[int]) -> int:
    """A sum, by index."""
    total = 0
    for i in range(len(xs)):
        total += xs[i]
    return total


@target
@ensure(lambda xs, result: result == sum(x * x for x in xs))
def squares_of(xs: list[int]) -> int:
    """A sum of squares."""
    total = 0
    for x in xs:
        total += x * x
    return total


@target
@ensure(lambda xs, result: result == sum(1 for x in xs if x > 0))
@ensure(lambda xs, result: 0 <= result <= len(xs))
def positives(xs: list[int]) -> int:
    """How many elements are positive."""
    c = 0
    for x in xs:
        if x > 0:
            c += 1
    return c


@target
@ensure(lambda xs, v, result: result == (v in xs))
def contains(xs: list[int], v: int) -> bool:
    """Whether a list has an element."""
    for x in xs:
        if x == v:
            return True
    return False


@target
@ensure(lambda xs, v, result: result == -1 or (0 <= result < len(xs) and xs[result] == v))
@ensure(lambda xs, v, result: (result != -1) or (v not in xs))
@ensure(lambda xs, v, result: all(xs[i] != v for i in range(result)))
def find(xs: list[int], v: int) -> int:
    """Where an element stands first, or -1."""
    i = 0
    while i < len(xs):
        if xs[i] == v:
            return i
        i += 1
    return -1


@target
@ensure(lambda xs, result: len(result) == len(xs))
@ensure(lambda xs, result: all(result[i] == 2 * xs[i] for i in range(len(xs))))
def doubled_each(xs: list[int]) -> list[int]:
    """Each element doubled, said of each by its index."""
    out: list[int] = []
    for x in xs:
        out.append(2 * x)
    return out


@target
@ensure(lambda xs, result: result == [2 * x for x in xs])
def doubled(xs: list[int]) -> list[int]:
    """Each element doubled."""
    out: list[int] = []
    for x in xs:
        out.append(2 * x)
    return out


@target
@require(lambda n: n >= 2)
@ensure(lambda n, result: n % result == 0 and all(n % k != 0 for k in range(2, result)))
def smallest_divisor(n: int) -> int:
    """The smallest divisor other than 1."""
    d = 2
    while n % d != 0:
        d += 1
    return d


@target
@ensure(lambda n, result: result == (n >= 2 and all(n % d != 0 for d in range(2, n))))
def is_prime(n: int) -> bool:
    """Whether an int is a prime."""
    if n < 2:
        return False
    for d in range(2, n):
        if n % d == 0:
            return False
    return True


@target
@ensure(lambda xs, result: result == all(x > 0 for x in xs))
def all_positive(xs: list[int]) -> bool:
    """Whether all elements are positive."""
    for x in xs:
        if x <= 0:
            return False
    return True


@target
@ensure(lambda xs, result: result == any(x > 0 for x in xs))
def any_positive(xs: list[int]) -> bool:
    """Whether an element is positive."""
    for x in xs:
        if x > 0:
            return True
    return False


@target
@ensure(lambda xs, result: all(x > 0 for x in result) and all(x in xs for x in result))
def only_positive(xs: list[int]) -> list[int]:
    """The elements that are positive."""
    out: list[int] = []
    for x in xs:
        if x > 0:
            out.append(x)
    return out
