"""What is computed about trees: when evaluation is safe, and what blocks read and write."""

from itertools import product

import pytest
from targets import spec_of

from verify import flow, ir
from verify.interpreter import compile_block, holds, text
from verify.ir import Binary, Compare, Const, Logic, Unary, Var
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.source import to_source

SCOPE: dict[str, ir.Type] = {"a": "int", "b": "int", "p": "bool"}
A, B = Var("a", "int"), Var("b", "int")


def expression(text: str, due: ir.Type = "int") -> ir.Expr:
    source = to_source(text.encode(), "e.py", DEFAULT)
    return to_expression(source, source.tree.body[0].value, SCOPE, due)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    ["a // b", "a % b", "a // (b // a)", "a // (b - 1) + b % a", "1 if b != 0 and a // b > 0 else 2",
     "1 if b == 0 or a % b else 2", "a // b if b > 0 else b // a if a > 0 else 0", "1 if 0 < b < a // b else 2",
     "1 if a < b < 2 < a // (b - 2) else 2", "min(a, 1 // b, b)", "abs(-a // b)", "1 if not (a // b) else 2", "a // 3 % 2",
     "1 if p and a // b == 1 or b // a == 1 else 2", "1 // (1 if p else a)", "a // 0"],
)  # fmt: skip
def test_safe_is_just_where_nothing_is_raised(text: str) -> None:
    e = expression(text)
    run = compile_block((ir.Return(e),), tuple(SCOPE), DEFAULT).run
    safe = holds(ir.safe(e), tuple(SCOPE), DEFAULT)
    for point in product(range(-3, 4), range(-3, 4), (False, True)):
        raised = run(point, DEFAULT.run_ticks, None)[3]
        assert safe(point) == (not raised), point


def test_safety_is_short_where_there_is_nothing_to_fear() -> None:
    assert ir.safe(expression("a * b + a // 3 - abs(a % -7)")) == ir.TRUE
    assert ir.safe(expression("a // b")) == Compare((B, Const(0)), ("ne",))


def test_small_builders() -> None:
    c = Compare((A, B), ("lt",))
    assert ir.conjunction(()) == ir.TRUE
    assert ir.conjunction([ir.TRUE, c]) == c
    assert ir.conjunction([c, c]) == Logic("and", (c, c))
    assert (ir.negation(ir.TRUE), ir.negation(ir.FALSE), ir.negation(c)) == (ir.FALSE, ir.TRUE, Unary("not", c))
    assert ir.plus_constant(A, 0) == A
    assert ir.plus_constant(A, 2) == Binary("add", A, Const(2))
    assert ir.plus_constant(A, -2) == Binary("sub", A, Const(2))


def test_substitution_is_simultaneous() -> None:
    e = expression("a * b + min(a, b) if a < b else -a")
    assert ir.substitute(e, {"a": B, "b": A}) == expression("b * a + min(b, a) if b < a else -b")


PROGRAM = spec_of("""@target
def f(a: int, b: int) -> int:
    total = 0
    for i in range(a, b):
        if i > 3:
            return total
        total += i
        k = total
    while b > 0:
        b -= 1
    return total
""").program


def test_reads_writes_and_returns() -> None:
    ranged, plain = PROGRAM.loops
    assert ir.reads((plain,)) == {"b"}
    assert ir.writes((plain,)) == {"b"}
    assert ir.reads((ranged,)) == {"a", "b", "i", "total", "next_1", "stop_1"}
    assert ir.writes((ranged,)) == {"i", "total", "k", "next_1", "stop_1"}
    assert ir.returns((ranged,))
    assert not ir.returns((plain,))
    assert [type(s).__name__ for s in ir.statements(PROGRAM.body)] == [
        "Assign", "For", "If", "Return", "Assign", "Assign", "While", "Assign", "Return",
    ]  # fmt: skip


def test_exposed_names_are_those_whose_entry_value_matters() -> None:
    assert flow.exposed(PROGRAM.body) == {"a", "b"}
    assert flow.exposed(PROGRAM.loops[0].body) == {"i", "total"}
    text = "@target\ndef f(a: int, b: int) -> int:\n    if a > 0:\n        x = 1\n    else:\n        x = b\n    return x\n"
    branch = spec_of(text).program
    assert flow.exposed(branch.body) == {"a", "b"}
    assert flow.exposed(branch.body[1:]) == {"x"}


TURNS = """@target
def f(a: int, b: int, n: int) -> int:
    old = a
    new = b
    for i in range(n):
        kept = old
        old = new
        if i > 3:
            break
        new = kept + i
        if i > 2:
            continue
        last = new
        old += last
    return old
"""


def test_what_is_read_after_an_assignment() -> None:
    program = spec_of(TURNS).program
    body, loop = program.body, program.loops[0]
    live = flow.live_after(body)
    found = {s.targets: live[id(s)] for s in ir.statements(body) if isinstance(s, ir.Assign) and s.targets[0] in ("kept", "last")}
    assert "old" not in found["kept",]
    assert {"new", "kept"} <= found["kept",]
    assert "kept" not in found["last",]
    assert {"old", "last", "new"} <= found["last",]
    (end,) = [live[id(s)] for s in ir.statements(loop.body) if isinstance(s, ir.Assign) and s.values == (Var("new", "int"),)
              and s.targets == ("old",)]  # fmt: skip
    assert {"old", "kept"} <= end
    assert "new" not in end


def test_a_name_is_read_again_at_the_next_turn() -> None:
    text = "@target\ndef f(a: int) -> int:\n    b = a\n    while a > 0:\n        a -= b\n        c = b\n    return a\n"
    body = spec_of(text).program.body
    live = flow.live_after(body)
    assert all("b" in live[id(s)] for s in ir.statements(body) if isinstance(s, ir.Assign) and s.targets != ("b",))


def test_types() -> None:
    assert [expression(t, d).type for t, d in (("a", "int"), ("a < b", "bool"), ("not p", "bool"), ("abs(a)", "int"))] == [
        "int", "bool", "bool", "int",
    ]  # fmt: skip
    assert (Const(1).type, ir.TRUE.type) == ("int", "bool")


@pytest.mark.parametrize("source", ["-a // 3 % 5", "abs(min(a, 2, -a))", "a if 0 <= a < 9 and not (p or a != 0) else 1",
                                    "a ** 2 << 3 & ~b | a ^ 7", "pow(a, 3, 5) >> 1", "sum([a, b] * 2 + list(range(3)))",
                                    "max([a, b][::-1][1:])", "(a, b)[1] + len([a]) + [a, b].count(a)"])  # fmt: skip
def test_text_is_read_back(source: str) -> None:
    e = expression(source)
    assert expression(text(e, "", guarded=False)) == e
