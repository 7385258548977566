from icontract import require

from verify import target


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def without_lowest_one(x: int) -> int:
    """The word with its lowest one turned off."""
    word = 0
    found = False
    for i in range(32):
        if (x >> i) & 1:
            if found:
                word += 1 << i
            found = True
    return word


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def lowest_one(x: int) -> int:
    """The word that has only the lowest one of x."""
    for i in range(32):
        if (x >> i) & 1 == 1:
            return 1 << i
    return 0


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def up_to_lowest_one(x: int) -> int:
    """Ones at the lowest one and at the zeros below it; all ones for 0."""
    mask = 0
    for i in range(32):
        mask |= 1 << i
        if (x >> i) & 1:
            break
    return mask


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def smeared_lowest_one(x: int) -> int:
    """The word with the zeros below its lowest one turned on; all ones for 0."""
    word = x
    below = True
    for i in range(32):
        if (x >> i) & 1:
            below = False
        if below:
            word |= 1 << i
    return word


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def with_lowest_zero(x: int) -> int:
    """The word with its lowest zero turned on."""
    for i in range(32):
        if (x >> i) & 1 == 0:
            return x + (1 << i)
    return x


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def lowest_zero(x: int) -> int:
    """The word that has a one only where the lowest zero of x is; 0 where there is none."""
    word = 0
    for i in range(31, -1, -1):
        if (x >> i) & 1 == 0:
            word = 1 << i
    return word


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def trailing_zeros(x: int) -> int:
    """Ones where the trailing zeros of x are."""
    mask = 0
    trailing = True
    for i in range(32):
        if (x >> i) & 1:
            trailing = False
        if trailing:
            mask += 1 << i
    return mask


@target(tier="smt")
@require(lambda x: 0 <= x < 2**32)
def without_lowest_run(x: int) -> int:
    """The word with its lowest run of ones turned off."""
    word = 0
    state = 0
    for i in range(32):
        bit = (x >> i) & 1
        if state == 0 and bit == 1:
            state = 1
        elif state == 1 and bit == 0:
            state = 2
        elif state == 2:
            word |= bit << i
    return word
