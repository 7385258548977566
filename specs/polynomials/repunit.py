from icontract import require

from verify import target


@target
@require(lambda digit, count: 0 <= digit <= 9 and count >= 0)
def repdigit(digit: int, count: int) -> int:
    """The number that is written as one digit, count times: a polynomial in ten, by Horner."""
    value = 0
    for _ in range(count):
        value = 10 * value + digit
    return value
