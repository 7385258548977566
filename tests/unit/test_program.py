"""From a function's text to its typed tree, and the refusals on the way."""

import ast

import pytest
from targets import spec_of

from verify import ir
from verify.advice import METHODS
from verify.ir import Assign, Binary, Compare, Const, For, If, Return, Unary, Var, While
from verify.limits import DEFAULT
from verify.program import to_program
from verify.reasons import IllTyped, Reason, Refusal, Unsupported
from verify.source import to_source
from verify.types import ListOf, TupleOf

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
        (["a, b = n", "return a"], "2 names are assigned int"),
        (["a, b = 1, 2, 3", "return a"], "2 names are assigned tuple[int, int, int]"),
        (["xs = [a]", "xs[0] = p", "return a"], "an element is int, and bool is assigned"),
        (["xs = []", "return a"], "type of this empty list is not known"),
        (["for x, y in [a]:", "    b += x", "return b"], "2 names are assigned int"),
        (["(a, b), p = (1, (2, 3)), True", "return a"], "is int elsewhere"),
        (["(a, b), p = 1, True", "return a"], "2 names are assigned int"),
        (["return a if p else f(a)"], "takes 4 argument(s)"),
        (["next_1 = 1", "for i in range(n):", "    a += 1", "return a"], "kept for a loop"),
    ],
)
def test_what_does_not_type_check(lines: list[str], word: str) -> None:
    reason = refused(*lines)
    assert isinstance(reason, IllTyped)
    assert word in reason.what
    assert reason.where.startswith("f.py:")


BUILTIN = "The builtins abs, all, any, divmod, len, list, max, min, pow, range, sorted and sum may be called."


@pytest.mark.parametrize(
    ("lines", "where", "do"),
    [
        (["while False:", "    a += 1", "return a"], "2:5", "Write the loop's condition as its test."),
        (["for i in a:", "    b += 1", "return b"], "2:14", "Go over a list, or over range(...)."),
        (["return a", "return b"], "3:5", "Delete it."),
        (["while True:", "    a += 1", "return a"], "4:5", "Delete it."),
        (["while a > 0:", "    break", "    a = 1", "return a"], "4:9", "Delete it."),
        (["while a > 0:", "    continue", "    a = 1", "return a"], "4:9", "Delete it."),
        (["a, a = b, n", "return a"], "2:5", "Use two names."),
        (["print(a)", "return a"], "2:5", "Return the value."),
        (["a", "return a"], "2:5", "Assign its value to a name, or delete the line."),
        (["f(a, b, n, p)", "return a"], "2:5", "Assign its value to a name, or delete the line."),
        (["return foo(a)"], "2:12", BUILTIN),
        (["x: float = a", "return a"], "2:8", "Write `int`, `bool`, `list[...]` or `tuple[..., ...]`."),
        (["x: int", "return a"], "2:5", "Assign one value to each name."),
        (["while a > 0:", "    decreases(a)", "    decreases(b)", "    a -= 1", "return a"], "2:5", "Give one measure."),
        (["for i in range(n):", "    decreases(n)", "    a += 1", "return a"], "2:5", "Delete the line."),
        (["while a > 0:", "    a -= 1", "    decreases(a)", "return a"], "4:9",
         "Such lines come first in a loop's body, and have one argument."),
        (["decreases(a)", "return a"], "1:1", "Put it in the loop that it is about."),
        (["decreases(a)", "decreases(b)", "return f(a, b, n, p)"], "3:5",
         "Write one `decreases(...)` there, and invariants in loops."),
        (["def g(a: int) -> int:", "    return a", "return a"], "2:5", "Write its code where it is used."),
        (["from verify import target", "return a"], "2:5", "Imports stand at the top of the file."),
        (["[a, b] = (b, a)", "return a"], "2:5", "Assign to a plain name."),
        (["a, [b, n] = a, (b, n)", "return a"], "2:8", "Assign to a plain name."),
        (["xs = [1]", "for xs[0], b in [(1, 2)]:", "    a += 1", "return a"], "3:9", "Assign to the element in the body."),
        (["xs = [a]", "xs[0:1] = [b]", "return a"], "3:5", "Make a new list or tuple."),
        (["t = (a, b)", "t[0] = b", "return a"], "3:5", "Change a list that has a name."),
        (["m = [[a]]", "m[0].append(b)", "return a"], "3:5", "Write `xs[i] = xs[i] + [x]`."),
        (["m = [[a]]", "m[0] += [b]", "return a"], "3:5", "Assign a new list."),
        (["xs = [a]", "xs *= 2", "return a"], "3:5", "Assign a new list."),
        (["xs = [a]", "xs[0] = a = b", "return a"], "3:5", "Write one assignment a line."),
        *((["xs = [a]", f"xs.{call}", "return a"], "3:5", METHODS[call.partition("(")[0]])
          for call in ("insert(0, a)", "remove(a)", "sort()", "reverse()", "clear()", "index(a)", "pop(0)", "append()",
                       "extend()", "count(a)", "copy()")),
    ],
)  # fmt: skip
def test_what_is_not_supported(lines: list[str], where: str, do: str) -> None:
    reason = refused(*lines)
    assert isinstance(reason, Unsupported)
    assert (reason.where, reason.do) == (f"f.py:{where}", do)


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


