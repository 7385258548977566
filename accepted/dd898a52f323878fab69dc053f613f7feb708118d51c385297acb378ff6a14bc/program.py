def fallen(ticks: int) -> int:
    return 5 * (ticks * ticks)
