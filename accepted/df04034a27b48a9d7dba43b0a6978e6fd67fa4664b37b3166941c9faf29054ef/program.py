def sum_of_odds(n: int) -> int:
    return n * n