LIST, LISTS, PAIR = ListOf("int"), ListOf(ListOf("int")), TupleOf(("int", "bool"))
XS, MS = Var("xs", LIST), Var("ms", LISTS)
LONG_HEAD = "def f(a: int, p: bool, xs: list[int], t: tuple[int, bool]) -> int:\n"


def body(*lines: str) -> ir.Block:
    return program(*lines, "return a", head=LONG_HEAD).body[:-1]


def test_changes_of_lists() -> None:
    own = Var("own", LIST)
    made = Assign(("own",), (ir.Slice(XS, None, None),))
    assert body("own = xs[:]", "own.append(a)") == (made, Assign(("own",), (ir.Appended(own, A),)))
    assert body("own = xs[:]", "own.extend(xs)") == (made, Assign(("own",), (ir.Extended(own, XS),)))
    assert body("own = xs[:]", "own += xs") == (made, Assign(("own",), (ir.Extended(own, XS),)))
    assert body("own = xs[:]", "own.pop()") == (made, Assign(("own",), (ir.Popped(own),)))
    assert body("own = xs[:]", "own[a] = 2") == (made, Assign(("own",), (ir.Updated(own, A, Const(2)),)))
    assert body("own = xs[:]", "own[a] -= 2") == (
        made, Assign(("own",), (ir.Updated(own, A, Binary("sub", ir.Item(own, A), Const(2))),)),
    )  # fmt: skip
    held = Var("held_1", "int")
    assert body("own = xs[:]", "x = own.pop()") == (
        made, Assign(("held_1",), (ir.Item(own, Const(-1)),), free=True), Assign(("own",), (ir.Popped(own),)),
        Assign(("x",), (held,)),
    )  # fmt: skip


def test_changes_of_inner_lists_and_of_several_elements() -> None:
    m = Var("m", LISTS)
    (_, change) = body("m = [xs[:] for _ in range(a)]", "m[a][0] = 2")
    assert change == Assign(("m",), (ir.Updated(m, A, ir.Updated(ir.Item(m, A), Const(0), Const(2))),))
    own = Var("own", LIST)
    first, second = Var("held_1", "int"), Var("held_2", "int")
    assert body("own = xs[:]", "own[0], own[a] = own[a], own[0]")[1:] == (
        Assign(("held_1", "held_2"), (ir.Item(own, A), ir.Item(own, Const(0))), free=True),
        Assign(("own",), (ir.Updated(own, Const(0), first),)),
        Assign(("own",), (ir.Updated(own, A, second),)),
    )


def test_the_type_of_an_empty_list_is_found_out() -> None:
    later, noted, before = ["found = []", "found.append(a)"], ["found: list[int] = []"], ["found = [1]", "found = []"]
    for lines in (later, noted, before, ["found = xs", "found = []"]):
        assert Var("found", LIST) in program(*lines, "return a", head=LONG_HEAD).locals
    assert program("found = []", "return found", head="def f() -> list[bool]:\n").locals == (Var("found", ListOf("bool")),)
    made = program("m = [[1]]", "m[0] = []", "return 0", head="def f() -> int:\n").body[1]
    assert made == Assign(("m",), (ir.Updated(Var("m", LISTS), Const(0), ir.List((), "int")),))


def test_tuples_are_taken_apart() -> None:
    t = Var("t", PAIR)
    assert body("x, q = t") == (Assign(("x", "q"), (ir.Part(t, 0), ir.Part(t, 1))),)
    held = Var("held_1", TupleOf(("int", "int")))
    assert body("x, y = divmod(a, 2)") == (
        Assign(("held_1",), (ir.Divided((Binary("floordiv", A, Const(2)), Binary("mod", A, Const(2)))),), free=True),
        Assign(("x", "y"), (ir.Part(held, 0), ir.Part(held, 1))),
    )


def test_loops_over_lists() -> None:
    (loop,) = body("for x in xs:", "    a += x")
    x = Var("x", "int")
    assert loop == ir.ForEach(1, "x", XS, (Assign(("a",), (Binary("add", A, x),)),))
    (loop,) = body("for x in reversed(xs):", "    a += x")
    assert loop == ir.ForEach(1, "x", ir.Reverse(XS), (Assign(("a",), (Binary("add", A, x),)),))
    (loop,) = body("for x, q in [t, t]:", "    a += x")
    item, t = Var("item_1", PAIR), Var("t", PAIR)
    taken = Assign(("x", "q"), (ir.Part(item, 0), ir.Part(item, 1)))
    assert loop == ir.ForEach(1, "item_1", ir.List((t, t), PAIR), (taken, Assign(("a",), (Binary("add", A, x),))))
    noted = program("for x in xs:", "    invariant(len(rest_1) > 0)", "    a += x", "return a", head=LONG_HEAD)
    rest = Var("rest_1", LIST)
    assert noted.loops[0].invariants == (Compare((ir.Length(rest), Const(0)), ("gt",)),)
    assert rest in noted.locals


