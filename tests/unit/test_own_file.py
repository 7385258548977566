"""A function in somebody's file: what is refused, the spec that is made of it, and the file with another body, byte for byte."""

import pytest

from loop.own_file import own_function, own_spec, patched
from verify.limits import DEFAULT
from verify.reasons import Malformed, NoMeasure, Refusal, Unsupported
from verify.spec import to_specs

PLAIN = """\"\"\"Sums.\"\"\"

import functools
from icontract import require as needs
import icontract


LIMIT = 3


def step(k: int) -> int:
    return 2 * k  # twice


# above
# the function
@functools.cache
@needs(lambda n: n >= 0)
@icontract.ensure(lambda n, result: result >= 0)
def total(n: int) -> int:
    \"\"\"Doubled triangle number.\"\"\"
    # the loop
    t = 0
    for i in range(n):
        t += step(i)
    return t  # done


def other():
    return total(LIMIT)
"""
SPEC = """from icontract import ensure, require
from verify import target


def step(k: int) -> int:
    return 2 * k  # twice


@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= 0)
@target
def total(n: int) -> int:
    \"\"\"Doubled triangle number.\"\"\"
    # the loop
    t = 0
    for i in range(n):
        t += step(i)
    return t  # done
"""
BETTER = b"def total(n: int) -> int:\n    return n * (n - 1)\n"


def test_a_spec_is_made_of_it() -> None:
    made = own_spec(own_function(PLAIN.encode(), "a.py", "total"))
    assert made.text == SPEC
    (spec,) = to_specs(made.text.encode(), "a.py", DEFAULT)
    assert spec.name == "total"
    # what is said of a line of the spec is said of the line of the file
    assert made.told(NoMeasure(what="x.", where="a.py:16:5")).where == "a.py:24:5"
    assert made.told(NoMeasure(what="x.", where="a.py:9")).where == "a.py:18"
    assert made.told(NoMeasure(what="x.", where="b.py:9")).where == "b.py:9"


def test_the_body_is_put_in_place_and_nothing_else() -> None:
    own = own_function(PLAIN.encode(), "a.py", "total")
    old = "    t = 0\n    for i in range(n):\n        t += step(i)\n    return t  # done\n"
    assert patched(own, BETTER).decode() == PLAIN.replace(old, "    return n * (n - 1)\n")


def test_lines_end_as_they_did() -> None:
    content = b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode()
    new = patched(own_function(content, "a.py", "total"), BETTER)
    old = b"    t = 0\r\n    for i in range(n):\r\n        t += step(i)\r\n    return t  # done\r\n"
    assert new == content.replace(old, b"    return n * (n - 1)\r\n")


@pytest.mark.parametrize(
    ("file", "due"),
    [
        ("def f(n: int) -> int: return n + n", "def f(n: int) -> int:\n    return 2 * n"),
        ("def f(n: int) -> int:\n\tm = n + n\n\treturn m\n", "def f(n: int) -> int:\n\treturn 2 * n\n"),
        ("def f(\n  n: int,\n) -> int:\n  # why\n  return n + n\nx = 1",
         "def f(\n  n: int,\n) -> int:\n  # why\n  return 2 * n\nx = 1"),
        ("\xef\xbb\xbfdef f(n: int) -> int: return n + n\n", "\xef\xbb\xbfdef f(n: int) -> int:\n    return 2 * n\n"),
        ('def f(n: int) -> int:\n    """Twice."""; return n + n\n',
         'def f(n: int) -> int:\n    """Twice."""\n    return 2 * n\n'),
    ],
    ids=["one line", "tabs", "another width", "a mark at the start", "a semicolon"],
)
def test_layouts(file: str, due: str) -> None:
    content = file.encode("latin-1")
    assert patched(own_function(content, "a.py", "f"), b"def f(n: int) -> int:\n    return 2 * n\n") == due.encode("latin-1")


def test_a_layout_without_a_place_is_refused() -> None:
    own = own_function(b'def f(n: int) -> int: "Twice."; return n + n\n', "a.py", "f")
    with pytest.raises(Refusal) as refused:
        patched(own, b"def f(n: int) -> int:\n    return 2 * n\n")
    assert isinstance(refused.value.reason, Unsupported)


