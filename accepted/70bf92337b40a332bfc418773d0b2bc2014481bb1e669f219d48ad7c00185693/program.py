def reduced(row: list[int], pivot: list[int], factor: int, prime: int, start: int) -> list[int]:
    if 6 * start <= len(row):
        return [(row[j] - factor * pivot[j]) % prime for j in range(len(row))]
    return row[:start] + [(row[j] - factor * pivot[j]) % prime for j in range(start, len(row))]