def test_break_and_continue() -> None:
    (loop,) = body("while True:", "    if p:", "        break", "    if a > 3:", "        continue", "    a += 1")
    p = Var("p", "bool")
    assert loop == While(1, ir.TRUE, (
        If(p, (ir.Break(),), ()), If(Compare((A, Const(3)), ("gt",)), (ir.Continue(),), ()),
        Assign(("a",), (Binary("add", A, Const(1)),)),
    ))  # fmt: skip
    assert program("while True:", "    if n > 3:", "        return n", "    n += 1").loops[0].test == ir.TRUE


SELF = "def f(n: int, p: bool) -> {}:\n"


def test_a_call_of_the_function_itself_comes_before_its_statement() -> None:
    held = Var("held_1", "int")
    made = program("decreases(n)", "if n < 1:", "    return 0", "return n + f(n - 1, p)", head=SELF.format("int"))
    p = Var("p", "bool")
    call = ir.Call("held_1", "f", (Binary("sub", N, Const(1)), p))
    assert made.body == (
        If(Compare((N, Const(1)), ("lt",)), (Return(Const(0)),), ()), call, Return(Binary("add", N, held)),
    )  # fmt: skip
    assert (made.recursive, made.measure, made.locals) == (True, N, (held,))


@pytest.mark.parametrize(
    ("result", "lines", "calls"),
    [
        ("int", ("return n * f(n - 1, p)",), 1),
        ("int", ("return 2 * (3 * f(n - 1, p))",), 1),
        ("int", ("return f(n - 1, p) * f(n - 1, p)",), 2),
        ("int", ("return n * f(f(n - 1, p), p)",), 2),
        ("int", ("m = n", "m *= f(n - 1, p)", "return m"), 1),
        ("int", ("own = [n, n]", "own[f(n - 1, p)] += 1", "return own[0]"), 1),
        ("int", ("own = []", "own.append(f(n - 1, p))", "return own[0]"), 1),
        ("list[int]", ("return n * f(n - 1, p)",), 1),
        ("list[int]", ("m = 1 if [] == f(n - 1, p) else 0", "return [m]"), 1),
    ],
)
def test_each_call_of_the_function_itself_is_made_once(result: str, lines: tuple[str, ...], calls: int) -> None:
    opening = ("decreases(n)", "if n < 1:", "    return [n]" if "list" in result else "    return n")
    made = program(*opening, *lines, head=SELF.format(result))
    assert sum(isinstance(s, ir.Call) for s in ir.statements(made.body)) == calls


def test_a_return_that_calls_in_one_arm_is_read_as_an_if() -> None:
    p = Var("p", "bool")
    call, held = ir.Call("held_1", "f", (N, p)), Var("held_1", "int")
    assert program("return 1 if p else f(n, p)", head=SELF.format("int")).body == (
        If(p, (Return(Const(1)),), (call, Return(held))),
    )  # fmt: skip
    truth = Var("held_1", "bool")
    assert program("return p or f(n, p)", head=SELF.format("bool")).body == (
        If(p, (Return(ir.TRUE),), (call, Return(truth))),
    )  # fmt: skip
    assert program("return p and f(n, p)", head=SELF.format("bool")).body == (
        If(p, (call, Return(truth)), (Return(ir.FALSE),)),
    )  # fmt: skip


@pytest.mark.parametrize("op", ["and", "or"])
def test_an_operand_that_would_be_returned_is_no_int(op: str) -> None:
    reason = refused(f"return n {op} f(n, p)", head=SELF.format("bool"))
    assert isinstance(reason, IllTyped)
    assert (reason.where, reason.do) == ("f.py:2:12", "Write a comparison.")


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (["for i in range(n):", "    n = f(i, p)", "return n"], "3:13"),
        (["while f(n, p) > 0:", "    n -= 1", "return n"], "2:11"),
        (["return sum(f(i, p) for i in range(n))"], "2:16"),
        (["n = f(n, p) if p else 1", "return n"], "2:9"),
        (["if p and f(n, p) > 1:", "    return 1", "return n"], "2:14"),
        (["if 1 < n < f(n, p):", "    return 1", "return n"], "2:16"),
    ],
)
def test_calls_that_are_not_always_made_are_refused(lines: list[str], where: str) -> None:
    reason = refused(*lines, head=SELF.format("int"))
    assert isinstance(reason, Unsupported)
    assert (reason.where, reason.do) == (f"f.py:{where}", "Write `value = f(...)` on a line of its own, under an `if`.")