HELPED = b"""from icontract import require
from verify import decreases


@require(lambda k: k >= 0)
def step(k: int) -> int:
    return k * 3


def total(n: int) -> int:
    decreases(n)
    while n > 3:
        decreases(n)
        n -= 1
    return step(n)
"""


def test_helpers_come_with_it_and_notes_do_not() -> None:
    new = patched(own_function(PLAIN.encode(), "a.py", "total"), HELPED).decode()
    # the file has another `step`
    assert "\n\n\ndef _step(k: int) -> int:\n    return k * 3\n\n\n# above\n# the function\n@functools.cache\n" in new
    assert "    # the loop\n    while n > 3:\n        n -= 1\n    return _step(n)\n\n\ndef other" in new
    assert "decreases" not in new


def test_a_helper_that_the_file_has_is_not_repeated() -> None:
    candidate = b"def step(k: int) -> int:\n    return 2 * k\n\n\ndef total(n: int) -> int:\n    return step(n * (n - 1) // 2)\n"
    new = patched(own_function(PLAIN.encode(), "a.py", "total"), candidate).decode()
    assert new.count("def step") == 1
    assert "    return step(n * (n - 1) // 2)\n" in new


@pytest.mark.parametrize(
    ("file", "name", "kind", "said"),
    [
        ("class A:\n    def f(self) -> int:\n        return 1\n", "f", Unsupported, "`f` is a method"),
        ("class A:\n    def f(self): pass\ndef f() -> int:\n    return 1\n", "A.f", Unsupported, "`f` is a method"),
        ("async def f() -> int:\n    return 1\n", "f", Unsupported, "`f` is async"),
        ("def g() -> int:\n    def f() -> int:\n        return 1\n    return f()\n", "f", Unsupported, "in another function"),
        ("if x:\n    def f() -> int:\n        return 1\n", "f", Unsupported, "within a statement"),
        ("try:\n    pass\nexcept E:\n    def f() -> int:\n        return 1\n", "f", Unsupported, "within a statement"),
        ("def f() -> int:\n    return 1\ndef f() -> int:\n    return 2\n", "f", Unsupported, "2 times, on lines 1, 3"),
        ("def f() -> int:\n    return 1\nf = g(f)\n", "f", Unsupported, "a.py:3: `f` is bound to something else"),
        ("from numpy import sum\ndef f(xs: list[int]) -> int:\n    return sum(xs)\n", "f", Unsupported, "a.py:1: `sum`"),
        ("def len(x):\n    return 0\ndef f(xs: list[int]) -> int:\n    return len(xs)\n", "f", Unsupported, "not Python's own"),
        ("def h():\n    global abs\n    abs = 1\ndef f(n: int) -> int:\n    return abs(n)\n", "f", Unsupported, "`abs`"),
        ("from m import *\ndef f(n: int) -> int:\n    return abs(n)\n", "f", Unsupported, "an import of everything"),
        ("def f(:\n", "f", Malformed, "a.py:1: the file is no Python"),
        ("\xff", "f", Malformed, "not UTF-8"),
    ],
)
def test_what_is_refused(file: str, name: str, kind: type, said: str) -> None:
    with pytest.raises(Refusal) as refused:
        own_function(file.encode("latin-1"), "a.py", name)
    assert isinstance(refused.value.reason, kind)
    assert said in str(refused.value.reason)


def test_a_decorator_that_may_change_the_function_is_refused() -> None:
    own = own_function(b"import numba\n\n@numba.njit\ndef f(n: int) -> int:\n    return n\n", "a.py", "f")
    with pytest.raises(Refusal) as refused:
        own_spec(own)
    assert str(refused.value.reason).startswith("a.py:3: the decorator `numba.njit` may change")


def test_an_unknown_function_is_told_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"a\.py has no function 'f'; it has g, h\."):
        own_function(b"def g():\n    pass\ndef h():\n    pass\n", "a.py", "f")
