"""Every construct of an expression: its typed tree, what it gives, and how what is not in the language is refused."""

from typing import Any

import pytest
from readings import interpreted, program_of, readings

from verify import ir
from verify.advice import ARITIES, CALLS, METHODS
from verify.ir import Binary, Compare, Const, Each, Expr, Fold, Unary, Var
from verify.limits import DEFAULT
from verify.program import to_expression
from verify.reasons import IllTyped, Reason, Refusal, Unsupported
from verify.source import to_source
from verify.types import ListOf, TupleOf, Type, Value, type_text

LIST, LISTS, PAIR = ListOf("int"), ListOf(ListOf("int")), TupleOf(("int", "bool"))
SCOPE: dict[str, Type] = {"a": "int", "b": "int", "p": "bool", "xs": LIST, "ms": LISTS, "t": PAIR, "ps": ListOf("bool"),
                          "ts": ListOf(PAIR)}  # fmt: skip
A, B, P, XS, MS, T, PS, TS = (Var(n, t) for n, t in SCOPE.items())
X, ROW, EACH_PAIR = Var("each_1", "int"), Var("each_1", LIST), Var("each_1", PAIR)
ZERO, ONE, TWO = Const(0), Const(1), Const(2)
POINT: tuple[Value, ...] = (5, 2, True, [3, 1, 2], [[1], [2, 3]], (7, False), [True, False], [(1, True), (2, False)])


def expression(text: str, due: Type) -> Expr:
    source = to_source(text.encode(), "e.py", DEFAULT)
    return to_expression(source, source.tree.body[0].value, SCOPE, due)  # type: ignore[attr-defined]


def in_function(text: str, due: Type) -> str:
    parameters = ", ".join(f"{n}: {type_text(t)}" for n, t in SCOPE.items())
    return f"def f({parameters}) -> {type_text(due)}:\n    return {text}\n"


def refused(text: str, due: Type = "int") -> Reason:
    with pytest.raises(Refusal) as refusal:
        program_of(in_function(text, due))
    return refusal.value.reason


def more(*parts: Any) -> Binary:
    return Binary("add", *parts)


