"""Functions of a file that call each other: how they are read, run, and refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.normal import normal_text
from loop.source_text import to_source_text
from verify import ir
from verify.calls import helpers_in
from verify.interpreter import Interpreter, Outcome, holds
from verify.ir import Value
from verify.limits import DEFAULT
from verify.notes import Note, annotate
from verify.python_run import PythonRun, condition_text, function_text, run, run_calls
from verify.reasons import BadContract, Forbidden, IllTyped, Malformed, Reason, Refusal, SignatureMismatch, Unsupported
from verify.spec import Spec, to_candidate, to_specs
from verify.statement import to_old_text
from verify.task import Version

OPENING = "from icontract import ensure, require\nfrom verify import decreases, invariant, pure, target\n\n"
GCD = """
@require(lambda a, b: a >= 0 and b >= 0)
@ensure(lambda a, b, result: result >= 0)
def gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
"""
G = "def g(x: int) -> int:\n    return x\n"
F = "\n@target\n@require(lambda x, y: x >= 0)\ndef f(x: int, y: int) -> int:\n    {body}\n"
RING = """
@require(lambda n: n >= 0)
def odd(n: int) -> bool:
    if n == 0:
        return False
    return even(n - 1)

@target
@require(lambda n: n >= 0)
def even(n: int) -> bool:
    return True if n == 0 else odd(n - 1)
"""


def spec(text: str) -> Spec:
    return to_specs((OPENING + text).encode(), "spec.py", DEFAULT)[0]


def refused(text: str) -> Reason:
    with pytest.raises(Refusal) as refusal:
        spec(text)
    return refusal.value.reason


def ran(s: Spec, *arguments: Value) -> tuple[Outcome, PythonRun]:
    return Interpreter(s.program, DEFAULT).run(arguments), run(Version(s.source, s.program), s.name, arguments, DEFAULT)


def test_a_call_costs_its_arguments_a_tick_and_what_the_function_costs() -> None:
    s = spec("def g(x: int) -> int:\n    return x * x\n" + F.format(body="return g(x + 1) + y"))
    found, shown = ran(s, 3, 4)
    assert (found, shown.value) == (Outcome(20, 4), 20)  # +, call, *, +


def test_functions_call_others_at_any_remove_and_anywhere() -> None:
    three = "def g(x: int) -> int:\n    return x + 1\n\ndef h(x: int) -> int:\n    return g(g(x))\n"
    s = spec(three + F.format(body="return sum(h(i) for i in range(x)) if h(y) > 0 and g(y) < 9 else h(x)"))
    assert [h.program.name for h in helpers_in(s.program.body)] == ["g", "h"]
    for arguments in ((3, 1), (3, -5), (4, 20), (0, 0)):
        found, shown = ran(s, *arguments)
        assert found.value == shown.value


def test_a_call_outside_what_a_function_requires_raises_in_every_reading() -> None:
    s = spec(GCD + F.format(body="return gcd(x, y)"))
    found, shown = ran(s, 4, -6)
    assert (found.raised, shown.raised) == ("ValueError", "ValueError")
    found, shown = ran(s, 4, 6)
    assert (found.value, shown.value) == (2, 2)


def test_a_safety_condition_holds_the_arguments() -> None:
    s = spec(GCD + F.format(body="return gcd(x - 1, y)"))
    (returned,) = s.program.body
    assert isinstance(returned, ir.Return)
    condition = holds(ir.safe(returned.value), ["x", "y"], DEFAULT)
    assert [condition(v) for v in ((1, 0), (0, 0), (5, -1))] == [True, False, False]


def test_bound_names_of_a_contract_are_told_from_those_of_its_callers() -> None:
    text = "@require(lambda xs: all(x >= 0 for x in xs))\ndef g(xs: list[int]) -> int:\n    return len(xs)\n"
    s = spec(text + F.format(body="return sum(g([i - j for j in range(2)]) for i in range(1, 3)) + y"))
    (returned,) = s.program.body
    assert isinstance(returned, ir.Return)
    assert holds(ir.safe(returned.value), ["x", "y"], DEFAULT)((0, 0))
    bound = [e.variable.name for e in ir.subexpressions(ir.safe(returned.value)) if isinstance(e, ir.Each)]
    assert len(set(bound)) >= 3  # the sum's, the comprehension's and the contract's


def test_contracts_call_pure_functions_only() -> None:
    square = "def square(x: int) -> int:\n    return x * x\n\n"
    body = "@target\n@require(lambda x: square(x) < 50)\n@ensure(lambda x, result: result == square(x))\ndef f(x: int) -> int:\n"
    s = spec("@pure\n" + square + body + "    return x * x\n")
    assert [holds(s.require, ["x"], DEFAULT)((v,)) for v in (7, -7, 8)] == [True, True, False]
    runs = run_calls(condition_text(s, "require") + condition_text(s, "ensure"), [("require", (8,)), ("ensure", (3, 9))], DEFAULT)
    assert [r.value for r in runs] == [False, True]
    assert isinstance(refused(square + body + "    return x * x\n"), BadContract)


def test_functions_that_call_each_other_are_one() -> None:
    s = spec(RING)
    (joint,) = helpers_in(s.program.body)
    assert joint.program.recursive
    for n in (0, 1, 6, 7):
        found, shown = ran(s, n)
        assert found.value == shown.value == (n % 2 == 0)
    assert ran(s, 3)[0].ticks > ran(s, 2)[0].ticks


def test_a_ring_of_three_with_parameters_of_several_types() -> None:
    text = """
