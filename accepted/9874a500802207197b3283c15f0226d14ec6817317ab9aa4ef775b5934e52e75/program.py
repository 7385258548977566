def telescoped(low: int, high: int, modulus: int, labels: list[tuple[int, int]]) -> list[int]:
    first = low % modulus
    last = high % modulus
    return [(high**power if last == residue else 0) - (low**power if first == residue else 0) for power, residue in labels]
