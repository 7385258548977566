"""What expressions hold, and when those over lists raise nothing."""

from itertools import product

import pytest

from verify import ir
from verify.interpreter import compile_block, holds
from verify.ir import Binary, Compare, Const, Each, Expr, Fold, Length, Unary, Var
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.source import to_source
from verify.types import ListOf, Type, Value
from verify.walk import EXPRESSIONS, children, rebuilt, safe, subexpressions, substitute, variables

LIST = ListOf("int")
SCOPE: dict[str, Type] = {"a": "int", "b": "int", "xs": LIST, "ms": ListOf(LIST)}
A, B, XS, X = Var("a", "int"), Var("b", "int"), Var("xs", LIST), Var("each_1", "int")
INTS, ROWS = (-3, -1, 0, 1, 2, 4), ([], [0], [1, 2], [2, 0, -1])
POINTS: list[tuple[Value, ...]] = list(product(INTS, INTS, ROWS, ([], [[]], [[1], [0, 2]])))  # type: ignore[arg-type]  # lists


def expression(text: str, due: Type = "int") -> Expr:
    source = to_source(text.encode(), "e.py", DEFAULT)
    return to_expression(source, source.tree.body[0].value, SCOPE, due)  # type: ignore[attr-defined]


RAISES = [
    "xs[a]", "xs[-1]", "xs[2]", "xs[-3]", "xs[a // b]", "ms[a][b]", "ms[0][-1]", "min(xs)", "max(xs[a:])", "a ** b", "a << b",
    "a >> b", "pow(a, b, a - 1)", "2 ** (a - b)", "sum(range(a, b, a))", "sum([a // x for x in xs])",
    "sum(a // x for x in xs if x > 0)", "sum(xs[x] for x in range(a))", "1 if xs and xs[0] > 0 else 2",
    "sum(sum(a % y for y in r) for r in ms)", "max(min(r) for r in ms)", "len([x for x in xs if a // x])",
    "xs[0] if a < len(xs) and len(xs) > 0 else b", "xs.count(a // b)", "1 if a // b in xs else 2", "(xs * 2 + [a])[b]",
    "[a, b][b]", "divmod(a, b)[1]", "xs[::-1][a]", "(a, 1 // b)[0]", "abs(xs[b]) + ~xs[a]", "len(sorted(xs)[a:b])",
]  # fmt: skip


@pytest.mark.parametrize("text", RAISES)
def test_safe_is_just_where_nothing_is_raised(text: str) -> None:
    e = expression(text)
    run = compile_block((ir.Return(e),), tuple(SCOPE), DEFAULT).run
    condition = holds(safe(e), tuple(SCOPE), DEFAULT)
    found = set()
    for point in POINTS:
        raised = bool(run(point, DEFAULT.run_ticks, None)[3])
        found.add(raised)
        assert condition(point) == (not raised), point
    assert False in found


LAZY = ["any(1 // x > 0 for x in xs)", "all(1 // x > 0 for x in xs)", "any(any(a // y > 0 for y in r) for r in ms)"]


@pytest.mark.parametrize("text", LAZY)
def test_a_generator_asks_for_every_element(text: str) -> None:
    e = expression(text, "bool")
    run = compile_block((ir.Return(e),), tuple(SCOPE), DEFAULT).run
    condition = holds(safe(e), tuple(SCOPE), DEFAULT)
    for point in POINTS:
        if condition(point):
            assert not run(point, DEFAULT.run_ticks, None)[3], point
    later: tuple[Value, ...] = (1, 1, [1 if "any" in text else -1, 0], [[1], [0]])
    assert not condition(later)


EXACT = {
    "all(1 // x > 0 for x in xs)": True,
    "not any(1 // x > 0 for x in xs)": True,
    "any(1 // x > 0 for x in xs)": False,
    "not all(1 // x > 0 for x in xs)": False,
    "a > 0 and all(1 // x > 0 for x in xs)": True,
    "any(x > 0 for x in xs)": True,
    "a > 0 or all(1 // x > 0 for x in xs)": True,
    "all(1 // x > 0 for x in xs) or a > 0": False,
    "any(x != 0 and 1 // x > 0 for x in xs)": True,
    "all(any(1 // y > 0 for y in r) for r in ms)": False,
    "all(all(1 // y > 0 for y in r) for r in ms)": True,
    "not any(any(1 // y > 0 for y in r) for r in ms)": True,
    "all(1 // y > 0 for r in ms for y in r if any(y // z > 0 for z in r))": False,
    "all(xs[i] < xs[i + 1] for i in range(len(xs) - 1))": True,
    "any(1 // x > 0 for x in xs) == (a > 0)": False,
    "all(1 // x > 0 for x in xs) if a > 0 else b > 0": True,
}


@pytest.mark.parametrize("text", EXACT)
def test_what_looks_at_all_is_true_only_where_it_is_safe(text: str) -> None:
    e = expression(text, "bool")
    assert ir.looks_at_all(e) == EXACT[text]
    run, condition = holds(e, tuple(SCOPE), DEFAULT), holds(safe(e), tuple(SCOPE), DEFAULT)
    more: list[tuple[Value, ...]] = list(product((0, 1), (0, 1), ([1, 0], [-1, 0], [0]), ([[1, 0]], [[0]], [[-1, 0], [1]])))  # type: ignore[arg-type]  # lists
    hidden = [p for p in (*POINTS, *more) if run(p) and not condition(p)]
    assert not (ir.looks_at_all(e) and hidden)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("xs[-1]", Compare((Length(XS), Const(0)), ("gt",))),
        ("xs[2]", Compare((Length(XS), Const(2)), ("gt",))),
        ("xs[a]", Compare((Unary("neg", Length(XS)), A, Length(XS)), ("le", "lt"))),
        ("a ** b", Compare((B, Const(0)), ("ge",))),
        ("a << 3", ir.TRUE),
        ("max(xs)", Compare((Length(XS), Const(0)), ("ne",))),
        ("len(xs[a:b] * a + [b])", ir.TRUE),
        ("sum(x * x for x in xs)", ir.TRUE),
        ("sum(a // x for x in xs)", Fold("all", Each(Compare((X, Const(0)), ("ne",)), X, XS))),
    ],
)
def test_the_condition_itself(text: str, due: Expr) -> None:
    assert safe(expression(text)) == due


def test_children_stand_in_the_order_of_evaluation() -> None:
    e = expression("[x + a for x in xs if x > b]", LIST)
    assert children(e) == (XS, Compare((X, B), ("gt",)), Binary("add", X, A))
    assert variables(e) == {"a", "b", "xs"}
    assert children(expression("xs[a:]", LIST)) == (XS, A)
    assert children(expression("xs[:b]", LIST)) == (XS, B)


def test_substitution_leaves_bound_variables_alone() -> None:
    e = expression("sum(x + a for x in xs)")
    assert substitute(e, {"a": B, "xs": expression("xs[1:]", LIST)}) == expression("sum(x + b for x in xs[1:])")


@pytest.mark.parametrize("text", RAISES)
def test_what_is_rebuilt_of_its_own_parts_is_the_same(text: str) -> None:
    for e in subexpressions(expression(text)):
        assert rebuilt(e, lambda x: x) == e
        assert isinstance(e, EXPRESSIONS)