def a(n: int, xs: list[int]) -> int:
    decreases(n)
    y = len(xs)
    return y if n <= 0 else b(n - 1, True)

def b(n: int, y: bool) -> int:
    decreases(n)
    return 0 if n <= 0 else c((n - 1, 2))

def c(n: tuple[int, int]) -> int:
    decreases(n[0])
    return n[1] if n[0] <= 0 else a(n[0] - 1, [1, 2, 3])
"""
    s = spec(text + F.format(body="return a(x, [y])"))
    (*_, joint) = [h for h in helpers_in(s.program.body) if h.program.recursive]
    assert joint.program.measure is not None
    for x in range(7):
        found, shown = ran(s, x, 5)
        assert found.value == shown.value


def test_a_ring_keeps_its_measures() -> None:
    first, second = "    if n == 0:", "    return True"
    noted = RING.replace(first, f"    decreases(n)\n{first}").replace(second, f"    decreases(n)\n{second}")
    (joint,) = helpers_in(spec(noted).program.body)
    assert joint.program.measure is not None


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (F.format(body="return g(x)"), Unsupported, "`g`"),
        (G + F.format(body="return g(x, y)"), IllTyped, "takes 1 argument"),
        ("def g(x: bool) -> int:\n    return 1\n" + F.format(body="return g(x)"), IllTyped, "bool is due"),
        (G + F.format(body="g = x\n    return g"), IllTyped, "a function's"),
        (G + F.format(body="return sum(g for g in [1])"), IllTyped, "a function's"),
        (G + "\ndef h(g: int) -> int:\n    return g\n" + F.format(body="return x"), IllTyped, "`g`"),
        ("@target\n@require(lambda x: True)\ndef g(x: int) -> int:\n    return 1 / x\n", Unsupported, "/"),
        ("def g(x: int) -> int:\n    return 1 if x else True\n" + F.format(body="return x"), IllTyped, "int is due"),
        ("@staticmethod\n" + G + F.format(body="return x"), Unsupported, "staticmethod"),
        (G + G + F.format(body="return x"), Malformed, "twice"),
        ("def g(n: int) -> bool:\n    return f(n, n) > 0\n" + F.format(body="return g(x)"), Unsupported, "result type"),
    ],
)  # fmt: skip
def test_refusals(text: str, kind: type[Reason], words: str) -> None:
    reason = refused(text)
    assert isinstance(reason, kind)
    assert words in f"{reason.what} {reason.do}"


def test_a_changed_list_is_not_what_another_function_made() -> None:
    text = "def g(xs: list[int]) -> list[int]:\n    return xs\n\n@target\ndef f(xs: list[int]) -> int:\n"
    assert isinstance(refused(text + "    ys = g(xs)\n    ys.append(1)\n    return len(ys)\n"), Unsupported)
    assert ran(spec(text + "    ys = g(xs)[:]\n    ys.append(1)\n    return len(xs)\n"), [4])[0].value == 1


def test_a_candidate_brings_the_functions_that_it_calls_and_no_others() -> None:
    s = spec(F.format(body="return x + y"))
    head = "def f(x: int, y: int) -> int:\n    return g(x, y)\n"
    own = "def g(a: int, b: int) -> int:\n    return a + b\n"
    assert Interpreter(to_candidate((own + head).encode(), "c.py", s, DEFAULT)[1], DEFAULT).run((1, 2)).value == 3
    for text, kind in (
        (own + head + "def h(a: int) -> int:\n    return a\n", SignatureMismatch),
        (own, SignatureMismatch),
        ("from verify import target\n@target\n" + own + head, Unsupported),
        (own + "@require(lambda x, y: True)\n" + head, Forbidden),
    ):
        with pytest.raises(Refusal) as refusal:
            to_candidate(text.encode(), "c.py", s, DEFAULT)
        assert isinstance(refusal.value.reason, kind)


def test_two_functions_are_one_where_their_texts_and_those_of_their_callees_are() -> None:
    inner, outer = "def g(x: int) -> int:\n    return x{}\n", "def h(x: int) -> int:\n    return g(x)\n"
    made = [
        helpers_in(spec(inner.format(end) + outer + F.format(body="return h(x) + g(y)")).program.body)
        for end in ("", "  # a remark", " + 1")
    ]
    assert made[0] == made[1]
    assert not set(made[0]) & set(made[2])
    assert repr(made[0][1]).startswith("Helper(h_")


def test_each_version_runs_with_functions_of_its_own() -> None:
    s = spec(G + F.format(body="return g(x) + y"))
    other = "def g(x: int) -> int:\n    return 7 * x\n\ndef f(x: int, y: int) -> int:\n    return g(x) + y\n"
    new = Version(*to_candidate(other.encode(), "c.py", s, DEFAULT))
    code = function_text(Version(s.source, s.program), "f", "__old__") + function_text(new, "f", "__new__")
    runs = run_calls(code, [("__old__", (2, 0)), ("__new__", (2, 0))], DEFAULT)
    assert [r.value for r in runs] == [2, 14]


def test_notes_name_the_function_that_they_are_about() -> None:
    s = spec(GCD + F.format(body="return gcd(x, abs(y))"))
    (gcd,) = helpers_in(s.program.body)
    noted = annotate(s.program, (Note(1, "b", ("a >= 0", "b >= 0"), gcd.label),), DEFAULT)
    (with_notes,) = helpers_in(noted.body)
    assert with_notes.program.loops[0].invariants
    text = to_old_text(s, noted, DEFAULT)
    assert f"namespace QED.f_{gcd.label}\n" in text
    assert f"(f_{gcd.label}.value " in text
    assert f"(f_{gcd.label}.ticks " in text
    for note in (Note(1, "b", (), "nobody_00000000"), Note(2, "b", (), gcd.label), Note(1, "b")):
        with pytest.raises(Refusal) as refusal:
            annotate(s.program, (note,), DEFAULT)
        assert isinstance(refusal.value.reason, Malformed)


def test_what_calls_others_is_written_as_a_file_with_them() -> None:
    s = spec(GCD + F.format(body="return gcd(x, abs(y))"))
    text = to_source_text(s.program)
    assert text is not None
    assert text.startswith("from icontract import ensure, require\n")
    assert Interpreter(to_candidate(text.encode(), "c.py", s, DEFAULT)[1], DEFAULT).run((4, -6)).value == 2


def test_the_normal_text_gives_all_functions_new_names() -> None:
    one = spec(GCD + F.format(body="return gcd(x, abs(y))"))
    other = spec(GCD.replace("gcd", "common") + F.format(body="return common(x, abs(y))"))
    third = spec(GCD.replace("a % b", "a % (b + 0)") + F.format(body="return gcd(x, abs(y))"))
    assert normal_text(one.source, "f") == normal_text(other.source, "f")
    assert normal_text(one.source, "f") != normal_text(third.source, "f")


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40), st.integers(-40, 40))
def test_readings_agree_on_values(x: int, y: int) -> None:
    s = spec(GCD + RING.replace("@target\n", "") + F.format(body="return gcd(x, y * y) * (2 if even(x) else 3)"))
    by_hand = ran(s, x, y)
    assert by_hand[0].value == by_hand[1].value
