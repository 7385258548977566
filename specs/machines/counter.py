from icontract import ensure, require

from verify import target


@target
@require(lambda digit, pulses: 0 <= digit <= 9 and pulses >= 0)
@ensure(lambda digit, pulses, result: 0 <= result <= 9)
def odometer(digit: int, pulses: int) -> int:
    """The digit that a wheel of a counter shows after some pulses."""
    for _ in range(pulses):
        if digit == 9:
            digit = 0
        else:
            digit += 1
    return digit
