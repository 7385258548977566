def tetrahedron(n: int) -> int:
    return n * (n * (n + 3) + 2) // 6
