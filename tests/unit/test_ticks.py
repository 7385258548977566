"""What evaluation costs, counted by hand."""

import pytest
from targets import spec_of

from verify.interpreter import Interpreter, compile_block
from verify.ir import Choice, Const, Return, Var
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.source import to_source
from verify.ticks import DIGEST, TABLE, add, cost

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
