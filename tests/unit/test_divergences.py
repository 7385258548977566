"""Each entry of `verify/DIVERGENCES.md`: what CPython does, and what is done here."""

import ast
import re
import sys
from pathlib import Path

import pytest
from readings import Ran, by_value, in_cpython, interpreted, program_of
from targets import spec_of

from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Return
from verify.limits import DEFAULT
from verify.reasons import BadContract, Forbidden, IllTyped, Malformed, Reason, Refusal, TooLarge, Unsupported
from verify.types import ListOf, Type, Value, is_value
from verify.walk import safe

POINT: tuple[Value, ...] = (3, True)
PAGE = Path(__file__).parent.parent.parent / "verify" / "DIVERGENCES.md"


def function(parameters: str, result: str, *lines: str) -> str:
    return f"def f({parameters}) -> {result}:\n" + "".join(f"    {line}\n" for line in lines)


def both(text: str, *arguments: Value) -> tuple[Ran, Ran]:
    return in_cpython(text)(*arguments), interpreted(program_of(text))(*arguments)


def refused(text: str) -> Reason:
    with pytest.raises(Refusal) as refusal:
        program_of(text)
    return refusal.value.reason


def test_every_entry_names_a_test_and_every_test_has_an_entry() -> None:
    named = re.findall(r"`(test_\w+)` \|$", PAGE.read_text(), re.MULTILINE)
    mine = {n for n in globals() if n.startswith("test_") and n != "test_every_entry_names_a_test_and_every_test_has_an_entry"}
    assert set(named) == mine
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ") and not line.startswith("| where")]
    assert len(rows) == len(named) + sum("not testable here" in r for r in rows)


def test_a_negative_exponent_raises() -> None:
    assert both(function("a: int", "int", "return 2 ** a"), -1) == ((0.5, ""), (None, "ValueError"))
    assert both(function("a: int", "int", "return pow(3, a, 7)"), -1) == ((5, ""), (None, "ValueError"))


def test_a_proof_asks_for_every_element_of_a_generator() -> None:
    text = function("xs: list[int]", "bool", "return any(1 // x > 0 for x in xs)")
    assert both(text, [1, 0]) == ((True, ""), (True, ""))
    (only,) = program_of(text).body
    assert isinstance(only, Return)
    condition = holds(safe(only.value), ("xs",), DEFAULT)
    assert not condition([[1, 0]])
    assert condition([[1, 2]])


@pytest.mark.parametrize("text", ["p + 1", "p == 1", "1 if p else False", "-p", "[1, p][0]", "p"])
def test_ints_and_bools_never_stand_for_each_other(text: str) -> None:
    whole = function("p: bool", "int", f"return {text}")
    assert in_cpython(whole)(*POINT[1:])[1] == ""
    assert isinstance(refused(whole), IllTyped)
    kinds: list[tuple[Value, Type]] = [(True, "int"), (1, "bool")]
    assert not any(is_value(value, t) for value, t in kinds)


@pytest.mark.parametrize("text", ["a and p", "a or p", "a or f(a, p)", "p and (a or f(a, p))"])
def test_an_operand_of_and_and_or_is_a_bool(text: str) -> None:
    whole = function("a: int, p: bool", "bool", f"return {text}")
    assert in_cpython(whole)(*POINT)[0] in POINT
    assert isinstance(refused(whole), IllTyped)


@pytest.mark.parametrize("text", ["xs < xs", "(1, 2) <= (1, 3)", "True > False", "[xs] >= [xs]"])
def test_only_ints_are_ordered(text: str) -> None:
    whole = function("xs: list[int]", "bool", f"return {text}")
    assert in_cpython(whole)([1])[1] == ""
    assert isinstance(refused(whole), IllTyped)


def test_shared_lists_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = function("n: int", "int", "a = [n]", "b = a", "b.append(2)", "return len(a)")
    assert isinstance(refused(text), Unsupported)
    monkeypatch.setattr("verify.program.check_ownership", lambda *_: None)
    assert in_cpython(text)(1) == (2, "")
    assert by_value(program_of(text))(1) == (1, "")


