"""Rewriting: every rule is proved and agrees with the reference interpreter, and versions are made cheaper by them."""

import random
from collections.abc import Iterator

import pytest
from targets import spec_of

from loop.bench import Bench
from loop.examine import Examiner
from loop.proposal import Brief
from loop.proposers.symbolic import Symbolic
from loop.source_text import expression
from loop.techniques import rewriting
from loop.techniques.egraph import cheaper
from loop.techniques.known import sure
from loop.techniques.rule_table import BOUNDS, RULES
from loop.techniques.rules import Bound, Rule, lean_text, parsed
from loop.techniques.study import Study
from verify import ir
from verify.gates.kernel import is_allowed
from verify.interpreter import compile_block
from verify.limits import DEFAULT
from verify.rule import LITERALS, SCOPE
from verify.spec import to_candidate
from verify.standby import start_kernel
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept

NAMESPACE = "QED.Proof"
POINTS = 150


def drawn(rng: random.Random, t: ir.Type) -> object:
    if t == "bool":
        return rng.random() < 0.5
    if t == "int":
        return rng.choice([rng.randint(-9, 9), rng.randint(0, 5), rng.randint(-300, 300)])
    return [rng.randint(-3, 3) for _ in range(rng.randint(0, 4))]


def results(e: ir.Expr, names: tuple[str, ...], points: list[tuple[object, ...]]) -> list[object]:
    """Return the values of an expression, None where it raises."""
    block = compile_block((ir.Return(e),), names, DEFAULT)
    runs = [block.run(p, 10**6, None) for p in points]  # type: ignore[arg-type]  # ints, bools and lists
    return [None if raised else value for _, _, value, raised in runs]


def test_rules_have_names_of_their_own() -> None:
    names = [r.name for r in (*RULES, *BOUNDS)]
    assert len(set(names)) == len(names)
    assert len(RULES) > 200


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.name)
def test_both_sides_of_a_rule_agree(rule: Rule) -> None:
    rng = random.Random(rule.name)
    names = rule.stated.letters
    points = [tuple(drawn(rng, SCOPE[n]) for n in names) for _ in range(POINTS * 4)]
    for condition in rule.conditions:
        points = [p for p, holds in zip(points, results(condition, names, points), strict=True) if holds]
    left, right = (results(e, names, points) for e in rule.sides)
    met = [(a, b) for a, b in zip(left, right, strict=True) if a is not None]
    assert len(met) > 20
    assert all(a == b for a, b in met)
    # a letter that only one side has would stand for anything
    one, two = (ir.variables(e) for e in rule.sides)
    assert two <= one
    assert not rule.both or one == two
    assert not isinstance(rule.sides[0], ir.Var)


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda b: b.name)
def test_bounds_hold(bound: Bound) -> None:
    rng = random.Random(bound.name)
    term, amount = parsed(bound.term), parsed(bound.low or bound.high)
    letters = {v.name: v for v in (x for x in ir.subexpressions(term) if isinstance(x, ir.Var))}
    names = (*letters, *bound.ends)
    points = []
    for _ in range(POINTS):
        values = {n: drawn(rng, v.type) for n, v in letters.items()}
        for end in bound.ends:
            value = values[end.split("_")[0]]
            assert isinstance(value, int)
            values[end] = value + (-1 if end.endswith("_low") else 1) * rng.choice([0, 1, 5])
        points.append(tuple(values[n] for n in names))
    for condition in bound.conditions:
        points = [p for p, holds in zip(points, results(condition, names, points), strict=True) if holds]
    pairs = [(a, b) for a, b in zip(results(term, names, points), results(amount, names, points), strict=True) if a is not None]
    assert len(pairs) > 20
    assert all(a >= b if bound.low else a <= b for a, b in pairs)  # type: ignore[operator]  # both are ints


def test_every_rule_is_a_theorem_with_a_proof() -> None:
    for rule in (*RULES, *BOUNDS):
        text = lean_text(rule)
        assert text.startswith(f"theorem rule_{rule.name} ")
        assert "sorry" not in text


@pytest.mark.slow
@pytest.mark.lean
def test_the_kernel_accepts_every_rule(toolchain: Toolchain) -> None:
    kernel = start_kernel(toolchain, DEFAULT)
    try:
        bench = Bench(kernel, kernel.library)
        refused = {r.name: error for r in (*RULES, *BOUNDS) if (error := bench.add(lean_text(r))) is not None}
        assert refused == {}
        uses = "".join(f"  have h{i} := @rule_{r.name}\n" for i, r in enumerate((*RULES, *BOUNDS)))
        assert bench.add(f"theorem every_rule : True := by\n{uses}  trivial\n") is None
        audit = kernel.session.audit(kernel.library, bench.top[1], f"{NAMESPACE}.every_rule")
        assert audit.kind == "theorem"
        assert all(map(is_allowed, audit.axioms))
        again = {c.name: c.replay for c in audit.new}
        assert {again[f"{NAMESPACE}.rule_{r.name}"] for r in (*RULES, *BOUNDS)} == {"ok"}
        assert set(again.values()) == {"ok"}
    finally:
        kernel.session.close()


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("(x ^ y) + (x & y) * 2", ("x + y", "y + x")),
        ("x % 8 + 8 * (x // 8)", ("x",)),
        ("x - x // y * y", ("x % y",)),
        ("((x % z) + (y % z)) % z", ("(x + y) % z", "(y + x) % z")),
        ("-x if x < 0 else x", ("abs(x)",)),
        ("len(xs + ys) - len(ys)", ("len(xs)",)),
        ("p and q or p and r", ("p and (q or r)",)),
        ("max(x, y) - min(y, x)", ("abs(x - y)", "abs(y - x)")),
        (f"(x | y) - (x & y) + {2**70}", (f"(x ^ y) + {2**70}",)),
        ("not (x < y or x == y)", ("y < x", "x > y")),
        ("x * y", ("x * y",)),
    ],
)
def test_expressions_are_made_cheaper(text: str, due: tuple[str, ...]) -> None:
    (found,) = cheaper([parsed(text)], {})
    assert expression(found) in due


