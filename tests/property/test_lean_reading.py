"""The Lean reading gives the values and the ticks that the reference interpreter gives, at points."""

import ast
import random
from collections.abc import Iterator

import pytest
from generate import expression, inputs

from verify.interpreter import Interpreter
from verify.ir import Program, Value
from verify.lean_expr import TYPE
from verify.lean_expr import field as lean_name
from verify.lean_library import load_library
from verify.lean_text import to_lean
from verify.limits import DEFAULT
from verify.program import to_program
from verify.session import DEFAULT_LIMITS, Session
from verify.source import to_source
from verify.statement import OPENING
from verify.toolchain import ToolchainMissing, find

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


@pytest.fixture(scope="module")
def lean() -> Iterator[tuple[Session, int]]:
    try:
        toolchain = find("portable")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        yield session, load_library(session)


def read(text: str) -> Program:
    source = to_source(text.encode(), "f.py", DEFAULT)
    function = source.tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    return to_program(source, function)


def literal(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else f"({value})"


def claims(program: Program, points: list[tuple[Value, ...]]) -> tuple[str, int]:
    """Return Lean text that states value and ticks at points where the program does not raise, and how many points."""
    names = [f"Old.shadow{s.index}" for s in program.loops]
    interpreter = Interpreter(program, DEFAULT)
    lines = []
    for point in points:
        outcome = interpreter.run(point)
        if not outcome.raised:
            args = " ".join(map(literal, point))
            unfolded = ", ".join([*names, "pick", "fdiv", "fmod", "Int.max_def", "Int.min_def"])
            both = f"Old.value {args} = {literal(outcome.value)} ∧ Old.ticks {args} = {outcome.ticks}"
            script = f"first | simp [Old.value, Old.ticks, Old.out, {unfolded}] | decide +kernel"
            lines.append(f"theorem at{len(lines)} : {both} := by {script}")
    return "\n".join(lines), len(lines)


def check(lean: tuple[Session, int], program: Program, points: list[tuple[Value, ...]]) -> int:
    session, library = lean
    binders = " ".join(f"({lean_name(p.name)} : {TYPE[p.type]})" for p in program.parameters)
    opening = OPENING.format(heartbeats=DEFAULT.lean_heartbeats)
    # the theorems about runs may fail, where an input raises: the functions are there all the same
    printed = f"{opening}namespace QED\ndef Pre {binders} : Prop := True\nend QED\n{to_lean(program, 'QED.Old', DEFAULT)}"
    base = session.elaborate(library, printed, keep=True)
    assert base.env is not None
    text, count = claims(program, points)
    done = session.elaborate(base.env, f"{opening}namespace QED\n{text}\nend QED\n", keep=False)
    assert done.errors == 0, (text, [m.text for m in done.messages if m.severity == "error"][:2])
    return count


@pytest.mark.parametrize("text", list(LOOPS), ids=range(len(LOOPS)))
def test_loops_agree_in_value_and_ticks(lean: tuple[Session, int], text: str) -> None:
    assert check(lean, read(text), list(LOOPS[text])) == len(LOOPS[text])


def test_random_expressions_agree_in_value_and_ticks(lean: tuple[Session, int]) -> None:
    rng = random.Random(20)
    checked = 0
    for _ in range(30):
        kind = rng.choice(["int", "bool"])
        checked += check(lean, read(expression(rng, kind)), inputs(rng, 3))
    assert checked > 30
