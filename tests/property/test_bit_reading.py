"""Programs as bit-vectors give the values and the ticks that the reference interpreter gives, at points, in both solvers."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.fuzz.bits import Bits
from tests.fuzz.generator import WHOLE, Profile, case
from tests.fuzz.readings import InInterpreter, read, weighted
from tests.fuzz.values import Arguments
from verify import bit_run, bit_terms, intervals
from verify.bit_expr import Reader
from verify.gates.solver_worker import cvc5_asker, z3_asker
from verify.reasons import Refusal

SEED = 20261122
SCALARS = Profile(sequences=False)
INTERPRETER = InInterpreter()


def compared(text: str, inputs: list[Arguments], bits: Bits) -> int:
    """Return on how many inputs both say what the program returns; fail where they say different things."""
    read_ = read(text)
    said = 0
    for arguments, due, got in zip(inputs, INTERPRETER.outcomes(read_, inputs), bits.outcomes(read_, inputs), strict=True):
        if due is None or got is None:
            continue
        assert due == got, f"{text}\n{arguments}: {due} is due, the bits say {got}"
        said += 1
    return said


@pytest.mark.parametrize(("profile", "programs", "least"), [(SCALARS, 60, 120), (WHOLE, 60, 90)], ids=["scalars", "lists"])
def test_random_programs(profile: Profile, programs: int, least: int) -> None:
    said = 0
    for number in range(programs):
        text, inputs = case(SEED, number, 4, profile)
        with weighted(), suppress(Refusal):
            said += compared(text, inputs, Bits())
    assert said >= least


OPERATORS = (
    "a + b", "a - b", "a * b", "a & b", "a | b", "a ^ b", "a << b", "a >> b", "a // b", "a % b", "a ** b", "pow(a, 3, b)",
    "-a + ~b", "abs(a) - abs(b)", "min(a, b) * 3 - max(a, b)", "divmod(a, b)[0] * 100 + divmod(a, b)[1]",
    "(a if a < b else b) + (1 if a == b else 0)", "[3, a, b][a]", "2 ** b + 3 ** b", "sum(a >> i & 1 for i in range(9))",
)  # fmt: skip
BOUNDS = (3, 9, 40, 2**31)


@pytest.mark.parametrize("text", OPERATORS)
@pytest.mark.parametrize("asker", [z3_asker, cvc5_asker], ids=["z3", "cvc5"])
def test_every_operator(text: str, asker: object) -> None:
    """Mixed signs, one sign, single values; what raises must not be said to return."""
    rng = random.Random(text)
    function = f"def f(a: int, b: int) -> int:\n    return {text}\n"
    said = 0
    for _ in range(6 if asker is z3_asker else 2):
        most = [rng.choice(BOUNDS), rng.choice(BOUNDS[:2] if any(o in text for o in ("<<", "**")) else BOUNDS)]
        low = [rng.choice((-m, 0, 1, -1)) for m in most]
        inputs: list[Arguments] = [tuple(rng.randint(min(i, m), m) for i, m in zip(low, most, strict=True)) for _ in range(5)]
        said += compared(function, inputs, Bits(asker))  # type: ignore[arg-type]  # one of the two
    assert said > 0


LOOPS = {
    "while": "t = 0\n    while a:\n        a &= a - 1\n        t += 1\n    return t",
    "break": "for i in range(40):\n        if a >> i & 1:\n            break\n    else:\n        return -1\n    return b",
    "nested": "t = 0\n    for i in range(5):\n        for j in range(i, 6):\n            if j == b:\n                continue\n            t += j * a\n    return t",  # noqa: E501
    "down": "t = b\n    for i in range(7, -7, -3):\n        t = t * 2 ^ i\n    return t % 1000",
    "step": "t = 0\n    for i in range(0, 12, b):\n        t += i\n    return t",
    "bounded": "t = 0\n    for i in range(b):\n        t += i * a\n    return t",
    "table": "t = 0\n    for k in [3, 5, 9]:\n        t += k if a > k else b\n    return t",
    "recursive": "return 0 if a <= 0 else 1 + f(a >> 1, b)",
    "infinite": "while True:\n        if a & 1 or b == 0:\n            return a\n        a >>= 1\n        b -= 1",
}  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_loops(name: str) -> None:
    body = LOOPS[name].replace("    else:\n        return -1\n    return b", "    return b")
    inputs: list[Arguments] = [(0, 1), (1, 5), (12, 3), (255, 2), (96, 4), (2, 6)]
    assert compared(f"def f(a: int, b: int) -> int:\n    {body}\n", inputs, Bits()) == len(inputs)


def test_what_raises_is_not_said_to_return() -> None:
    for text, inputs in {
        "a // b": [(1, 0), (5, 2)], "a % b": [(-3, 0)], "a << b": [(1, -1)], "a >> b": [(1, -2)], "a ** b": [(2, -1)],
        "[1, a][b]": [(4, 2), (4, -3)], "pow(a, 2, b)": [(3, 0)], "max([x for x in [a, b] if False])": [(1, 2)],
    }.items():  # fmt: skip
        found = Bits().outcomes(read(f"def f(a: int, b: int) -> int:\n    return {text}\n"), list(inputs))
        due = INTERPRETER.outcomes(read(f"def f(a: int, b: int) -> int:\n    return {text}\n"), list(inputs))
        assert [f is None for f in found] == [bool(d is None or d.raised) for d in due], text


def zero_extended(text: str, bits: int, due: int) -> str:
    return f"((_ zero_extend {due - bits}) {text})" if due > bits else f"((_ extract {due - 1} 0) {text})"


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str]] = {
    "a sign that is lost": (lambda m: m.setattr(bit_terms, "resized", zero_extended), "return a * 3 + b"),
    "bounds of a difference": (lambda m: m.setitem(bit_terms.RING, "sub", ("bvsub", intervals.added)), "return a - b < -12"),
    "bounds of `&`": (lambda m: m.setitem(bit_terms.RING, "and", ("bvand", lambda i, _: (0, i[1]))), "return a & b < 0"),
    "bounds of a product": (lambda m: m.setitem(bit_terms.RING, "mul", ("bvmul", lambda i, _: i)), "return a * b"),
    "bounds of a shift": (lambda m: m.setattr(intervals, "shifted_left", lambda i, _: i), "return a << (b & 3)"),
    "a wrong operator": (lambda m: m.setitem(bit_terms.RING, "or", ("bvxor", intervals.ored)), "return a | b"),
    "bounds of either branch": (lambda m: m.setattr(intervals, "hull", lambda i, _: i), "return a if b > 2 else b * 90"),
    "a step that costs nothing": (
        lambda m: m.setattr(bit_run, "TABLE", {**bit_run.TABLE, "loop_step": 0}),
        "for i in range(4):\n        b += 1\n    return b",
    ),
    "what raises": (lambda m: m.setattr(Reader, "fail", lambda *_: None), "return a // (b - 3)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_reading_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, body = BROKEN[name]
    result = "bool" if " < " in body else "int"
    text, inputs = f"def f(a: int, b: int) -> {result}:\n    {body}\n", [(5, 3), (-7, 3), (6, -5), (-3, -4), (12, 2), (1, 40)]
    due = [o for o in INTERPRETER.outcomes(read(text), list(inputs)) if o is not None and not o.raised]
    assert compared(text, list(inputs), Bits()) == len(due)
    broken(monkeypatch)
    with pytest.raises(AssertionError, match="is due, the bits say"):
        compared(text, list(inputs), Bits())