TREES: list[tuple[str, Type, Expr]] = [
    ("7", "int", Const(7)),
    ("-7", "int", Const(-7)),
    ("True", "bool", ir.TRUE),
    ("a", "int", A),
    ("+a", "int", A),
    ("-a", "int", Unary("neg", A)),
    ("~a", "int", Unary("invert", A)),
    ("abs(a)", "int", Unary("abs", A)),
    ("not p", "bool", Unary("not", P)),
    ("not a", "bool", Unary("not", Unary("truth", A))),
    ("not xs", "bool", Unary("not", Unary("truth", XS))),
    *((f"a {sign} b", "int", Binary(op, A, B)) for sign, op in (
        ("+", "add"), ("-", "sub"), ("*", "mul"), ("//", "floordiv"), ("%", "mod"), ("**", "pow"), ("<<", "lshift"),
        (">>", "rshift"), ("&", "and"), ("|", "or"), ("^", "xor"))),
    *((f"a {sign} b", "bool", Compare((A, B), (op,))) for sign, op in (
        ("<", "lt"), ("<=", "le"), (">", "gt"), (">=", "ge"), ("==", "eq"), ("!=", "ne"))),
    ("0 < a <= b", "bool", Compare((ZERO, A, B), ("lt", "le"))),
    ("xs == [] != xs", "bool", Compare((XS, ir.List((), "int"), XS), ("eq", "ne"))),
    ("[] == xs", "bool", Compare((ir.List((), "int"), XS), ("eq",))),
    ("t == (1, p)", "bool", Compare((T, ir.Tuple((ONE, P))), ("eq",))),
    ("p and not p or p", "bool", ir.Logic("or", (ir.Logic("and", (P, Unary("not", P))), P))),
    ("a if p else b", "int", ir.Choice(P, A, B)),
    ("a if xs else b", "int", ir.Choice(Unary("truth", XS), A, B)),
    ("[] if p else xs", LIST, ir.Choice(P, ir.List((), "int"), XS)),
    ("pow(a, b)", "int", Binary("pow", A, B)),
    ("pow(a, b, 7)", "int", ir.ModularPower(A, B, Const(7))),
    ("min(a, b, 1)", "int", ir.Extremum("min", (A, B, ONE))),
    ("max(a, b)", "int", ir.Extremum("max", (A, B))),
    ("divmod(a, b)", TupleOf(("int", "int")), ir.Divided((Binary("floordiv", A, B), Binary("mod", A, B)))),
    ("(a, p)", PAIR, ir.Tuple((A, P))),
    ("t[0]", "int", ir.Part(T, 0)),
    ("t[-1]", "bool", ir.Part(T, 1)),
    ("[a, b]", LIST, ir.List((A, B), "int")),
    ("[[], xs]", LISTS, ir.List((ir.List((), "int"), XS), LIST)),
    ("xs[b]", "int", ir.Item(XS, B)),
    ("ms[b - 1][-1]", "int", ir.Item(ir.Item(MS, Binary("sub", B, ONE)), Const(-1))),
    ("xs[a:]", LIST, ir.Slice(XS, A, None)),
    ("xs[:b]", LIST, ir.Slice(XS, None, B)),
    ("xs[a:-b]", LIST, ir.Slice(XS, A, Unary("neg", B))),
    ("xs[:]", LIST, ir.Slice(XS, None, None)),
    ("xs.copy()", LIST, ir.Slice(XS, None, None)),
    ("list(xs)", LIST, ir.Slice(XS, None, None)),
    ("xs[::-1]", LIST, ir.Reverse(XS)),
    ("list(reversed(xs))", LIST, ir.Reverse(XS)),
    ("list(range(a, b, -2))", LIST, ir.Slice(ir.Span(A, B, Const(-2)), None, None)),
    ("xs + [a]", LIST, ir.Join(XS, ir.List((A,), "int"))),
    ("xs * a", LIST, ir.Repeat(XS, A)),
    ("a * xs", LIST, ir.Repeat(XS, A)),
    ("len(ms)", "int", ir.Length(MS)),
    ("a in xs", "bool", ir.Member(A, XS)),
    ("xs not in ms", "bool", Unary("not", ir.Member(XS, MS))),
    ("xs.count(a)", "int", ir.Count(A, XS)),
    *((f"{op}(xs)", "int", Fold(op, XS)) for op in ("sum", "min", "max")),
    ("all(ps)", "bool", Fold("all", PS)),
    ("any(ps)", "bool", Fold("any", PS)),
    ("sum(range(a))", "int", Fold("sum", ir.Span(ZERO, A, ONE))),
    ("[x + a for x in xs]", LIST, Each(more(X, A), X, XS)),
    ("[x for x in range(a, b)]", LIST, Each(X, X, ir.Span(A, B, ONE))),
    ("[x for x in reversed(xs)]", LIST, Each(X, X, ir.Reverse(XS))),
    ("[x for x in xs if x if p]", LIST, Each(X, X, XS, ir.Logic("and", (Unary("truth", X), P)))),
    ("[i for i, q in ts if q]", LIST, Each(ir.Part(EACH_PAIR, 0), EACH_PAIR, TS, ir.Part(EACH_PAIR, 1))),
    ("[r[:] for r in ms]", LISTS, Each(ir.Slice(ROW, None, None), ROW, MS)),
    ("sum(x * x for x in xs)", "int", Fold("sum", Each(Binary("mul", X, X), X, XS))),
    ("all(x > a for x in xs)", "bool", Fold("all", Each(Compare((X, A), ("gt",)), X, XS))),
    ("sum(y for r in ms for y in r)", "int", Fold("sum", Each(
        Fold("sum", Each(Var("each_2", "int"), Var("each_2", "int"), ROW)), ROW, MS))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "due", "tree"), TREES, ids=[t[0] for t in TREES])
def test_the_tree_of_every_construct_and_what_it_gives(text: str, due: Type, tree: Expr) -> None:
    assert expression(text, due) == tree
    assert tree.type == due
    assert readings(in_function(text, due), *POINT)[1] == ""


def test_every_construct_of_an_expression_has_a_tree_here() -> None:
    seen = {type(x) for _, _, tree in TREES for x in ir.subexpressions(tree)}
    changes = {ir.Updated, ir.Appended, ir.Extended, ir.Popped}
    from verify.walk import EXPRESSIONS  # noqa: PLC0415 - used here alone

    assert seen == set(EXPRESSIONS) - changes - {ir.Apply}  # test_functions.py is about that one


def test_sorted_is_for_contracts_only() -> None:
    assert expression("sorted(xs)", LIST) == Fold("sorted", XS)
    reason = refused("sorted(xs)", LIST)
    assert isinstance(reason, Unsupported)
    assert (reason.where, reason.do) == ("f.py:2:12", "Write the sort out.")


RAISING = [
    ("a // (b - 2)", "int", "ZeroDivisionError"), ("a % (b - 2)", "int", "ZeroDivisionError"), ("xs[a]", "int", "IndexError"),
    ("xs[-a]", "int", "IndexError"), ("a << -b", "int", "ValueError"), ("a >> -b", "int", "ValueError"),
    ("min(xs[3:])", "int", "ValueError"), ("max(xs[3:])", "int", "ValueError"),
    ("len(list(range(a, b, b - 2)))", "int", "ValueError"),
    ("pow(a, b, b - 2)", "int", "ValueError"), ("sum([1 // (x - 1) for x in xs])", "int", "ZeroDivisionError"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "due", "fault"), RAISING)
def test_what_raises(text: str, due: Type, fault: str) -> None:
    assert readings(in_function(text, due), *POINT) == (None, fault)


