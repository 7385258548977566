from icontract import require

from verify import target


@target
@require(lambda logarithm, pulls: True)
def radicands(logarithm: int, pulls: list[int]) -> list[int]:
    """What stands under the root of each arm's bonus, in parts of 65,536; the logarithm is in 64ths of a bit."""
    return [logarithm * own * 65536 // 64 for own in pulls]
