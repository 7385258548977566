"""What evaluation costs, counted by hand; and `docs/ticks.md`, made from what stands here.

To write it anew: `PYTHONPATH=. .venv/bin/python tests/unit/test_ticks.py`.
"""

import ast
import sys
from pathlib import Path
from typing import get_args

import pytest
from readings import program_of
from targets import spec_of

from verify import ir
from verify.interpreter import Interpreter, compile_block
from verify.interpreter import text as written
from verify.ir import Choice, Const, Return, Value, Var
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.reasons import Refusal
from verify.source import to_source
from verify.ticks import DIGEST, TABLE, add, cost
from verify.types import ListOf, TupleOf, Type, type_text
from verify.walk import EXPRESSIONS

NAMES = ("a", "b", "p")


@pytest.mark.parametrize(
    ("text", "point", "due"),
    [
        ("a", (1, 2, True), 0),
        ("-3", (1, 2, True), 0),
        ("-a", (1, 2, True), 1),
        ("a + b * a - 1", (1, 2, True), 3),
        ("a // b % 7", (1, 2, True), 2),
        ("abs(a)", (1, 2, True), 1),
        ("min(a, b, 3)", (1, 2, True), 3),
        ("max(a + 1, b)", (1, 2, True), 3),
        ("a if p else b + 1", (1, 2, True), 1),
        ("a if p else b + 1", (1, 2, False), 2),
        ("1 if a else 2", (1, 2, True), 1),  # the truth of an int is free
        ("1 if a < b else 2", (1, 2, True), 2),
        ("1 if a < b < 9 else 2", (1, 2, True), 3),  # the second link is reached
        ("1 if a < b < 9 else 2", (2, 1, True), 2),  # it is not
        ("1 if p and a < b else 2", (1, 2, True), 3),  # `and`, link, branch
        ("1 if p and a < b else 2", (1, 2, False), 1),
        ("1 if p or a < b else 2", (1, 2, True), 1),
        ("1 if p or a < b else 2", (1, 2, False), 3),
        ("1 if not p else 2", (1, 2, True), 2),
    ],
)
def test_expressions(text: str, point: tuple[int, int, bool], due: int) -> None:
    source = to_source(text.encode(), "e.py", DEFAULT)
    e = to_expression(source, source.tree.body[0].value, {"a": "int", "b": "int", "p": "bool"}, "int")  # type: ignore[attr-defined]
    assert compile_block((Return(cost(e)),), NAMES, DEFAULT).run(point, 10**6, None)[2] == due


@pytest.mark.parametrize(
    ("body", "n", "due"),
    [
        ("return n", 3, 0),
        ("a = n\n    return a", 3, 1),
        ("a, b = n, n + 1\n    return a", 3, 3),
        ("n += 1\n    return n", 3, 2),
        ("if n > 0:\n        return 1\n    return 0", 3, 2),
        # the range is a call; each of n + 1 steps costs one, and each of n turns two assignments and an addition
        ("t = 0\n    for i in range(n):\n        t += i\n    return t", 3, 1 + 1 + 4 + 3 * 3),
        # each of n + 1 tests costs a step and a link, each of n turns an assignment and a subtraction
        ("while n > 0:\n        n -= 1\n    return n", 3, 4 * 2 + 3 * 2),
    ],
)
def test_programs(body: str, n: int, due: int) -> None:
    program = spec_of(f"@target\ndef f(n: int) -> int:\n    {body}\n").program
    assert Interpreter(program, DEFAULT).run((n,)).ticks == due


def test_sums_are_folded() -> None:
    x = Var("x", "int")
    assert add() == Const(0)
    assert add(Const(1), Const(2)) == Const(3)
    assert add(Const(0), x) == x
    assert isinstance(cost(Choice(Var("p", "bool"), x, Const(1))), Const)  # both arms cost the same


def test_the_table_is_fixed_by_its_digest() -> None:
    assert len(DIGEST) == 64
    with pytest.raises(TypeError):
        TABLE["call"] = 0  # type: ignore[index]


DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "ticks.md"
COUNTED = {
    "operator": "`+ - * // % ** << >> & \\| ^ ~`, unary `-`, `not`; `and` and `or` once for each operand that is passed",
    "comparison": "each link of a chain that is evaluated; of tuples and lists once more for each int or bool of the left one",
    "call": "`abs`, `range`, `len`, `pow`, `sum`, `min`, `max`, `all`, `any`, `sorted`, `in`, `append`, `extend`, `pop`, `count`;"
            " a call of a function of the file, besides what it costs",
    "extremum_operand": "each operand of `min` and `max` of several",
    "assignment": "each name assigned, the variable of a `for` or a comprehension included",
    "branch_test": "`if`, a conditional expression, the test of a comprehension",
    "loop_step": "each time a loop or a comprehension asks whether it goes on, the last time included",
    "index": "each element or component taken or stored, and a slice",
    "element": "each element that is gone over or copied by a builtin, a slice, `+` or `*`; each one written out",
}  # fmt: skip
PARAMETERS: dict[str, Type] = {
    "a": "int", "b": "int", "n": "int", "p": "bool", "q": "bool", "xs": ListOf("int"), "ys": ListOf("int"),
    "t": TupleOf(("int", "bool")),
}  # fmt: skip
POINT: dict[str, Value] = {"a": 3, "b": 2, "n": 4, "p": True, "q": False, "xs": [4, 5, 6, 7, 8], "ys": [9, 9], "t": (1, True)}
EXAMPLES = [
    "a", "5", "-a", "~a", "abs(a)", "a + b", "a // b", "a ** b", "a << b", "a & b", "pow(a, b, 7)", "divmod(a, b)",
    "min(a, b, 7)", "a < b", "a < b < 9", "not p", "p and q", "p or q", "a if p else b + 1", "(a, b)", "t[0]", "t == (1, True)",
    "[a, b, 7]", "xs[a]", "xs[a:]", "xs[::-1]", "xs[:]", "xs + ys", "xs * b", "xs == ys", "len(xs)", "a in xs", "xs.count(a)",
    "sum(xs)", "min(xs)", "list(range(a))", "[x for x in xs]", "[x * x for x in xs if x > a]", "sum(x * x for x in xs)",
    "all(x > a for x in xs)",
]  # fmt: skip
BLOCKS = [
    "c = a", "c, d = a, b", "n += 1", "c, r = t", "if p:\n    c = 1", "for i in range(n):\n    pass", "for x in xs:\n    pass",
    "while n > 0:\n    n -= 1", "while True:\n    break", "own = [1]", "own = [1]\nown.append(a)", "own = [1]\nown += xs",
    "own = [1]\nown[0] = a", "own = [1]\nc = own.pop()", "m = [[1], [2]]\nm[0][0] = a",
]  # fmt: skip


def document() -> str:
    """Return the text of `docs/ticks.md`."""
    head = ", ".join(f"{name}: {type_text(t)}" for name, t in PARAMETERS.items())
    given = ", ".join(f"`{name} = {value}`" for name, value in POINT.items())
    counted = [f"| {name} | {TABLE[name]} | {what} |" for name, what in COUNTED.items()]
    rows, lines = [], []
    for example in EXAMPLES:
        program = next(p for t in KINDS if (p := typed(f"def f({head}) -> {t}:\n    return {example}\n")) is not None)
        (only,) = program.body
        assert isinstance(only, Return)
        rows.append(f"| `{example}` | `{plain(written(cost(only.value), '', guarded=False))}` | {ticks(program)} |")
    for block in BLOCKS:
        body = "".join(f"    {line}\n" for line in block.splitlines())
        program = program_of(f"def f({head}) -> int:\n{body}    return 0\n")
        lines.append(f"| `{block.replace(chr(10) + '    ', ' ').replace(chr(10), '; ')}` | {ticks(program)} |")
    return "\n".join([
        "# Ticks", "",
        "A tick is what the judge counts in place of time: `verify/ticks.py` holds the table, its digest is in every",
        "certificate, and proofs of cost are about it. Names, literals and the truth of an int or a list cost nothing; what goes",
        "over a sequence costs the length of it, whether or not Python would stop before its end.", "",
        "| what | ticks | counted |", "|---|---|---|", *counted, "",
        f"The examples are over {given}.", "",
        "| expression | ticks | here |", "|---|---|---|", *rows, "",
        "| statements | ticks here |", "|---|---|", *lines, "",
        "`tests/unit/test_ticks.py` makes this page; it fails where a construct is missing here.", "",
    ])  # fmt: skip


KINDS = ["int", "bool", "list[int]", "tuple[int, int]"]


def typed(text: str) -> ir.Program | None:
    """Return a program, None where its result has another type."""
    try:
        return program_of(text)
    except Refusal:
        return None


def plain(text: str) -> str:
    """Return a cost without parentheses that Python does not need."""
    return ast.unparse(ast.parse(text, mode="eval"))


def ticks(program: ir.Program) -> int:
    return Interpreter(program, DEFAULT).run(list(POINT.values())).ticks


def test_the_page_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == document(), "write it anew; the docstring says how"
    assert COUNTED.keys() == TABLE.keys()


def test_the_page_has_every_construct() -> None:
    head = ", ".join(f"{name}: {type_text(t)}" for name, t in PARAMETERS.items())
    programs = [p for e in EXAMPLES for t in KINDS if (p := typed(f"def f({head}) -> {t}:\n    return {e}\n"))]
    for block in BLOCKS:
        body = "".join(f"    {line}\n" for line in block.splitlines())
        programs.append(program_of(f"def f({head}) -> int:\n{body}    return 0\n"))
    found = {type(x) for p in programs for s in ir.statements(p.body) for e in ir.expressions(s) for x in ir.subexpressions(e)}
    assert found == set(EXPRESSIONS) - {ir.Apply}  # test_functions.py is about that one
    kinds = {type(s) for p in programs for s in ir.statements(p.body)}
    assert kinds == set(get_args(ir.Statement)) - {ir.Call, ir.Continue}  # the one has a test of its own, the other costs nothing


def test_a_call_of_the_function_itself() -> None:
    program = program_of("def f(n: int) -> int:\n    if n <= 0:\n        return 0\n    return f(n - 1) + n\n")
    # each of 3 calls is paid with its argument, and each of 4 bodies has a test; 3 of them an addition
    assert Interpreter(program, DEFAULT).run((3,)).ticks == 3 * (1 + 1) + 4 * 2 + 3


if __name__ == "__main__":
    sys.exit(DOCUMENT.write_text(document()) < 1)
