from icontract import require

from verify import target


@target
@require(lambda scale, parts: True)
def shares(scale: int, parts: list[int]) -> list[int]:
    """Each part on a scale, in 64ths of it."""
    return [scale * part * 256 // 64 for part in parts]
