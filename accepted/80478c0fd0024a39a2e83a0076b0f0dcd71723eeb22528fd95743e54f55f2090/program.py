from icontract import ensure, require

from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 6 * result == n * (n + 1) * (n + 2))
def tetrahedron(n: int) -> int:
    """Spheres in a tetrahedron of n layers, the k-th layer a triangle of side k."""
    spheres = 0
    for layer in range(1, n + 1):
        for row in range(1, layer + 1):
            spheres += row
    return spheres
