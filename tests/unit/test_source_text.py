"""Programs written as Python read back as the same programs."""

from dataclasses import replace

import pytest
from targets import candidate, spec_of

from loop.source_text import expression, to_source_text
from tests.fuzz.generator import case
from verify import ir
from verify.ir import Binary, Compare, Const, Extremum, Return, Unary, Var
from verify.limits import DEFAULT
from verify.program import to_program
from verify.reasons import Refusal
from verify.source import to_source
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
        ["while True:", "    if a > b:", "        break", "    a += 1", "    if a % 2:", "        continue", "return a"],
        ["xs = [a, b]", "xs[0], xs[1] = xs[1], xs[0]", "x = xs.pop()", "xs[0] = xs.pop()", "return x"],
        ["xs: list[int] = []", "xs.append(a)", "xs.extend(xs)", "xs.pop()", "return xs[0] if xs else b"],
        ["m = [[a], [b]]", "m[0][0], m[1][0] = divmod(a, b)", "m[a][b] = 1", "return m[0][0]"],
        ["m = [[a], [b]]", "m[a + b][0] *= a", "m[a - 1][-b] += m[b + 1][0] * 2", "m[a][b + 1] -= 1", "return m[0][0]"],
        ["x, y = divmod(a * b, b + 1)", "return x + divmod(divmod(a, b)[0] + 1, y * x)[1]"],
        ["x, y = divmod(a, b)", "p = (x, y > 0)", "q, r = p", "return q if r else p[0]"],
        ["t = 0", "for i, j in [(a, b), (b, a)]:", "    t += i * j", "return t"],
        ["return sum(x * y for x in range(a) for y in [b, x] if y) + len([x for x in [a] if x > 1][1:])"],
        ["if a < 1:", "    return b", "x = f(a - 1, b) + f(a - 2, b)", "return f(f(x, 0), 1)"],
        ["return ~a ** 2 << 3 & b | a ^ pow(a, b, 7) if a not in [b] and not [a, b] == [1] else max([a][::-1])"],
    ],
)
def test_text_and_back(lines: list[str]) -> None:
    _, program = to_candidate(candidate(*lines, parameters=PARAMETERS).encode(), "c.py", SPEC, DEFAULT)
    text = to_source_text(program)
    assert text is not None
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


def test_a_random_program_and_back() -> None:
    read, number = 0, 0
    while read < 150:
        number += 1
        source = to_source(case(11, number, 0)[0].encode(), "case.py", DEFAULT)
        try:
            program = to_program(source, source.tree.body[0])  # type: ignore[arg-type]  # a function
        except Refusal:
            continue
        text = to_source_text(program)
        assert text is not None, source.content.decode()
        again = to_source(text.encode(), "case.py", DEFAULT)
        # comprehensions and what is kept on the stack are numbered in another order where the reader looks twice
        assert to_source_text(to_program(again, again.tree.body[0])) == text  # type: ignore[arg-type]  # a function
        read += 1


def test_lines_are_plain() -> None:
    _, program = to_candidate(candidate(*SWAPPED, parameters=PARAMETERS).encode(), "c.py", SPEC, DEFAULT)
    assert to_source_text(program) == candidate(*SWAPPED, parameters=PARAMETERS)


SWAPPED = ["xs = [a, b]", "xs[0], xs[1] = xs[1], xs[0]", "c = xs.pop()", "x, y = divmod(a, c)", "for u in xs:",
           "    xs = [z for z in xs]", "return x + y"]  # fmt: skip


HELD = ir.Assign(("held_1",), (A,), free=True)
LIST = Var("xs", ir.ListOf("int"))


@pytest.mark.parametrize(
    "body",
    [
        (HELD, Return(Var("held_1", "int"))),  # Python has no line that holds a value for later
        (HELD,),
        (Return(Unary("neg", Const(3))),),  # `-3` is a literal
        (Return(Unary("truth", A)),),
        (Return(Var("nothing", "int")),),
        (ir.Assign(("xs",), (ir.List((A,), "int"),)), ir.Assign(("ys",), (ir.Appended(LIST, A),)), Return(A)),
        (Return(ir.Length(ir.Fold("sorted", ir.List((A,), "int")))),),  # for contracts only
        (ir.While(1, ir.FALSE, ()), Return(A)),
    ],
)
def test_what_no_text_says_is_not_written(body: ir.Block) -> None:
    assert to_source_text(replace(SPEC.program, body=body)) is None


def test_numbers_of_loops_and_hidden_names_do_not_count() -> None:
    k = ir.Var("next_7", "int")
    loop = ir.For(7, "i", Const(0), A, Const(1), (), (Compare((k, A), ("le",)),))
    text = to_source_text(replace(SPEC.program, body=(loop, Return(A))))
    assert text is not None
    assert "invariant(next_1 <= a)" in text