def test_bounds_decide_conditions() -> None:
    texts = ["abs(x) + y % 100", "x // y", "1 if x < 0 else 2", "min(x, y + 100)"]
    found = cheaper([parsed(t) for t in texts], {"x": (0, 9), "y": (10, 99)})
    assert [expression(e) for e in found] == ["x + y", "0", "2", "x"]
    free = cheaper([parsed(t) for t in texts], {"x": (-1, 200), "y": (9, 100)})
    assert [expression(e) for e in free] == texts


def test_the_same_comes_out_each_time() -> None:
    texts = ["(x & y) + (x | y) + x * 0", "x * y + x * z + (x ^ y ^ x)"]
    both = [[expression(e) for e in cheaper([parsed(t) for t in texts], {})] for _ in range(2)]
    assert both[0] == both[1]


SPLIT = """@target
@require(lambda x, y: y > 0)
def f(x: int, y: int) -> int:
    q = x // y
    r = x % y
    return q * y + r
"""
LOOP = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    k = 0
    for i in range(n):
        if not (i % 10 >= 5 or i % 10 == 0):
            k = k + abs(i) * n
    return k
"""
WHILE = """@target
@require(lambda a, n: a >= 0 and n >= 0)
def f(a: int, n: int) -> int:
    s = 0
    while n > 0:
        q = n // 10
        s = s + (n - q * 10) + abs(a)
        n = q
    return s
"""
TWICE = """@target
def f(a: int, b: int) -> int:
    big = a * b + 7
    low = big * big + b
    return low * (a * b + 7) + (a * b + 7)
"""
GUARDED = """@target
def f(a: int, b: int) -> int:
    if a <= 0:
        return b
    if a > 5 and abs(a) > 0:
        b += 1
    return b + abs(a)
"""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (SPLIT, ["    return x"]),
        (LOOP, ["        if 5 > i % 10 != 0:", "            k = k + i * n"]),
        (WHILE, ["        s, n = s + n % 10 + a, n // 10"]),
        (TWICE, None),
        (GUARDED, ["    if a > 5:", "    return b + a"]),
    ],
    ids=["a quotient", "a range", "a while", "shared", "branches"],
)
def test_versions(text: str, lines: list[str] | None) -> None:
    spec = spec_of(text)
    brief = Brief(spec, Version(spec.source, spec.program), (), 0, 0)
    found = [p.program.decode() for p in Symbolic(DEFAULT, {"rewriting": rewriting.drafts}).propose(brief)]
    assert found
    if lines is None:
        assert found[0].count("a * b") == 1
    else:
        got = found[0].splitlines()
        assert all(line in got for line in lines), found[0]


def test_what_stays_positive_is_known() -> None:
    spec = spec_of(WHILE)
    known = sure(Study(Brief(spec, Version(spec.source, spec.program), (), 0, 0), DEFAULT))
    assert {n: ends[0] for n, ends in known.items()} == {"a": 0, "n": 0, "q": 0}
    assert set(LITERALS) == {"c", "d"}


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    """Give one examiner for all cases."""
    with Examiner("auto") as made:
        yield made


MODULAR = """@target
@require(lambda m: m > 0)
def f(a: int, b: int, m: int) -> int:
    return ((a % m) + (b % m)) % m
"""
BITS = """@target
def f(x: int, y: int) -> int:
    both = x & y
    one = x ^ y
    return (both | one) + both
"""


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("text", [SPLIT, BITS, GUARDED, LOOP], ids=["a quotient", "bits", "branches", "a range"])
def test_the_first_draft_is_accepted(text: str, examiner: Examiner) -> None:
    spec = spec_of(text)
    old = Version(spec.source, spec.program)
    first = next(Symbolic(DEFAULT, {"rewriting": rewriting.drafts}).propose(Brief(spec, old, (), 0, 0)))
    new = Version(*to_candidate(first.program, "c.py", spec, DEFAULT))
    verdict = examiner.examine(Task(spec, old, new), lemmas=first.lemmas.decode()).verdict
    assert isinstance(verdict, Accept), verdict
    assert verdict.certificate.tier == "kernel"