def test_ownership_does_not_follow_the_flow() -> None:
    text = function("n: int", "int", "a = [n]", "a.append(2)", "b = a", "return sum(a) + len(b)")
    assert in_cpython(text)(1) == (5, "")
    assert isinstance(refused(text), Unsupported)
    assert program_of(text.replace("b = a", "b = a[:]"))


def test_a_list_is_not_changed_under_its_loop() -> None:
    text = function("n: int", "int", "a = [1]", "for x in a:", "    if len(a) < n:", "        a.append(x)", "return len(a)")
    assert in_cpython(text)(4) == (4, "")
    assert isinstance(refused(text), Unsupported)
    assert both(text.replace("in a:", "in a[:]:"), 4) == ((2, ""), (2, ""))


def test_a_name_keeps_one_type() -> None:
    text = function("n: int", "int", "x = n > 0", "x = 3", "return x")
    assert in_cpython(text)(1) == (3, "")
    assert isinstance(refused(text), IllTyped)


def test_a_name_is_assigned_on_every_path() -> None:
    text = function("n: int", "int", "for i in range(abs(n) + 1):", "    pass", "return i")
    assert in_cpython(text)(4) == (4, "")
    assert isinstance(refused(text), IllTyped)


def test_every_line_counts_and_every_path_returns() -> None:
    assert isinstance(refused(function("n: int", "int", "return n", "n = 3")), Unsupported)
    text = function("n: int", "int", "if n * n >= 0:", "    return n")
    assert in_cpython(text)(4) == (4, "")
    assert isinstance(refused(text), IllTyped)


def test_calls_stand_where_they_are_always_made() -> None:
    text = function("n: int", "int", "return 1 + (0 if n <= 0 else f(n - 1))")
    assert in_cpython(text)(4) == (5, "")
    assert isinstance(refused(text), Unsupported)
    assert both(function("n: int", "int", "return 1 if n <= 0 else 1 + f(n - 1)"), 4) == ((5, ""), (5, ""))


def test_a_call_outside_what_is_required_raises() -> None:
    helper = "def g(n: int) -> int:\n    return n\n\n"
    text = function("n: int", "int", "return g(n - 1)")
    required = "from icontract import require\n\n@require(lambda n: n >= 0)\n" + helper + text
    assert interpreted(program_of(required))(0) == (None, "ValueError")
    assert both(helper + text, 0) == ((-1, ""), (-1, ""))
    assert both(required, 4) == ((3, ""), (3, ""))


def test_a_ring_has_one_result_type() -> None:
    other = "def g(n: int) -> bool:\n    return n <= 0 or f(n - 1) == 0\n\n"
    text = other + function("n: int", "int", "return 1 if n <= 0 else 0 if g(n - 1) else 2")
    assert in_cpython(text)(2) == (2, "")
    assert isinstance(refused(text), Unsupported)


def test_a_precondition_looks_at_all_that_it_may() -> None:
    condition = "any(1 // x > 0 for x in xs)"
    assert in_cpython(function("xs: list[int]", "bool", f"return {condition}"))([1, 0]) == (True, "")
    body = "def f(xs: list[int]) -> int:\n    return 1\n"
    with pytest.raises(Refusal) as refusal:
        spec_of(f"@target\n@require(lambda xs: {condition})\n{body}")
    assert isinstance(refusal.value.reason, BadContract)
    spec_of(f"@target\n@require(lambda xs: {condition.replace('1 //', 'x != 0 and 1 //')})\n{body}")


def test_sorted_is_no_program() -> None:
    text = function("xs: list[int]", "list[int]", "return sorted(xs)")
    assert in_cpython(text)([2, 1]) == ([1, 2], "")
    assert isinstance(refused(text), Unsupported)


