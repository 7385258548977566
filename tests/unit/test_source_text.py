"""Programs written as Python read back as the same programs."""

import pytest
from targets import candidate, spec_of

from loop.source_text import expression, to_source_text
from verify import ir
from verify.ir import Binary, Compare, Const, Extremum, Unary, Var
from verify.limits import DEFAULT
from verify.spec import to_candidate

A, B = Var("a", "int"), Var("b", "int")
PARAMETERS = "a: int, b: int"
SPEC = spec_of("@target\n" + candidate("return a", parameters=PARAMETERS))


@pytest.mark.parametrize(
    "lines",
    [
        ["return a * (b + 1) - -a // (b % 3)"],
        ["x = a", "x, a = a + 1, x", "return x - a"],
        ["if a > 0:", "    return min(a, b, 3)", "else:", "    if a == b:", "        a = abs(b)", "return a"],
        ["while 0 < a <= b:", "    decreases(a)", "    a -= 1", "return a"],
        ["for i in range(a):", "    for j in range(i, b):", "        for k in range(j, 0, -2):", "            i = k", "return b"],
        ["if a > 1:", "    pass", "else:", "    a = 1", "return a if not (a > 1 and b > a) or b == 2 else -(a * b)"],
        ["p = a > b", "q = not p", "return 1 if p == q else (2 if p or q and a != 1 else 3)"],
    ],
)
def test_text_and_back(lines: list[str]) -> None:
    _, program = to_candidate(candidate(*lines, parameters=PARAMETERS).encode(), "c.py", SPEC, DEFAULT)
    text = to_source_text(program)
    assert text.startswith("def f(a: int, b: int) -> int:\n")
    _, again = to_candidate(text.encode(), "c.py", SPEC, DEFAULT)
    assert again == program
    assert to_source_text(again) == text


@pytest.mark.parametrize(
    ("e", "due"),
    [
        (Binary("sub", A, Binary("sub", B, Const(1))), "a - (b - 1)"),
        (Binary("add", Binary("add", A, B), Const(1)), "a + b + 1"),
        (Binary("mul", Const(-2), Unary("neg", A)), "-2 * -a"),
        (Compare((Const(0), A, B), ("le", "lt")), "0 <= a < b"),
        (Extremum("max", (A, Const(0))), "max(a, 0)"),
        (ir.TRUE, "True"),
    ],
)
def test_no_more_parentheses_than_needed(e: ir.Expr, due: str) -> None:
    assert expression(e) == due
