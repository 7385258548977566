"""A checked function runs in a CPython child and cannot reach out of it."""

import dataclasses
import json

import pytest
from targets import PYRAMID, spec_of, task_of

from verify.counterexample import same
from verify.ir import Value
from verify.limits import DEFAULT
from verify.python_run import (
    EXHAUSTED,
    PythonRun,
    condition_text,
    conditions,
    function_text,
    run,
    run_batch,
    run_calls,
    tagged,
    untagged,
)
from verify.spec import to_candidate
from verify.task import Version

QUICK = dataclasses.replace(DEFAULT, python_seconds=1)


def version(body: str, parameters: str = "n: int", result: str = "int") -> Version:
    given = {"int": "1", "bool": "True", "list[int]": "[1]", "tuple[int, list[int]]": "(1, [1])"}[result]
    text = f"@target\ndef f({parameters}) -> {result}:\n    return {given}\n"
    code = f"def f({parameters}) -> {result}:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return Version(*to_candidate(code.encode(), "c.py", spec_of(text), DEFAULT))


def test_batch_gives_values_and_raises_in_order() -> None:
    runs = run_batch(version("return 10 // n"), "f", [(3,), (0,), (-3,)], DEFAULT)
    assert runs == (PythonRun(value=3), PythonRun(raised="ZeroDivisionError"), PythonRun(value=-4))


def test_zero_step_raises_value_error() -> None:
    assert run(version("for i in range(0, 3, n):\n    pass\nreturn n"), "f", (0,), DEFAULT).raised == "ValueError"


def test_long_integers_travel_whole() -> None:
    big = -(7**9000)  # some 7600 digits
    assert run(version("return n * n"), "f", (big,), DEFAULT).value == big * big


def test_bools_stay_bools() -> None:
    given = run(version("return b if n > 0 else False", "n: int, b: bool", "bool"), "f", (1, True), DEFAULT)
    assert given.value is True
    one = run(version("return n"), "f", (1,), DEFAULT).value
    assert one == 1
    assert type(one) is int


def test_what_runs_is_the_definition_alone() -> None:
    text = function_text(
        version('"""Doc."""\nm: int = n\nwhile m > 0:\n    invariant(m >= 0)\n    decreases(m)\n    m -= 1\nreturn m'), "f"
    )
    assert text == "def f(n):\n    m = n\n    while m > 0:\n        m -= 1\n    return m\n"
    assert function_text(task_of(PYRAMID).old, "f", "old").startswith("def old(n):\n    total = 0\n")


def test_reading_a_definition_leaves_the_tree_alone() -> None:
    task = task_of(PYRAMID)
    first = function_text(task.old, "f", "old")
    assert function_text(task.old, "f", "old") == first
    assert conditions(task.spec, "require") == ("n >= 0",)
    assert len(conditions(task.spec, "ensure")) == 1


def test_conditions_run_in_icontract_order() -> None:
    spec = spec_of("@target\n@require(lambda n: 10 // n > 1)\n@require(lambda n: n != 0)\ndef f(n: int) -> int:\n    return n\n")
    runs = run_calls(condition_text(spec, "require"), [("require", (0,)), ("require", (2,)), ("require", (20,))], DEFAULT)
    assert [r.value for r in runs] == [False, True, False]


def test_endless_run_is_killed_and_finished_ones_kept() -> None:
    runs = run_batch(version("while n > 0:\n    n += 1\nreturn n"), "f", [(0,), (1,), (0,)], QUICK)
    assert runs[0] == PythonRun(value=0)
    assert runs[1].gave_up
    assert runs[2].gave_up


def test_memory_is_limited() -> None:
    tight = dataclasses.replace(QUICK, python_bytes=64 * 2**20)
    given = run(version("for i in range(40):\n    n = n * n\nreturn n % 7"), "f", (3**99,), tight)
    assert given.raised == "MemoryError" or given.gave_up


@pytest.mark.parametrize("body", ["return open('/etc/passwd')", "return __import__('os')", "return print(1)", "return int('1')"])
def test_no_builtin_beyond_the_languages_own(body: str) -> None:
    (given,) = run_calls(f"def f():\n    {body}\n", [("f", ())], DEFAULT)
    assert given.raised in ("NameError", "ImportError")