def test_an_empty_list_has_a_type() -> None:
    text = function("n: int", "int", "a = []", "return n")
    assert in_cpython(text)(1) == (1, "")
    assert isinstance(refused(text), IllTyped)


@pytest.mark.parametrize(
    ("line", "kind"), [("__a = n", Forbidden), ("sum = n", Forbidden), ("a__ = n", Forbidden), ("a = 1  # \u00e9", Malformed)]
)
def test_names_and_characters_are_plain(line: str, kind: type[Reason]) -> None:
    text = function("n: int", "int", line, "return n")
    assert in_cpython(text)(1) == (1, "")
    assert isinstance(refused(text), kind)


LARGE = [str(2**DEFAULT.literal_bits), "-" * 2 * DEFAULT.syntax_depth + "n", "n  #" + "x" * DEFAULT.source_bytes]


@pytest.mark.parametrize("text", LARGE, ids=["literal", "nesting", "file"])
def test_sources_have_limits(text: str) -> None:
    assert in_cpython(function("n: int", "int", f"return {text}"))(1)[1] == ""
    assert isinstance(refused(function("n: int", "int", f"return {text}")), TooLarge)


class _Odd(int):
    def __add__(self, other: int) -> int:
        return 7


def test_arguments_are_exact_values() -> None:
    text = function("n: int", "int", "return n + 1")
    assert in_cpython(text)(_Odd(1)) == (7, "")
    assert not is_value(_Odd(1), "int")
    assert not is_value([_Odd(1)], ListOf("int"))


def test_a_contract_that_raises_does_not_hold() -> None:
    contract = "@require(lambda n: 1 // n > 0)\n@ensure(lambda n, result: 1 // n > 0)\n"
    spec = spec_of(f"@target\n{contract}def f(n: int) -> int:\n    return n\n")
    assert holds(spec.require, ("n",), DEFAULT)([1])
    assert not holds(spec.require, ("n",), DEFAULT)([0])
    assert not holds(spec.ensure, ("n", "result"), DEFAULT)([0, 0])


def test_a_call_comes_before_its_statement() -> None:
    text = function("xs: list[int]", "int", "if xs == [1]:", "    return xs[5]", "return 1 // 0 + f([1])")
    assert both(text, []) == ((None, "ZeroDivisionError"), (None, "IndexError"))


def test_deep_recursion_is_given_up() -> None:
    text = function("n: int", "int", "if n <= 0:", "    return 0", "return 1 + f(n - 1)")
    assert both(text, 100) == ((100, ""), (100, ""))
    deep = 10 * sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        in_cpython(text)(deep)
    with pytest.raises(OutOfFuel):
        interpreted(program_of(text))(deep)


@pytest.mark.parametrize("text", ["1 << n", "2 ** n", "len([1] * n)", "sum(range(n))"])
def test_what_is_too_large_is_given_up(text: str) -> None:
    with pytest.raises(OutOfFuel):
        Interpreter(program_of(function("n: int", "int", f"return {text}")), DEFAULT).run([2**62])


@pytest.mark.parametrize("count", [2**70, -(2**70)])
def test_a_count_beyond_the_machine(count: int) -> None:
    text = function("n: int, xs: list[int]", "int", "return len(xs * n)")
    with pytest.raises(OverflowError):
        in_cpython(text)(count, [])
    assert interpreted(program_of(text))(count, []) == (0, "")


def test_notes_are_no_part_of_the_program() -> None:
    noted = function("n: int", "int", "for i in range(n):", "    invariant(next_1 // 0 > 0)", "    n += 1", "return n")
    plain = noted.replace("    invariant(next_1 // 0 > 0)\n    ", "")
    assert interpreted(program_of(noted))(3) == (6, "")
    with pytest.raises(NameError):
        in_cpython(noted)(3)
    assert "next_1" not in {n.id for n in ast.walk(ast.parse(plain)) if isinstance(n, ast.Name)}
    assert in_cpython(plain)(3) == (6, "")
