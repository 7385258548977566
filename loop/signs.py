"""Lines of a proof that say of which sign products of ints are, for goals in which ints are multiplied."""

from collections.abc import Iterator, Sequence
from typing import Final

from verify import ir
from verify.ir import Expr
from verify.lean_expr import field, plain, value
from verify.lean_script import parts

MOST: Final = 3
"""differences of a contract that are multiplied"""


def sign_lines(ints: Sequence[str]) -> Iterator[str]:
    """Yield lines that say that products of non-negative ints are non-negative; those that do not hold are lost."""
    for i, a in enumerate(ints[:4]):
        yield f"try have q{i} := le_mul_self {a}"
        for j, b in enumerate(ints[: i + 1]):
            yield f"try have p{i}_{j} : 0 ≤ {a} * {b} := {_PRODUCT}"
            yield f"try have t{i}_{j} : 0 ≤ {a} * ({a} * {b}) := Int.mul_nonneg (by omega) ({_PRODUCT})"


def difference_lines(require: Expr, ints: Sequence[ir.Var]) -> Iterator[str]:
    """Yield lines that say that products with what a precondition bounds from below, as `n - 5`, are non-negative."""
    differences = list(dict.fromkeys(_differences(require)))[:MOST]
    factors = [*(field(v.name) for v in ints[:MOST]), *differences]
    for i, a in enumerate(differences):
        for j, b in enumerate(factors[: len(factors) - len(differences) + i + 1]):
            yield f"try have d{i}_{j} : 0 ≤ {a} * {b} := {_PRODUCT}"


_PRODUCT: Final = "Int.mul_nonneg (by omega) (by omega)"


def _differences(require: Expr) -> Iterator[str]:
    """Yield in Lean what is not negative by the comparisons of ints of a condition; a variable alone is left out."""
    for part in parts(require):
        match part:
            case ir.Compare((left, right), ("lt" | "le" | "gt" | "ge" as relation,)) if left.type == right.type == "int":
                small, large = (left, right) if relation in ("lt", "le") else (right, left)
                if small != ir.Const(0):
                    strict = " - 1" if relation in ("lt", "gt") else ""
                    yield f"({value(large, plain)} - {value(small, plain)}{strict})"