REACH = """
def f():
    base = [c for c in ().__class__.__base__.__subclasses__() if c.__name__ == "_IOBase"][0]
    raw = [c for c in base.__subclasses__() if c.__name__ == "_RawIOBase"][0]
    file = [c for c in raw.__subclasses__() if c.__name__ == "FileIO"][0]
    file("/etc/passwd")
    return 1
"""


def test_no_file_can_be_opened_even_past_the_builtins() -> None:
    """No checked source can say this; the sandbox holds all the same."""
    (given,) = run_calls(REACH, [("f", ())], DEFAULT)
    assert given.raised == "PermissionError"


def test_flood_of_output_is_cut_off() -> None:
    wide = run_batch(version("for i in range(14):\n    n = n * n\nreturn n"), "f", [(2**30,)] * 20, DEFAULT)
    assert wide[0].value == (2**30) ** 2**14
    assert wide[-1].gave_up


def test_text_on_the_childs_output_is_no_answer() -> None:
    (given,) = run_calls("this is not python", [("f", ())], DEFAULT)
    assert given == PythonRun(gave_up="the child ended without an answer")
    (odd,) = run_calls("def f():\n    return 'text'\n", [("f", ())], DEFAULT)
    assert odd.gave_up


def test_a_result_outside_the_language_is_no_value() -> None:
    code = "def f():\n    return 1.5\ndef g():\n    return [(1, 'x')]\ndef h():\n    return None\n"
    runs = run_calls(code, [("f", ()), ("g", ()), ("h", ())], DEFAULT)
    kinds = ("float", "str", "NoneType")
    assert [r.value for r in runs] == [None] * 3
    assert [r.gave_up for r in runs] == [f"the result holds a value of type {k}, which the language does not have" for k in kinds]


# -- lists, tuples, powers --------------------------------------------------------------------------------------------------

