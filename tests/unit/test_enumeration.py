"""Targets that are not in specs/: drafts return what is due, and cost no more than is known to be enough."""

import random
from collections.abc import Callable

import pytest

from loop.examine import Examiner
from loop.proposal import Brief
from loop.simplify import static_cost
from loop.source_text import to_source_text
from loop.techniques.enumeration import drafts, shared
from loop.techniques.study import Study
from loop.techniques.wide_inputs import wide_runs
from verify import ir
from verify.gates.solvers import solvers
from verify.interpreter import Interpreter, holds
from verify.ir import Program
from verify.limits import DEFAULT
from verify.spec import to_candidate, to_specs
from verify.task import Passed, Task, Version


def study(text: str, effort: int = 0) -> Study:
    (spec,) = to_specs(f"from icontract import require\nfrom verify import target\n\n{text}\n".encode(), "spec.py", DEFAULT)
    return Study(Brief(spec, Version(spec.source, spec.program), (), 0, effort), DEFAULT)


def word(width: int, *names: str) -> str:
    bounds = " and ".join(f"0 <= {n} < 2**{width}" for n in names)
    return f'@target(tier="smt")\n@require(lambda {", ".join(names)}: {bounds})\n'


Case = tuple[str, Callable[..., object], int]
"""a spec, what it means, and ticks that are known to be enough"""
WORDS: dict[str, Case] = {
    "lowest one turned off, 16 bits, by a while": (word(16, "w") + """
def f(w: int) -> int:
    i = 0
    while i < 16:
        if (w >> i) & 1:
            return w - (1 << i)
        i += 1
    return 0
""", lambda w: w & (w - 1), 2),
    "zeros below the lowest one, 24 bits": (word(24, "v") + """
def f(v: int) -> int:
    out = 0
    for k in range(24):
        if v >> k & 1:
            break
        out += 2 ** k
    return out
""", lambda v: ~v & (v - 1) & 0xFFFFFF, 3),
    "the larger of two, 16 bits": (word(16, "p", "q") + """
def f(p: int, q: int) -> int:
    for i in range(15, -1, -1):
        if (p >> i) & 1 != (q >> i) & 1:
            return p if (p >> i) & 1 else q
    return p
""", max, 2),
    "saturating sum, 8 bits": (word(8, "a", "b") + """
def f(a: int, b: int) -> int:
    total = a
    for i in range(255):
        if i < b and total < 255:
            total += 1
    return total
""", lambda a, b: min(a + b, 255), 4),
    "one one, 16 bits": (word(16, "x") + """
def f(x: int) -> bool:
    n = 0
    for i in range(16):
        n += x >> i & 1
    return n == 1
""", lambda x: x.bit_count() == 1, 5),
    "average, 64 bits": (word(64, "a", "b") + """
def f(a: int, b: int) -> int:
    s = 0
    c = 0
    for i in range(64):
        d = (a >> i & 1) + (b >> i & 1) + c
        s |= (d & 1) << i
        c = d >> 1
    return (s + (c << 64)) >> 1
""", lambda a, b: (a + b) >> 1, 2),
    "bytes exchanged, 32 bits": (word(32, "x") + """
def f(x: int) -> int:
    r = 0
    for i in range(4):
        r = (r << 8) | ((x >> (8 * i)) & 255)
    return r
""", lambda x: int.from_bytes(x.to_bytes(4, "little"), "big"), 12),
}  # fmt: skip
DOUBLED: dict[str, Case] = {
    "parity, 16 bits": (word(16, "x") + """
def f(x: int) -> int:
    odd = 0
    for i in range(16):
        if (x >> i) & 1:
            odd = 1 - odd
    return odd
""", lambda x: x.bit_count() % 2, 13),
    "ones, 24 bits": (word(24, "x") + """
def f(x: int) -> int:
    n = 0
    for i in range(24):
        if x & (1 << i) != 0:
            n = n + 1
    return n
""", lambda x: x.bit_count(), 24),
    "bits reversed, 16 bits": (word(16, "x") + """
def f(x: int) -> int:
    r = 0
    for i in range(16):
        r = r * 2 + ((x >> i) & 1)
    return r
""", lambda x: int(f"{x:016b}"[::-1], 2), 24),
    "round up, 16 bits": (word(16, "x") + """
def f(x: int) -> int:
    p = 1
    for _ in range(16):
        if p < x:
            p = p + p
    return p
""", lambda x: 1 << max(0, (x - 1).bit_length()), 20),
}  # fmt: skip
INTS: dict[str, Case] = {
    "product by adding": ("""
@target
@require(lambda n, k: n >= 0)
def f(n: int, k: int) -> int:
    t = 0
    for _ in range(n):
        t += k
    return t
""", lambda n, k: n * k, 1),
    "a comparison in several steps": ("""
@target
def f(a: int, b: int) -> bool:
    d = a - b
    e = d * d
    if e < 0:
        return True
    return a > b or d > 0
""", lambda a, b: a > b, 1),
}  # fmt: skip
COUSINS = {**WORDS, **DOUBLED, **INTS}
CASES = [pytest.param(*case, id=name, marks=[pytest.mark.slow] if name in DOUBLED else []) for name, case in COUSINS.items()]


def first(text: str) -> Program:
    found = next(drafts(study(text)), None)
    assert found is not None
    assert isinstance(found.candidate, Program)
    return found.candidate


def cost(program: Program) -> int:
    return sum(static_cost(e) for s in program.body for e in ir.expressions(s)) + len(program.body) - 1


