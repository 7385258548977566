"""The Lean text of expressions."""

import pytest

from verify import ir
from verify.ir import Const, Unary, Var
from verify.lean_expr import condition, natural, of_state, plain, value
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.source import to_source
from verify.ticks import cost
from verify.types import ListOf, TupleOf, Type

LIST, PAIR = ListOf("int"), TupleOf(("int", "bool"))
SCOPE: dict[str, Type] = {
    "a": "int", "b": "int", "p": "bool", "q": "bool", "xs": LIST, "ms": ListOf(LIST), "t": PAIR, "ps": ListOf("bool"),
}  # fmt: skip


def expression(text: str, due: Type) -> ir.Expr:
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
        ("1 if a else -1", "(pick (v_a ≠ 0) (1 : Int) (-1))"),
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


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("a ** b", "(v_a ^ (v_b).toNat)"),
        ("a ** 3", "(v_a ^ 3)"),
        ("a << b", "(v_a * ((2 : Int) ^ (v_b).toNat))"),
        ("a << 3", "(v_a * 8)"),
        ("a >> b", "(v_a / ((2 : Int) ^ (v_b).toNat))"),
        ("a >> 3", "(v_a / 8)"),
        ("a & b", "(band v_a v_b)"),
        ("a | b", "(bor v_a v_b)"),
        ("a ^ b", "(bxor v_a v_b)"),
        ("~a", "(-v_a - 1)"),
        ("pow(a, b, 7)", "((v_a ^ (v_b).toNat) % 7)"),
        ("t[0]", "(v_t.1)"),
        ("xs[a]", "(item v_xs v_a)"),
        ("xs[-1]", "(item v_xs (-1))"),
        ("len(xs)", "(List.length v_xs : Int)"),
        ("xs.count(a)", "(List.count v_a v_xs : Int)"),
        ("sum(xs)", "(List.sum v_xs)"),
        ("min(xs)", "(least v_xs)"),
        ("max(xs)", "(greatest v_xs)"),
    ],
)
def test_ints_of_bits_powers_and_lists(text: str, due: str) -> None:
    assert value(expression(text, "int"), plain) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("[a, b]", "[v_a, v_b]"),
        ("xs[a:]", "(List.drop (bound v_xs v_a) v_xs)"),
        ("xs[:b]", "(List.take (bound v_xs v_b) v_xs)"),
        ("xs[a:b]", "(List.drop (bound v_xs v_a) (List.take (bound v_xs v_b) v_xs))"),
        ("xs[:]", "v_xs"),
        ("xs[::-1]", "(List.reverse v_xs)"),
        ("xs + [a]", "(v_xs ++ [v_a])"),
        ("xs * a", "(List.flatten (List.replicate (v_a).toNat v_xs))"),
        ("sorted(xs)", "(ascending v_xs)"),
        ("list(range(a, b))", "(upto v_a v_b)"),
        ("list(range(a, b, -2))", "(span v_a v_b (-2))"),
        ("[x + 1 for x in xs]", "(List.map (fun (v_each_1 : Int) => (v_each_1 + 1)) v_xs)"),
        ("[a for x in xs if x > a]",
         "(List.map (fun (v_each_1 : Int) => v_a) (List.filter (fun (v_each_1 : Int) => decide (v_each_1 > v_a)) v_xs))"),
    ],
)  # fmt: skip
def test_lists(text: str, due: str) -> None:
    assert value(expression(text, LIST), plain) == due


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("a in xs", "(v_a ∈ v_xs)"),
        ("a not in xs", "(¬(v_a ∈ v_xs))"),
        ("xs == [a]", "(v_xs = [v_a])"),
        ("xs != ms[0]", "(v_xs ≠ (item v_ms 0))"),
        ("t == (1, p)", "(v_t = (1, v_p))"),
        ("t[1]", "((v_t.2) = true)"),
        ("all(x > 0 for x in xs)", "(∀ v_each_1 ∈ v_xs, (v_each_1 > 0))"),
        ("any(ps)", "(∃ b ∈ v_ps, b = true)"),
        ("not xs", "(¬(v_xs ≠ []))"),
    ],
)
def test_conditions_on_lists_and_tuples(text: str, due: str) -> None:
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
    assert natural(cost(expression("sum(xs)", "int")), plain) == "(1 + (List.length v_xs))"
    per_element = "(fun (v_each_1 : Int) => (4 + (pick (v_each_1 > v_a) 1 0)))"
    assert natural(cost(expression("[x * x for x in xs if x > a]", LIST)), plain) == (
        f"(1 + (List.sum (List.map {per_element} v_xs)))"
    )  # fmt: skip


@pytest.mark.parametrize("e", [Const(-1), Var("a", "int"), Unary("neg", Const(1))])
def test_what_is_no_cost_is_a_bug(e: ir.Expr) -> None:
    with pytest.raises(TypeError):
        natural(e, plain)


def test_what_is_no_condition_is_a_bug() -> None:
    with pytest.raises(TypeError):
        condition(Unary("abs", Var("a", "int")), plain)
