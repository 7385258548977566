"""From a function's text to its typed tree, and the refusals on the way."""

import ast

import pytest
from targets import spec_of

from verify import ir
from verify.ir import Assign, Binary, Compare, Const, For, If, Return, Unary, Var, While
from verify.limits import DEFAULT
from verify.program import to_program
from verify.reasons import IllTyped, Reason, Refusal, Unsupported
from verify.source import to_source

A, B, N = Var("a", "int"), Var("b", "int"), Var("n", "int")
HEAD = "def f(a: int, b: int, n: int, p: bool) -> int:\n"


def program(*lines: str, head: str = HEAD) -> ir.Program:
    source = to_source((head + "".join(f"    {line}\n" for line in lines)).encode(), "f.py", DEFAULT)
    (node,) = source.tree.body
    assert isinstance(node, ast.FunctionDef)
    return to_program(source, node)


def refused(*lines: str, head: str = HEAD) -> Reason:
    with pytest.raises(Refusal) as refusal:
        program(*lines, head=head)
    return refusal.value.reason


def test_assignments() -> None:
    assert program("a, b = b, a", "return a").body == (Assign(("a", "b"), (B, A)), Return(A))
    assert program("a += n", "return a").body[0] == Assign(("a",), (Binary("add", A, N),))
    assert program("x: int = -3", "return x").body[0] == Assign(("x",), (Const(-3),))
    x = Var("x", "int")
    assert program("x = y = n", "return y").body[:2] == (Assign(("x",), (N,)), Assign(("y",), (x,)))
    assert program("x = y = n", "return y").locals == (x, Var("y", "int"))


def test_expressions() -> None:
    assert program("return -a").body == (Return(Unary("neg", A)),)
    assert program("return +a").body == (Return(A),)
    assert program("return 1 if a else 0").body == (Return(ir.Choice(Unary("truth", A), Const(1), Const(0))),)
    assert program("return 1 if 0 < a <= b else 0").body == (
        Return(ir.Choice(Compare((Const(0), A, B), ("lt", "le")), Const(1), Const(0))),
    )  # fmt: skip
    assert program("return min(a, b, n)").body == (Return(ir.Extremum("min", (A, B, N))),)
    assert program("return 1 if p and not a else 0").body[0] == Return(
        ir.Choice(ir.Logic("and", (Var("p", "bool"), Unary("not", Unary("truth", A)))), Const(1), Const(0))
    )


def test_loops_are_numbered_in_source_order_with_hidden_state() -> None:
    lines = ["for i in range(n):", "    for j in range(i, n, a):", "        a += j", "while b > 0:", "    b -= 1", "return a"]
    made = program(*lines)
    outer, inner, last = made.loops
    assert isinstance(outer, For)
    assert isinstance(inner, For)
    assert isinstance(last, While)
    assert [s.index for s in made.loops] == [1, 2, 3]
    assert (outer.start, outer.stop, outer.step) == (Const(0), N, Const(1))
    assert ir.hidden(outer) == ("next_1", "stop_1")
    assert ir.hidden(inner) == ("next_2", "stop_2", "step_2")
    assert {v.name for v in made.locals} == {"i", "j", "next_1", "stop_1", "next_2", "stop_2", "step_2"}


def test_notes_in_a_loop() -> None:
    loop = program("while n > 0:", "    invariant(n >= 0)", "    decreases(n)", "    n -= 1", "return n").loops[0]
    assert isinstance(loop, While)
    assert (loop.invariants, loop.measure) == ((Compare((N, Const(0)), ("ge",)),), N)
    ranged = program("for i in range(n):", "    invariant(next_1 <= stop_1)", "    a += 1", "return a").loops[0]
    assert len(ranged.invariants) == 1


def test_a_branch_that_returns_leaves_the_rest_to_the_other() -> None:
    made = program("if a > 0:", "    x = 1", "else:", "    return 0", "return x")
    assert isinstance(made.body[0], If)
    assert made.body[1] == Return(Var("x", "int"))


@pytest.mark.parametrize(
    ("lines", "word"),
    [
        (["return a > 0"], "int is due"),
        (["return a + (b > 0)"], "int is due"),
        (["return a == p"], "int is due"),
        (["return 1 if p < p else 0"], "`==` and `!=` only"),
        (["x = a > 0 and b", "return 1"], "bool is due"),
        (["p += 1", "return a"], "bool"),
        (["p = 1", "return a"], "bool elsewhere and int here"),
        (["a = p", "return a"], "int elsewhere and bool here"),
        (["return x"], "not a parameter"),
        (["if p:", "    x = 1", "return x"], "may be unassigned"),
        (["while a > 0:", "    x = 1", "    a -= 1", "return x"], "may be unassigned"),
        (["for i in range(n):", "    x = 1", "return i"], "may be unassigned"),
        (["if p:", "    return 1"], "without a `return`"),
        (["while a > 0:", "    return 1"], "without a `return`"),
        (["return"], "without a value"),
        (["for i in range(1, n, 0):", "    a += 1", "return a"], "step 0"),
        (["next_1 = 1", "for i in range(n):", "    a += 1", "return a"], "kept for a loop"),
    ],
)
def test_what_does_not_type_check(lines: list[str], word: str) -> None:
    reason = refused(*lines)
    assert isinstance(reason, IllTyped)
    assert word in reason.what
    assert reason.where.startswith("f.py:")


@pytest.mark.parametrize(
    ("lines", "do"),
    [
        (["while True:", "    a += 1", "return a"], "Write the loop's condition as its test."),
        (["while 1:", "    a += 1", "return a"], "Write the loop's condition as its test."),
        (["for i in a:", "    b += 1", "return b"], "Loop over range(...)."),
        (["return a", "return b"], "Delete it."),
        (["a, b = n", "return a"], "Assign one value to each name."),
        (["a, a = b, n", "return a"], ""),
        (["return print(a)"], "Only abs, min, max and, in a `for`, range may be called."),
        (["return f(a, b, n, p)"], "Only abs, min, max and, in a `for`, range may be called."),
        (["return min(a, b, key=abs)"], "Pass the arguments by position."),
        (["return min(a)"], ""),
        (["return abs(a, b)"], ""),
        (["x: float = a", "return a"], "Write `int` or `bool`."),
        (["while a > 0:", "    decreases(a)", "    decreases(b)", "    a -= 1", "return a"], "Give one measure."),
        (["for i in range(n):", "    decreases(n)", "    a += 1", "return a"], "Delete the line."),
        (["while a > 0:", "    a -= 1", "    decreases(a)", "return a"], ""),
        (["print(a)", "return a"], ""),
    ],
)
def test_what_is_not_supported(lines: list[str], do: str) -> None:
    reason = refused(*lines)
    assert isinstance(reason, Unsupported)
    assert reason.do == do


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        ("def f(n) -> int:\n", Unsupported),
        ("def f(n: int):\n", Unsupported),
        ("def f(n: float) -> int:\n", Unsupported),
        ("def f(n: int) -> str:\n", Unsupported),
        ("def f(n: int, f: int) -> int:\n", IllTyped),
        ("def f(n: int, result: int) -> int:\n", IllTyped),
    ],
)
def test_heads_without_plain_types(head: str, kind: type[Reason]) -> None:
    assert isinstance(refused("return 1", head=head), kind)


def test_the_place_of_a_fault_is_exact() -> None:
    assert refused("x = 1", "return x + p").where == "f.py:3:16"


def test_a_target_is_read_the_same_way() -> None:
    spec = spec_of("@target\ndef f(n: int) -> int:\n    return n + 1\n")
    assert spec.program.body == (Return(Binary("add", N, Const(1))),)