@pytest.mark.parametrize(("text", "f", "most"), CASES)
def test_cousins_of_the_corpus_are_found(text: str, f: Callable[..., object], most: int) -> None:
    program = first(text)
    rng = random.Random(5)
    allowed = holds(study(text).spec.require, [p.name for p in program.parameters], DEFAULT)
    points = [[rng.getrandbits(rng.randint(1, 64)) for _ in program.parameters] for _ in range(3000)]
    kept = [p for p in [*points, [0] * len(program.parameters)] if allowed(p)]
    assert len(kept) > 20
    interpreter = Interpreter(program, DEFAULT)
    assert all(interpreter.run(p).value == f(*p) for p in kept)
    assert cost(program) <= most
    assert to_source_text(program) is not None


def test_what_cannot_be_made_cheaper_has_no_draft() -> None:
    assert not list(drafts(study(word(16, "x") + "def f(x: int) -> int:\n    return x & (x - 1)")))


def test_lists_and_tuples_are_left_alone() -> None:
    assert not list(drafts(study("@target\ndef f(xs: list[int], n: int) -> int:\n    return sum(xs) + n")))
    assert not list(drafts(study("@target\ndef f(n: int) -> tuple[int, int]:\n    return (n + 0, n)")))
    assert not list(drafts(study("@target\ndef f(p: bool) -> bool:\n    return not not p")))


def test_a_contract_that_allows_next_to_nothing_has_no_draft() -> None:
    text = "@target\n@require(lambda x: 3 <= x <= 5)\ndef f(x: int) -> int:\n    return x + x + x"
    assert not list(drafts(study(text)))


def test_the_same_study_has_the_same_drafts() -> None:
    text = COUSINS["zeros below the lowest one, 24 bits"][0]
    one, two = ([d.candidate for d in drafts(study(text))] for _ in range(2))
    assert one
    assert one == two


def test_drafts_come_cheapest_first_and_never_cost_more_than_the_head() -> None:
    found = [d.candidate for d in drafts(study(COUSINS["the larger of two, 16 bits"][0]))]
    costs = [cost(p) for p in found if isinstance(p, Program)]
    assert costs == sorted(costs)
    assert costs


def test_inputs_come_from_the_whole_range_and_meet_the_contract() -> None:
    text = """
@target
@require(lambda x, m, k: 0 <= x < 2**32 and 0 <= m < 2**32 and 0 <= k < 32)
@require(lambda x, m, k: m << k < 2**32 and m & (m << k) == 0)
def f(x: int, m: int, k: int) -> int:
    return x + m + k
"""
    runs = wide_runs(study(text), 200)
    assert len(runs) >= 150
    assert all(m << k < 2**32 and m & (m << k) == 0 for _, m, k in (r.arguments for r in runs))
    assert sum(x > 2**31 for x, _, _ in (r.arguments for r in runs)) > 20
    assert runs == wide_runs(study(text), 200)


def test_equal_arguments_are_drawn_where_they_must_meet() -> None:
    text = "@target\n@require(lambda x, a, b: 0 <= a < 2**32 and 0 <= b < 2**32 and (x == a or x == b) and a != b)\n"
    runs = wide_runs(study(text + "def f(x: int, a: int, b: int) -> int:\n    return a + b - x"), 200)
    assert len(runs) > 50


def test_what_is_evaluated_twice_has_a_name() -> None:
    x = ir.Var("x", "int")
    t = ir.Binary("and", x, ir.Unary("neg", x))
    u = ir.Binary("rshift", ir.Binary("add", x, t), ir.Const(1))
    block, names = shared(ir.Binary("xor", ir.Binary("mul", u, u), t), {"x", "t"})
    assert names == ["u", "v"]
    assert [type(s) for s in block] == [ir.Assign, ir.Assign, ir.Return]
    text = to_source_text(Program("f", (x,), tuple(ir.Var(n, "int") for n in names), "int", block))
    assert text == "def f(x: int) -> int:\n    u = x & -x\n    v = x + u >> 1\n    return v * v ^ u\n"


def test_names_are_assigned_before_they_are_read() -> None:
    x = ir.Var("x", "int")
    t = ir.Binary("mul", ir.Binary("add", x, ir.Const(3)), ir.Binary("sub", x, ir.Const(3)))
    u = ir.Binary("xor", ir.Binary("mul", t, x), ir.Binary("or", x, ir.Const(5)))
    block, _ = shared(ir.Binary("add", ir.Binary("mul", u, u), t), {"x"})
    known = {"x"}
    for s in block:
        assert {n for e in ir.expressions(s) for n in ir.variables(e)} <= known
        known |= set(s.targets) if isinstance(s, ir.Assign) else set()
    assert len(block) == 3


def test_what_only_one_side_of_a_choice_evaluates_keeps_its_place() -> None:
    x = ir.Var("x", "int")
    t = ir.Binary("floordiv", ir.Const(9), x)
    block, names = shared(ir.Choice(ir.Unary("truth", x), ir.Binary("mul", t, t), x), {"x"})
    assert not names
    assert len(block) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lowest one turned off, 16 bits, by a while", "the larger of two, 16 bits", "one one, 16 bits"])
def test_both_solvers_say_yes_to_what_was_drafted(name: str) -> None:
    own = study(COUSINS[name][0])
    text = to_source_text(first(COUSINS[name][0]))
    assert text is not None
    new = Version(*to_candidate(text.encode(), "new.py", own.spec, DEFAULT))
    assert isinstance(solvers(Task(own.spec, own.brief.head, new), DEFAULT), Passed)


@pytest.mark.slow
@pytest.mark.lean
def test_the_examiner_accepts_a_draft() -> None:
    own = study(COUSINS["product by adding"][0])
    text = to_source_text(first(COUSINS["product by adding"][0]))
    assert text is not None
    new = Version(*to_candidate(text.encode(), "new.py", own.spec, DEFAULT))
    with Examiner("auto") as examiner:
        assert examiner.examine(Task(own.spec, own.brief.head, new)).verdict.name == "accept"