def test_all_and_any_stop_where_python_stops() -> None:
    program = program_of(in_function("any(x < 4 for x in xs)", "bool"))
    assert interpreted(program)(*POINT) == (True, "")


OTHER_TYPES = [
    ("a > 0", "int", "1:1", "Write `1 if ... else 0`."),
    ("a + p", "int", "1:5", "Write `1 if ... else 0`."),
    ("p + a", "int", "1:1", "Write `and`, `or`, `not` or `!=`."),
    ("-p", "int", "1:2", "Write `1 if ... else 0`."),
    ("a", "bool", "1:1", "Write a comparison."),
    ("p and a", "bool", "1:7", "Write a comparison."),
    ("a == p", "bool", "1:6", "Write `1 if ... else 0`."),
    ("xs < xs", "bool", "1:1", "Compare the ints in it."),
    ("t >= t", "bool", "1:1", "Compare the ints in it."),
    ("p < p", "bool", "1:1", "Compare the ints in it."),
    ("xs == ms", "bool", "1:7", ""),
    ("[a, p]", LIST, "1:5", "Write `1 if ... else 0`."),
    ("xs + ms", LIST, "1:6", ""),
    ("a[0]", "int", "1:1", "Index a list or a tuple."),
    ("xs[p]", "int", "1:4", "Write `1 if ... else 0`."),
    ("1 if t else 2", "int", "1:6", "Compare its components."),
    ("sum(ps)", "int", "1:5", "Write `sum(... for x in xs)` of what is int."),
    ("any(xs)", "bool", "1:5", "Write `any(... for x in xs)` of what is bool."),
    ("min(ms)", "int", "1:5", "Write `min(... for x in xs)` of what is int."),
    ("y", "int", "1:1", "Assign it first."),
    ("len([])", "int", None, "Annotate it: `found: list[int] = []`."),
    ("sum(range(1, 2, 0))", "int", "1:5", "Write another step."),
]  # fmt: skip


def placed(place: str | None) -> str:
    return "f.py:2:5" if place is None else f"f.py:2:{11 + int(place.partition(':')[2])}"


@pytest.mark.parametrize(("text", "due", "place", "do"), OTHER_TYPES)
def test_what_does_not_type_check(text: str, due: Type, place: str | None, do: str) -> None:
    reason = refused(text, due)
    assert isinstance(reason, IllTyped)
    assert (reason.where, reason.do) == (placed(place), do)


ABSENT = [
    ("'a'", 1, CALLS["str"]),
    ("(lambda x: x)(a)", 1, "Call a function by its name."),
    ("xs.index", 1, "Call it, or index a list."),
    ("(x for x in xs)", 1, "Put it into sum, min, max, all or any, or write a list: `[... for ...]`."),
    ("(a,)[0]", 1, "Write at least two components."),
    ("xs[::2][0]", 1, "Write a comprehension over range(start, stop, step)."),
    ("xs[1::-1][0]", 1, "Write a comprehension over range(start, stop, step)."),
    ("t[a]", 1, "Write a literal from 0 to 1, or use a list."),
    ("t[2]", 1, "Write a literal from 0 to 1, or use a list."),
    ("len([x for r in ms for x in r])", 5, "Write nested loops, or nest it in another."),
    ("1 if a < b in xs else 0", 6, "Write two tests, joined by `and`."),
    ("1 if a in xs in ms else 0", 6, "Write two tests, joined by `and`."),
    ("1 if a in t else 0", 11, "Compare with each component."),
    ("max(xs, key=abs)", 1, "Pass the arguments by position."),
    ("sum(a)", 5, "Go over a list, or over range(...)."),
    ("sum(x for x, y in xs)", 11, "Name each component."),
    ("len(ms * 2)", 5, "Write `[... for _ in range(n)]`."),
    ("abs(a, b)", 1, "Write one argument."),
    ("sum(xs, a)", 1, "Write one argument."),
    ("sum(range(1, 2, 3, 4))", 5, "Write one to three."),
    ("len(range(a))", 5, CALLS["range"]),
    ("foo(a)", 1, "The builtins abs, all, any, divmod, len, list, max, min, pow, range, sorted and sum may be called."),
    *((f"{name}(a)", 1, do) for name, do in CALLS.items()),
    *((f"{name}()", 1, do) for name, do in ARITIES.items()),
    *((f"xs.{name}(a, a)", 1, do) for name, do in METHODS.items()),
]


@pytest.mark.parametrize(("text", "column", "do"), ABSENT, ids=[t[0] for t in ABSENT])
def test_what_is_not_in_the_language_is_refused_with_what_to_write(text: str, column: int, do: str) -> None:
    reason = refused(text)
    assert isinstance(reason, Unsupported)
    assert (reason.where, reason.do) == (f"f.py:2:{11 + column}", do)
    assert do
