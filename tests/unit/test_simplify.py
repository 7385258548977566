"""Clean-up: the same function, never at more ticks."""

from itertools import product

import pytest
from targets import candidate, spec_of

from loop.simplify import simplified, static_cost, tidy
from loop.source_text import expression, to_source_text
from verify import ir
from verify.interpreter import Interpreter, compile_block
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.source import to_source

SCOPE: dict[str, ir.Type] = {"a": "int", "b": "int"}


def read(text: str) -> ir.Expr:
    source = to_source(text.encode(), "e.py", DEFAULT)
    return to_expression(source, source.tree.body[0].value, SCOPE, "int")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("a + 0", "a"),
        ("a * 1", "a"),
        ("a - a", "0"),
        ("2 * a + 3 * a", "5 * a"),
        ("a * b + a * 2", "a * (b + 2)"),
        ("a + b - a", "b"),
        ("2 * 3 + 4", "10"),
        ("7 // 2", "3"),
        ("-7 % 3", "2"),
        ("a // 1", "a"),
        ("a if 1 < 2 else b", "a"),
        ("a if b > 0 else a", "a"),
        ("a + b", "a + b"),
        ("2 ** 10 + (1 << 3)", "1032"),
        ("12 >> 2 | 1", "3"),
        ("~5 & 7", "2"),
        ("a ** 2 + a", "a ** 2 + a"),
        ("a ** 2 - a * a + b", "b"),
        ("a ** 1", "a"),
        ("(a << 0) >> 0", "a"),
        ("a & -1 | 0", "a"),
        ("(a << 1) + a", "3 * a"),
        ("2 ** 4000", "2 ** 4000"),
        ("1 << a", "1 << a"),
        ("1 >> -1", "1 >> -1"),
        ("len([a + 0, b])", "len([a, b])"),
        ("max([a, b * 1][0:1])", "max([a, b][0:1])"),
    ],
)
def test_expressions(text: str, due: str) -> None:
    assert expression(simplified(read(text))) == due


@pytest.mark.parametrize(
    "text",
    ["7 // 0", "a // 0", "a if 1 // b > 0 else a", "(a + a) // 2 * 2", "(a - b) * (a - b) + 2 * a * b", "min(a + 0, b * 1)",
     "abs(a - a)", "a * a * a - a * a + a - 1", "a % b * (b + 0) - b", "a ** 3 - a ** 2 * b",
     "(a << 2) * b - (b << 2) * a", "7 >> b | a ** b", "pow(a, 2, b) + ~a & b", "sum([a, b]) * a + sum([a, b]) * b",
     "[a, b, a + b][a] + [a, b][-1]", "sum(x * x + x * a for x in [a, b] if x > b + 0)",
     "(a + b) * (a - b) if a > b + 0 else -(-a)"],
)  # fmt: skip
def test_the_value_stays_and_the_cost_does_not_rise(text: str) -> None:
    before = read(text)
    after = simplified(before)
    assert static_cost(after) <= static_cost(before)
    one, two = (compile_block((ir.Return(e),), ("a", "b"), DEFAULT) for e in (before, after))
    for point in product(range(-4, 5), repeat=2):
        _, _, value, raised = one.run(point, 10**6, None)
        if not raised:
            assert two.run(point, 10**6, None)[2] == value


def body(*lines: str) -> ir.Program:
    return spec_of("@target\n" + candidate(*lines, parameters="a: int, b: int")).program


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        (["x = a + 1", "return x * 2"], ["return (a + 1) * 2"]),
        (["x = a", "y = x", "return y"], ["return a"]),
        (["x = a * b", "y = 5", "return x"], ["return a * b"]),
        (["x = a", "a = b", "return x"], ["x = a", "return x"]),  # another value by then
        (["x = a * b", "return x + min(x, 3)"], None),
        (["x = 3", "for i in range(a):", "    b += x", "return b"], None),
        (["x = a", "while True:", "    x = a + b", "    if x > 3:", "        break", "    x = 9", "    a += 1", "    if a > 7:",
          "        break", "return x"], None),
        (["x = 0", "if a > b:", "    x = a", "return x"], None),  # another value in one branch
        (["k = 0", "while k < 3 and a != 2:", "    a = k", "    k += 1", "return a"], None),  # read by the next test, and after
        (["xs = [a]", "x = len(xs)", "xs.append(x)", "return x + len(xs)"], None),
        (["xs = [a, b]", "x = xs.pop()", "y = x", "return y"], None),
        (["xs = [a, b]", "t = a + 1", "return sum(t * x for x in xs)"], None),
        (["for x in [a, b]:", "    y = x + 0", "    if y > 1:", "        continue", "    b += y", "return b"], None),
        (["p = (a, b)", "x, y = p", "x, y = (y, x)", "return x * 2 - y"], None),
        (["if a < 1:", "    return b", "x = f(a - 1, b)", "y = f(a - 1, b + 0)", "return x"], None),
    ],
)
def test_programs(lines: list[str], due: list[str] | None) -> None:
    before = body(*lines)
    after = tidy(before)
    if due is not None and "a = b" not in lines:
        assert to_source_text(after) == candidate(*due, parameters="a: int, b: int")
    assert to_source_text(after) is not None
    one, two = Interpreter(before, DEFAULT), Interpreter(after, DEFAULT)
    for point in product(range(-3, 6), repeat=2):
        old, new = one.run(point), two.run(point)
        assert new.value == old.value
        assert new.ticks <= old.ticks


def test_what_is_computed_twice_gets_a_name() -> None:
    after = tidy(body("return (a * b + 7 // b) * (a * b) + min(a * b, 3)"))
    assert (to_source_text(after) or "").count("a * b") == 1
    assert len(after.locals) == 1


def test_what_a_comprehension_computes_stays_in_it() -> None:
    after = tidy(body("return sum(x * x + x * a for x in [a, b]) + max(x * x - x * x * b for x in [a * a * b + a, b])"))
    assert to_source_text(after) is not None
    assert after.locals == ()


def test_lists_have_a_cost_by_their_length() -> None:
    assert static_cost(read("sum([a, b])")) == 5
    assert static_cost(read("sum([a, b] * a)")) == 2 + 1 + 8 + 1 + 8
    assert static_cost(read("a if a > 100 else b + 1")) == 3
