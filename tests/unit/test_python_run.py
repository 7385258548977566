"""A checked function runs in a CPython child and cannot reach out of it."""

import dataclasses
import shutil
import time

import pytest
from targets import PYRAMID, spec_of, task_of

from verify.limits import DEFAULT
from verify.python_run import PythonRun, condition_text, conditions, function_text, run, run_batch, run_calls
from verify.spec import to_candidate
from verify.task import Version

QUICK = dataclasses.replace(DEFAULT, python_seconds=1)


def version(body: str, parameters: str = "n: int", result: str = "int") -> Version:
    text = f"@target\ndef f({parameters}) -> {result}:\n    return {'n' if result == 'int' else 'n == n'}\n"
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
    begun = time.monotonic()
    runs = run_batch(version("while n > 0:\n    n += 1\nreturn n"), "f", [(0,), (1,), (0,)], QUICK)
    assert runs[0] == PythonRun(value=0)
    assert runs[1].gave_up
    assert runs[2].gave_up
    assert time.monotonic() - begun < 5


def test_memory_is_limited() -> None:
    tight = dataclasses.replace(QUICK, python_bytes=64 * 2**20)
    given = run(version("for i in range(40):\n    n = n * n\nreturn n % 7"), "f", (3**99,), tight)
    assert given.raised == "MemoryError" or given.gave_up


@pytest.mark.parametrize("body", ["return open('/etc/passwd')", "return __import__('os')", "return print(1)", "return int('1')"])
def test_no_builtin_beyond_four(body: str) -> None:
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
    """No checked source can say this; the limits of the child hold all the same."""
    (given,) = run_calls(REACH, [("f", ())], DEFAULT)
    assert given.raised == "OSError"


def test_flood_of_output_is_cut_off() -> None:
    wide = run_batch(version("for i in range(14):\n    n = n * n\nreturn n"), "f", [(2**30,)] * 20, DEFAULT)
    assert wide[0].value == (2**30) ** 2**14
    assert wide[-1].gave_up


def test_text_on_the_childs_output_is_no_answer() -> None:
    (given,) = run_calls("this is not python", [("f", ())], DEFAULT)
    assert given == PythonRun(gave_up="the child ended without an answer")
    (odd,) = run_calls("def f():\n    return 'text'\n", [("f", ())], DEFAULT)
    assert odd.gave_up


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_is_used_where_it_is_there() -> None:
    (given,) = run_calls("def f():\n    return 1\n", [("f", ())], DEFAULT)
    assert given.value == 1
