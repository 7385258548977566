"""What is worked out from numbers alone is an `Int` to Lean as well: there its subtraction goes below 0, and so does Python's."""

import ast

import pytest
from test_lean_expr import expression

from loop.bench import Bench
from verify.gates.kernel import Kernel
from verify.lean_expr import condition, plain

FALSE = (
    "1 - 2 ** a >= 0",
    "1 - (1 << a) >= 0",
    "0 <= 1 - (1 << (1 << a))",
    "(1 - 2 ** a) % 2 ** a == 0",
    "0 - pow(2, a, 7) >= 0",
    "(1 if p else 2) - 5 >= 0",
    "[1, 2][a - 3] - 5 >= 0",
    "[[1], [2]][a - 3][0] - 5 >= 0",
    "sum([1, 2]) - 5 >= 0",
    "sum([1] * 3) - 5 >= 0",
    "sum([2 - 2 ** a for x in xs]) >= 0",
    "sum([1 for x in xs]) - 5 >= 0",
    "min([1] + [2]) - 5 >= 0",
    "(1, p)[0] - 5 >= 0",
    "[(1, p), (2, p)][a - 3][0] - 5 >= 0",
    "((1, p) if p else (2, q))[0] - 5 >= 0",
    "max(1, 2) - 5 >= 0",
    "max(1 - 2 ** a, 2 - 2 ** a) >= 0",
    "len([1, 2]) - 5 >= 0",
    "[1 - 2 ** a] == [0]",
    "1 - 2 ** a in [0]",
    "(1 - 2 ** a, p) == (0, p)",
    "-(2 ** a) >= 0",
    "~(2 ** a) >= 0",
    "abs(1 - 2 ** a) == 0",
    "xs[:6 - 2 ** a] == xs[:0]",
    "any(1 - 2 ** a >= 0 for x in xs)",
)
"""conditions that are false in Python for the arguments in GIVEN; with a subtraction that ends at 0 they hold"""
GIVEN = {"a": 3, "p": True, "q": True, "xs": [4, 4, 4, 4]}
PROOF = """theorem t{i} : ∀ (v_a : Int) (v_p v_q : Bool) (v_xs : List Int), v_a = 3 → v_p = true → v_q = true →
    v_xs = [4, 4, 4, 4] → ¬{condition} := by
  intro v_a v_p v_q v_xs a p q xs
  subst a p q xs
  first | decide | (simp [pick, item, bound, least, greatest, fmod]; done) | grind"""


@pytest.mark.parametrize("text", FALSE)
def test_the_condition_is_false_in_python(text: str) -> None:
    assert not eval(compile(ast.parse(text, mode="eval"), "t", "eval"), dict(GIVEN))  # noqa: S307 - of this file


@pytest.mark.lean
@pytest.mark.parametrize("text", FALSE)
def test_the_condition_is_false_in_lean(text: str, warm: Kernel) -> None:
    said = condition(expression(text, "bool"), plain)
    bench = Bench(warm, warm.library)
    try:
        assert bench.add(PROOF.format(i=FALSE.index(text), condition=said)) is None, said
    finally:
        bench.close()
