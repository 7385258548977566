from icontract import require

from verify import target


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def same_length(x: int, y: int) -> bool:
    """Whether two words have as many leading zeros."""
    a = 0
    b = 0
    for i in range(32):
        if (x >> i) & 1:
            a = i + 1
        if (y >> i) & 1:
            b = i + 1
    return a == b


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def longer(x: int, y: int) -> bool:
    """Whether x has fewer leading zeros than y."""
    for i in range(31, -1, -1):
        if (y >> i) & 1:
            return False
        if (x >> i) & 1:
            return True
    return False


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def at_least_as_long(x: int, y: int) -> bool:
    """Whether x has at most as many leading zeros as y."""
    for i in range(31, -1, -1):
        if (x >> i) & 1:
            return True
        if (y >> i) & 1:
            return False
    return True


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def larger(x: int, y: int) -> int:
    """The larger one of two words."""
    for i in range(31, -1, -1):
        a = (x >> i) & 1
        b = (y >> i) & 1
        if a > b:
            return x
        if a < b:
            return y
    return x


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def ones_below(x: int) -> bool:
    """Whether the ones of a word are all at its low end."""
    zero_seen = False
    for i in range(32):
        bit = (x >> i) & 1
        if bit == 0:
            zero_seen = True
        elif zero_seen:
            return False
    return True


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def is_power_of_two(x: int) -> bool:
    """Whether a word has exactly one one."""
    ones = 0
    for i in range(32):
        ones += (x >> i) & 1
    return ones == 1


@target(tier="smt")
@require(lambda x, a, b, c: 0 <= a < 2**32 and 0 <= b < 2**32 and 0 <= c < 2**32 and 0 <= x < 2**32)
@require(lambda x, a, b, c: (x == a or x == b or x == c) and a != b and b != c and a != c)  # noqa: PLR1714, SIM109 - ints
def next_of_three(x: int, a: int, b: int, c: int) -> int:
    """What comes after x where a, b, c follow each other in a circle."""
    is_a = True
    is_b = True
    for i in range(32):
        bit = (x >> i) & 1
        if bit != (a >> i) & 1:
            is_a = False
        if bit != (b >> i) & 1:
            is_b = False
    if is_a:
        return b
    if is_b:
        return c
    return a
