"""The Lean text of expressions."""

import pytest

from verify import ir
from verify.ir import Const, Unary, Var
from verify.lean_expr import condition, natural, of_state, plain, value
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.source import to_source
from verify.ticks import cost

SCOPE: dict[str, ir.Type] = {"a": "int", "b": "int", "p": "bool", "q": "bool"}


def expression(text: str, due: ir.Type) -> ir.Expr:
    source = to_source(text.encode(), "e.py", DEFAULT)
    return to_expression(source, source.tree.body[0].value, SCOPE, due)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("a", "v_a"),
        ("7", "7"),
        ("-7", "(-7)"),
        ("-a", "(-v_a)"),
        ("abs(a)", "(Int.natAbs v_a : Int)"),
        ("a + b * 2 - 1", "((v_a + (v_b * 2)) - 1)"),
        ("a // 3", "(v_a / 3)"),
        ("a % 3", "(v_a % 3)"),
        ("a // -3", "((-v_a) / 3)"),
        ("a % -3", "(-((-v_a) % 3))"),
        ("a // b", "(fdiv v_a v_b)"),
        ("a % b", "(fmod v_a v_b)"),
        ("a // 0", "(fdiv v_a 0)"),
        ("min(a, b, 1)", "(min (min v_a v_b) 1)"),
        ("a if p else b", "(pick (v_p = true) v_a v_b)"),
        ("1 if a else -1", "(pick (v_a ≠ 0) 1 (-1))"),
    ],
)
def test_ints(text: str, due: str) -> None:
    assert value(expression(text, "int"), plain) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("True", "True"),
        ("p", "(v_p = true)"),
        ("not p", "(¬(v_p = true))"),
        ("a < b <= 3", "(v_a < v_b ∧ v_b ≤ 3)"),
        ("a == b", "(v_a = v_b)"),
        ("a != b", "(v_a ≠ v_b)"),
        ("p == q", "(((v_p = true) ↔ (v_q = true)))"),
        ("p != q", "((¬((v_p = true) ↔ (v_q = true))))"),
        ("p and a or q", "(((v_p = true) ∧ (v_a ≠ 0)) ∨ (v_q = true))"),
        ("p if q else a > 0", "(((v_q = true) → (v_p = true)) ∧ (¬(v_q = true) → (v_a > 0)))"),
    ],
)
def test_conditions(text: str, due: str) -> None:
    assert condition(expression(text, "bool"), plain) == due


def test_bools_as_values() -> None:
    assert value(expression("p", "bool"), plain) == "v_p"
    assert value(ir.TRUE, plain) == "true"
    assert value(expression("a < b", "bool"), plain) == "(decide (v_a < v_b))"


def test_names_are_as_the_naming_says() -> None:
    assert value(expression("a + b", "int"), of_state) == "(s.v_a + s.v_b)"


def test_costs_are_natural_numbers() -> None:
    assert natural(cost(expression("a + b", "int")), plain) == "1"
    assert natural(cost(expression("a if p else a + b + 1", "int")), plain) == "(1 + (pick (v_p = true) 0 2))"


@pytest.mark.parametrize("e", [Const(-1), Var("a", "int"), Unary("neg", Const(1))])
def test_what_is_no_cost_is_a_bug(e: ir.Expr) -> None:
    with pytest.raises(TypeError):
        natural(e, plain)


def test_what_is_no_condition_is_a_bug() -> None:
    with pytest.raises(TypeError):
        condition(Unary("abs", Var("a", "int")), plain)