VALUES: list[Value] = [
    [], [[]], [1, -(2**70)], [True, False], (1, True), [(0, False), (3, True)], ([1], (2, [3])), [[1, 2], []], 0, False,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_values_travel_with_their_types(value: Value) -> None:
    read = untagged(json.loads(json.dumps(tagged(value))))
    (went,) = run_calls("def f(x):\n    return x\n", [("f", (value,))], DEFAULT)
    assert same(read, value)
    assert same(went.value, value)


@pytest.mark.parametrize(
    "data",
    [{"list": 1}, {"list": [1]}, {"tuple": [{"int": "z"}]}, {"list": [{"odd": "float"}]}, {"int": 1}, {"bool": 0}, [], 3, None],
)
def test_what_is_no_tagged_value_is_none(data: object) -> None:
    assert untagged(data) is None


def test_a_tuple_does_not_come_back_as_a_list() -> None:
    pair, items = run_batch(version("return (n, [n])", result="tuple[int, list[int]]"), "f", [(1,), (2,)], DEFAULT)
    assert (pair.value, items.value) == ((1, [1]), (2, [2]))


def test_each_call_has_its_own_arguments() -> None:
    shared: list[Value] = [1, 2]
    changing = "def f(xs, ys):\n    xs.append(len(ys))\n    ys.append(0)\n    return xs\n"
    runs = run_calls(changing, [("f", (shared, shared)), ("f", (shared, shared))], DEFAULT)
    assert [r.value for r in runs] == [[1, 2, 2], [1, 2, 2]]
    assert shared == [1, 2]


def test_statements_of_the_language_run_as_they_are_written() -> None:
    body = """out: list[int] = []
for x in reversed(xs):
    "A remark."
    if x < 0:
        continue
    while True:
        invariant(x >= 0)
        if x > 9:
            break
        x += 4
    out.append(x)
    out[-1] += 1
last = out.pop()
rest = [y * y for y in out if y % 2 == 0]
rest.extend([last] * 2)
rest += sorted_of(rest)
return rest + list(range(2)) + [min(rest), max(rest), sum(rest), len(rest), abs(-3), divmod(7, 2)[1]]"""
    body = body.replace("sorted_of(rest)", "rest[1:][::-1]")
    given = run(version(body, "xs: list[int]", "list[int]"), "f", ([3, -1, 10, 5],), DEFAULT)
    out = [14, 11, 12]
    rest = [196, 12, 12]
    assert out[0] ** 2 == rest[0]
    rest += rest[1:][::-1]
    assert given.value == [*rest, 0, 1, 12, 196, sum(rest), 5, 3, 1]
    text = function_text(version(body, "xs: list[int]", "list[int]"), "f")
    assert "invariant" not in text
    assert "remark" not in text
    assert all(word in text for word in ("continue", "break", "out.append(x)", "[y * y for y in out if y % 2 == 0]"))


@pytest.mark.parametrize(
    ("body", "arguments", "value", "raised"),
    [
        ("return n ** m", (3, 4), 81, ""),
        ("return n ** m", (3, -1), None, "ValueError"),
        ("return n ** m", (0, -1), None, "ValueError"),
        ("return -n ** m", (3, 2), -9, ""),
        ("return n ** m ** 2", (2, 3), 512, ""),
        ("return pow(n, m)", (2, -2), None, "ValueError"),
        ("return pow(n, m, 7)", (3, -1), None, "ValueError"),
        ("return pow(n, m, 7)", (3, 100), 4, ""),
        ("return pow(2, 3, n)", (0, 0), None, "ValueError"),
        ("n **= m\nreturn n", (3, 3), 27, ""),
        ("n **= m\nreturn n", (3, -3), None, "ValueError"),
        ("xs = [n, n]\nxs[m] **= n + m\nreturn xs[m] + xs[0]", (2, 1), 10, ""),
        ("return n << m", (3, -1), None, "ValueError"),
        ("return sum([k ** m for k in range(n)])", (4, 2), 14, ""),
    ],
)
def test_powers_raise_for_a_negative_exponent(body: str, arguments: tuple[int, int], value: int | None, raised: str) -> None:
    assert run(version(body, "n: int, m: int"), "f", arguments, DEFAULT) == PythonRun(value=value, raised=raised)


def test_powers_in_contracts_raise_as_well() -> None:
    condition = "n ** n != 7 and all(pow(2, k) > 0 for k in [n])"
    spec = spec_of(f"@target\n@require(lambda n: {condition})\ndef f(n: int) -> int:\n    return n\n")
    runs = run_calls(condition_text(spec, "require"), [("require", (2,)), ("require", (-1,))], DEFAULT)
    assert runs == (PythonRun(value=True), PythonRun(raised="ValueError"))
    assert conditions(spec, "require") == ("n ** n != 7 and all((pow(2, k) > 0 for k in [n]))",)


def test_a_function_that_calls_itself_goes_by_its_new_name() -> None:
    code = "if n <= 0:\n    return 0\nrest = f(n - 1)\nreturn n + rest"
    text = function_text(version(code), "f", "__old__")
    assert text == "def __old__(n):\n    if n <= 0:\n        return 0\n    rest = __old__(n - 1)\n    return n + rest\n"
    (given,) = run_calls(text, [("__old__", (10,))], DEFAULT)
    assert given.value == 55
    deep = run(version(code), "f", (10**5,), DEFAULT)
    assert deep.raised in EXHAUSTED or deep.gave_up


def test_for_measurements_powers_stay_as_they_are() -> None:
    squares = version("n **= 2\nreturn n ** 3")
    assert function_text(squares, "f", guarded=False) == "def f(n):\n    n **= 2\n    return n ** 3\n"
    assert function_text(squares, "f") == "def f(n):\n    n = pow(n, 2)\n    return pow(n, 3)\n"


def test_long_ints_are_divided() -> None:
    """From 3.12 on CPython does it by a module, which must be there before the sandbox is shut."""
    big, part = 3**40000, 7**4000
    assert run(version("return n // m + n % m", "n: int, m: int"), "f", (big, part), DEFAULT).value == big // part + big % part


@pytest.mark.parametrize("big", ["1 << 10 ** 12", "len([0] * 10 ** 12)", "len([0] * 10 ** 30)", "7 ** 10 ** 12"])
def test_what_is_too_large_for_the_machine_says_nothing(big: str) -> None:
    given = run(version(f"return {big}"), "f", (1,), QUICK)
    assert given.raised in EXHAUSTED or given.gave_up
