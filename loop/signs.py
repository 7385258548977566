"""Lines of a proof that say of which sign products of ints are, for goals in which ints are multiplied."""

from collections.abc import Iterator, Sequence


def sign_lines(ints: Sequence[str]) -> Iterator[str]:
    """Yield lines that say that products of non-negative ints are non-negative; those that do not hold are lost."""
    for i, a in enumerate(ints[:4]):
        yield f"try have q{i} := le_mul_self {a}"
        for j, b in enumerate(ints[: i + 1]):
            yield f"try have p{i}_{j} : 0 ≤ {a} * {b} := Int.mul_nonneg (by omega) (by omega)"
            nested = "Int.mul_nonneg (by omega) (Int.mul_nonneg (by omega) (by omega))"
            yield f"try have t{i}_{j} : 0 ≤ {a} * ({a} * {b}) := {nested}"
