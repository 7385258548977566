"""The Lean reading gives the values and the ticks that the reference interpreter gives, at points."""

import ast
import random
from collections.abc import Iterator

import pytest

from tests.fuzz.generator import PLAIN, expression
from tests.fuzz.lean import Lean
from tests.fuzz.values import inputs
from verify.ir import Program, Value
from verify.limits import DEFAULT
from verify.program import to_program
from verify.source import to_source
from verify.toolchain import Toolchain

LOOPS = {
    "def f(n: int) -> int:\n    t = 0\n    for i in range(n):\n        t += i * i\n    return t\n": [(0,), (4,), (-2,)],
    ("def f(n: int) -> int:\n    t = 0\n    for i in range(n, -3, -2):\n"
     "        t -= i\n        i = 5\n        t += i\n    return t\n"): [(3,), (-5,)],
    "def f(n: int, k: int) -> int:\n    t = 1\n    for i in range(0, n, k):\n        t += i\n    return t\n": [(7, 3), (-4, -2)],
    ("def f(n: int) -> int:\n    t = 0\n    for i in range(n):\n        for j in range(i, n):\n"
     "            t += j\n    return t\n"): [(3,)],
    ("def f(n: int) -> int:\n    i = 0\n    while i <= n:\n        decreases(n - i)\n"
     "        if i * i > n:\n            return i\n        i += 1\n    return -1\n"): [(5,), (0,), (-1,)],
    ("def f(n: int, p: bool) -> bool:\n    odd = p\n    for _ in range(n):\n"
     "        odd = not odd\n    return odd and n > 1 or p\n"): [(3, True), (2, False)],
    ("def f(a: int, b: int) -> int:\n    x, y = a, b\n    while y > 1:\n        decreases(y)\n"
     "        x, y = y, y // 3 + x % 2\n    return abs(x)\n"): [(12, 18), (-4, 6)],
    ("def f(n: int) -> int:\n    a = b = 1\n    for _ in range(n):\n        a, b = b, a + b\n"
     "    return a if n % 2 == 0 and a > 2 else b - 1\n"): [(4,), (5,)],
}  # fmt: skip


SEQUENCES = {
    "def f(xs: list[int]) -> int:\n    t = 0\n    for x in xs:\n        if x < 0:\n            break\n"
    "        if x == 2:\n            continue\n        t += x\n    return t\n": [([1, 2, 3],), ([],), ([4, -1, 9],)],
    "def f(xs: list[int], i: int) -> int:\n    return xs[i] * xs[-1] + len(xs[1:]) - xs.count(i)\n": [([5, 6, 1], 1), ([7], -1)],
    "def f(xs: list[int], n: int) -> list[int]:\n    out = [0] * n\n    out[0] = 3\n    out[-1] += len(xs)\n"
    "    out.append(7)\n    return out[:2] + xs[::-1]\n": [([1, 2], 2), ([], 1)],
    "def f(a: int, b: int) -> tuple[int, bool, list[int]]:\n    q, r = divmod(a, b)\n"
    "    return (q, r in [1, 2], [x * x for x in range(a) if x != r])\n": [(7, 3), (4, -2), (-3, 2)],
    "def f(xs: list[tuple[int, int]]) -> int:\n    return sum(a * b for a, b in xs) + max(1, len(xs))\n":
        [([(1, 2), (-3, 4)],), ([],)],
    "def f(xs: list[int]) -> bool:\n    return all(x > 0 for x in xs) and any(x > 2 for x in xs) and xs != [4]\n":
        [([1, 3],), ([],), ([4],), ([1, 2],), ([0, 9],)],
    "def f(a: int, b: int) -> int:\n    return (a << 3) + (a >> 1) + (a & 7) + ~b + a ** 2 + (b << 0)\n": [(5, 3), (-9, -2)],
    "def f(a: int, b: int) -> int:\n    return (a & b) + (a | b) * 3 + (a ^ b)\n": [(5, 3), (-9, 12), (-7, -2), (0, 6)],
    "def f(a: int, k: int) -> int:\n    return (a << k) + (a >> k) + a ** k + pow(a, k, 7) + pow(2, k)\n":
        [(5, 3), (-9, 2), (3, 0)],
    "def f(n: int) -> int:\n    decreases(n)\n    return n if n < 2 else f(n - 1) + f(n - 2)\n": [(1,), (4,)],
    "def f(xs: list[int]) -> int:\n    decreases(len(xs))\n    if not xs:\n        return 0\n    return xs[0] - f(xs[1:])\n":
        [([],), ([4, 1, 2],)],
    "def f(rows: list[list[int]]) -> list[int]:\n    return [sum(row) for row in rows if len(row) > 0]\n":
        [([[1, 2], [], [5]],), ([],)],
    "def f(n: int) -> int:\n    i = 0\n    while True:\n        decreases(n - i)\n        if i * i >= n:\n            break\n"
    "        i += 1\n    return i\n": [(5,), (-1,)],
    "def f(xs: list[int]) -> list[int]:\n    stack = xs[:]\n    out: list[int] = []\n    while stack:\n"
    "        decreases(len(stack))\n        x = stack.pop()\n        out.append(x)\n    return out\n": [([1, 2, 3],), ([],)],
}  # fmt: skip
@pytest.fixture(scope="module")
def lean(toolchain: Toolchain) -> Iterator[Lean]:
    with Lean() as reading:
        yield reading


