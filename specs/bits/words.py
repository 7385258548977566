from icontract import require

from verify import target


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def magnitude(x: int) -> int:
    """The absolute value of a word in two's complement."""
    if (x >> 31) & 1 == 0:
        return x
    word = 0
    carry = 1
    for i in range(32):
        total = 1 - ((x >> i) & 1) + carry
        word |= (total & 1) << i
        carry = total >> 1
    return word


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def sign(x: int) -> int:
    """The sign of a word in two's complement, as such a word: -1 is all ones."""
    word = 0
    for i in range(32):
        if (x >> i) & 1:
            word = 1
    if (x >> 31) & 1:
        for i in range(1, 32):
            word |= 1 << i
    return word


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def average_down(x: int, y: int) -> int:
    """The average of two words, rounded down: their sum bit by bit, and its upper bits."""
    total = 0
    carry = 0
    for i in range(32):
        digit = ((x >> i) & 1) + ((y >> i) & 1) + carry
        total |= (digit & 1) << i
        carry = digit >> 1
    total |= carry << 32
    return total >> 1


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def average_up(x: int, y: int) -> int:
    """The average of two words, rounded up."""
    total = 0
    carry = 1
    for i in range(32):
        digit = ((x >> i) & 1) + ((y >> i) & 1) + carry
        total |= (digit & 1) << i
        carry = digit >> 1
    total |= carry << 32
    return total >> 1


@target(tier="smt")
@require(lambda x, m, k: 0 <= x < 2**32 and 0 <= m < 2**32 and 0 <= k < 32)
@require(lambda x, m, k: m << k < 2**32 and m & (m << k) == 0)
def exchanged_fields(x: int, m: int, k: int) -> int:
    """The word with the bits that m marks exchanged with those k places above them."""
    word = x
    for i in range(32):
        if (m >> i) & 1:
            low = (x >> i) & 1
            high = (x >> (i + k)) & 1
            if low != high:
                word ^= 1 << i
                word ^= 1 << (i + k)
    return word


@target(tier="smt")
@require(lambda x: 0 < x < 2**32)
def next_with_as_many_ones(x: int) -> int:
    """The next larger number with as many ones."""
    word = x
    ones = 0
    for i in range(33):
        if (x >> i) & 1:
            ones += 1
            word -= 1 << i
        elif ones > 0:
            word += 1 << i
            for j in range(32):
                if j < ones - 1:
                    word += 1 << j
            return word
    return word


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**32 and 0 <= y < 2**32)
def high_product(x: int, y: int) -> int:
    """The upper word of a product, by shifting and adding."""
    total = 0
    for i in range(32):
        if (y >> i) & 1:
            total += x << i
    return total >> 32