def read(text: str) -> Program:
    source = to_source(text.encode(), "f.py", DEFAULT)
    function = source.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    return to_program(source, function)


def check(lean: Lean, text: str, points: list[tuple[Value, ...]]) -> None:
    found = lean.check(read(text), points)
    assert [(p.arguments, p.said) for p in found] == [(tuple(p), "agrees") for p in points], [p.claim for p in found]


@pytest.mark.parametrize("text", list(LOOPS), ids=range(len(LOOPS)))
def test_loops_agree_in_value_and_ticks(lean: Lean, text: str) -> None:
    check(lean, text, list(LOOPS[text]))


@pytest.mark.parametrize("text", list(SEQUENCES), ids=range(len(SEQUENCES)))
def test_sequences_bits_and_recursion_agree_in_value_and_ticks(lean: Lean, text: str) -> None:
    check(lean, text, list(SEQUENCES[text]))


def test_random_expressions_agree_in_value_and_ticks(lean: Lean) -> None:
    rng = random.Random(20)
    checked = 0
    for _ in range(30):
        text, types = expression(rng, PLAIN, rng.choice(["int", "bool"]))
        found = lean.check(read(text), inputs(rng, types, 3))
        assert "differs" not in [p.said for p in found], (text, found)
        checked += sum(p.said == "agrees" for p in found)
    assert checked > 30


LEAVES = (
    "1", "2", "5", "2 ** a", "(1 << a)", "(3 >> a)", "pow(2, a, 5)", "(1 if p else 2)", "[1, 2][a]", "[[1], [2]][a][0]",
    "(1, p)[0]", "sum([1, 2])", "sum([1 for x in xs])", "sum([2] * a)", "len(xs)", "max(1, 2)", "([(1, p), (2, p)][a])[0]",
)  # fmt: skip
"""what is worked out from numbers alone, or nearly so: nothing in it tells Lean that it is an int"""


def over_numbers(rng: random.Random, depth: int) -> str:
    """Return an int expression over such leaves."""
    if depth == 0:
        return rng.choice(LEAVES)
    left, right = over_numbers(rng, depth - 1), over_numbers(rng, rng.randrange(depth))
    return rng.choice((f"({left} - {right})", f"({left} - {right})", f"({left} * {right})", f"-{left}", f"[{left}, {right}][a]"))


def test_conditions_over_numbers_are_about_ints(lean: Lean) -> None:
    rng, checked = random.Random(21), 0
    for _ in range(25):
        left, right = over_numbers(rng, rng.choice((1, 2))), over_numbers(rng, rng.choice((0, 1)))
        relation = rng.choice((">=", "<", "==", "!="))
        text = f"def f(a: int, p: bool, xs: list[int]) -> bool:\n    return {left} {relation} {right}\n"
        found = lean.check(read(text), [(0, True, [4]), (1, False, [7, 8])])
        assert "differs" not in [p.said for p in found], (text, found)
        checked += sum(p.said == "agrees" for p in found)
    assert checked > 40
