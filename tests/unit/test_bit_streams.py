"""Equations about bits are proved for all ints where they hold, premises and bounds included, and Lean refuses false ones."""

from __future__ import annotations

import operator
import random
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.bench import Bench
from loop.bit_streams import bit_lines
from loop.lean_terms import relation, text_of
from verify import ir
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.toolchain import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.ir import Expr

NAMES = ("v_x", "v_y", "v_z")
VARIABLES = tuple(ir.Var(n, "int") for n in NAMES)
OPERATORS = {"add": operator.add, "sub": operator.sub, "and": operator.and_, "or": operator.or_, "xor": operator.xor}


def evaluated(e: Expr, point: dict[str, int]) -> int:
    match e:
        case ir.Const(v):
            return int(v)
        case ir.Var(n):
            return point[n]
        case ir.Unary("neg", operand):
            return -evaluated(operand, point)
        case ir.Binary("mul", left, right):
            return evaluated(left, point) * evaluated(right, point)
        case ir.Binary("mod", left, right):
            return evaluated(left, point) % evaluated(right, point)
        case ir.Binary(op, left, right):
            return OPERATORS[op](evaluated(left, point), evaluated(right, point))
    raise TypeError(type(e).__name__)


def literals(low: int = -40, high: int = 40) -> st.SearchStrategy[Expr]:
    return st.integers(low, high).map(ir.Const)


def grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.one_of(
        st.builds(ir.Binary, st.sampled_from(list(OPERATORS)), inner, inner),
        st.builds(ir.Binary, st.just("mul"), literals(0, 12), inner),
        st.builds(ir.Binary, st.just("mul"), inner, literals(0, 12)),
        st.builds(ir.Binary, st.just("mod"), inner, st.sampled_from([1, 2, 16, 256]).map(ir.Const)),
        st.builds(ir.Unary, st.just("neg"), inner.filter(lambda e: not isinstance(e, ir.Const))),
    )


EXPRESSIONS = st.recursive(st.one_of(st.sampled_from(VARIABLES), literals()), grown, max_leaves=8)


@given(EXPRESSIONS)
def test_a_printed_term_is_read_as_it_was(e: Expr) -> None:
    text = text_of(e)
    found = relation(f"{text} = 0")
    assert found is not None
    assert text_of(found[0]) == text
    point = dict(zip(NAMES, (-77, 1234, 5), strict=True))
    assert evaluated(found[0], point) == evaluated(e, point)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("band v_x v_y + 2 * bxor v_x 3", "((band v_x v_y) + (2 * (bxor v_x 3)))"),
        ("-v_x - 1 - v_y * 2 % 8", "(((-v_x) - 1) - ((v_y * 2) % 8))"),
        ("bor (f v_x).1 ↑(g v_y)", "(bor ((f v_x).1) (↑(g v_y)))"),
        ("v_x ^ 2 + 2 ^ 5", "((v_x ^ 2) + 32)"),
        ("(↑xs.length : Int) + (if v_x = 0 then 1 else 2)", "((↑xs.length) + (if v_x = 0 then 1 else 2))"),
    ],
)
def test_a_goal_is_read_by_leans_precedences(text: str, printed: str) -> None:
    found = relation(f"{text} ≤ 0")
    assert found is not None
    assert (text_of(found[0]), found[1]) == (printed, "≤")


@pytest.mark.parametrize("text", ["v_x", "v_x = 0 ∧ v_y = 0", "¬v_x = 0", "v_x = 0 = 0", "v_x = if", "v_x / v_y = 0", "(v_x = 0"])
def test_other_text_is_no_relation(text: str) -> None:
    assert relation(text) is None


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Gives a bench on the library in a real session."""
    kernel = start_kernel(find("portable"), DEFAULT)
    with kernel.session:
        yield Bench(kernel, kernel.library)


def theorem(name: str, goal: str, hypotheses: tuple[str, ...], lines: tuple[str, ...]) -> str:
    premises = "".join(f" (h{i} : {text})" for i, text in enumerate(hypotheses))
    return f"theorem {name} ({' '.join(NAMES)} : Int){premises} : {goal} := by\n" + "".join(f"  {line}\n" for line in lines)


HOLD = [
    ("bor v_x v_y + band v_x v_y = v_x + v_y", ()),
    ("((bxor v_x v_y) + (2 * (band v_x v_y))) = (v_x + v_y)", ()),
    ("-band (-v_x - 1) (-v_y - 1) - 1 = bor v_x v_y", ()),
    ("v_x * (-3) - band v_x (-6) = band v_x 5 - 4 * v_x", ()),
    ("bor (bor (band v_x v_z) (band v_y (-v_z - 1))) 12 = bor 12 (bxor v_y (band (bxor v_x v_y) v_z))", ()),
    ("bxor (v_x % 8) (v_x - v_x % 8) = v_x ∧ v_x + v_y = v_y + v_x ∧ band v_x 255 = v_x % 256", ()),
    ("bxor v_x v_y / 2 + band v_x v_y = (v_x + v_y) / 2", ()),
    ("bor v_x v_y / 4 = bor (v_x / 4) (v_y / 4)", ()),
    ("v_x + v_y = bor v_x v_y", ("band v_x v_y = 0",)),
    ("v_z + v_y = bor v_x v_y", ("v_y < 0 ∧ band v_x v_y = 0 ∧ v_z = v_x",)),
    ("band v_x 1431655765 + band v_x 2863311530 = v_x", ("0 ≤ v_x", "v_x < 2 ^ 32")),
    ("band (v_x * v_y) 7 + v_x * v_y = bor (v_x * v_y) 7 + 2 * band (v_x * v_y) 7 - 7", ()),
]


@pytest.mark.parametrize(("goal", "hypotheses"), HOLD)
def test_the_lines_prove_goals_about_bits(bench: Bench, goal: str, hypotheses: tuple[str, ...]) -> None:
    lines = bit_lines(goal, [(f"h{i}", text) for i, text in enumerate(hypotheses)])
    assert lines is not None
    assert bench.add(theorem(f"holds{HOLD.index((goal, hypotheses))}", goal, hypotheses, lines)) is None


@pytest.mark.parametrize(
    ("goal", "hypotheses"),
    [
        ("bor v_x v_y + band v_x v_y = v_x - v_y", ()),
        ("v_x + v_y = bor v_x v_y", ()),
        ("v_x + v_y = bor v_x v_y", ("band v_x v_z = 0",)),
        ("band v_x 1431655765 + band v_x 2863311530 = v_x", ("0 ≤ v_x", "v_x ≤ 2 ^ 32")),
        ("band v_x 255 = v_x % 128", ()),
        ("bxor v_x v_y / 2 = (v_x + v_y) / 2", ()),
        ("band v_x v_y < 3", ()),
        ("v_x + v_y = v_y + v_x", ()),
    ],
    ids=["false", "premise missing", "other premise", "bound too wide", "other mask", "carries lost", "no equation", "no bits"],
)
def test_there_are_no_lines_for_other_goals(goal: str, hypotheses: tuple[str, ...]) -> None:
    assert bit_lines(goal, [(f"h{i}", text) for i, text in enumerate(hypotheses)]) is None


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("(.or (.var 0) (.var 1))", "(.xor (.var 0) (.var 1))"),  # the sides write different bits
        ("⟨2, 3, [2, 2]⟩", "⟨1, 1, [0, 0]⟩"),  # a state that is reached is left out
        ("⟨2, 3, [2, 2]⟩", "⟨2, 3, [2, 0]⟩"),  # a carry is lost
        ("⟨2, 3, [2, 2]⟩", "⟨1, 3, [2, 2]⟩"),  # a state beyond the width
        ("⟨2, 3, [2, 2]⟩", "⟨2, 2, [2, 2]⟩"),  # the state that all begin in is left out
        ("⟨2, 3, [2, 2]⟩", "⟨2, 3, [3, 3]⟩"),  # all begin with a carry
        ("⟨2, 3, [2, 2]⟩", "⟨0, 0, []⟩"),  # no states
        (" [⟨2, 3, [2, 2]⟩]", " []"),  # no layers
        ("Stream.eq_of_follows 2", "Stream.eq_of_follows 1"),  # a variable whose bits are not looked at
        ("(.add 1 (.var 0) (.var 1))", "(.add 0 (.var 0) (.var 1))"),  # two carries in one place; they are equal, so it holds
    ],
)  # fmt: skip
def test_lean_checks_what_it_is_handed(bench: Bench, right: str, wrong: str) -> None:
    goal = "bor v_x v_y + band v_x v_y = v_x + v_y"
    lines = bit_lines(goal)
    assert lines is not None
    assert right in lines[0]
    said = bench.add(theorem("tampered", goal, (), (lines[0].replace(right, wrong), *lines[1:])))
    if "(.add 0" in wrong:
        assert said is None
    else:
        assert said is not None
        assert "decide" in said or "mismatch" in said or "rfl" in said, said


LITERALS = "band 1431655765 v_x + band 2863311530 v_x = band 4294967295 v_x"


@pytest.mark.parametrize("cut", [1, 31])
def test_layers_may_not_end_before_the_literals_do(bench: Bench, cut: int) -> None:
    lines = bit_lines(LITERALS)
    assert lines is not None
    layers = re.findall(r"⟨\d+, \d+, \[[\d, ]*\]⟩", lines[0])
    assert len(layers) == 33
    short = lines[0].replace(", ".join(layers), ", ".join([*layers[: cut - 1], layers[-1]]))
    assert "decide" in (bench.add(theorem("cut", LITERALS, (), (short, *lines[1:]))) or "")
    if cut == 1:
        assert bench.add(theorem("whole", LITERALS, (), lines)) is None


LAWS = (
    lambda a, b: (f"({a} + {b})", f"((bor {a} {b}) + (band {a} {b}))"),
    lambda a, b: (f"({a} + {b})", f"((bxor {a} {b}) + (2 * (band {a} {b})))"),
    lambda a, b: (f"({a} - {b})", f"(({a} + ((-{b}) - 1)) + 1)"),
    lambda a, b: (f"(bor {a} {b})", f"((-(band ((-{a}) - 1) ((-{b}) - 1))) - 1)"),
    lambda a, b: (f"(bxor {a} {b})", f"((bor {a} {b}) - (band {a} {b}))"),
    lambda a, b: (f"(band {a} (bor {a} {b}))", a),
    lambda a, b: (f"(({a} * 5) - {b})", f"((4 * {a}) + ({a} - {b}))"),
)
"""both sides of a law, of two terms"""


def identity(rng: random.Random, depth: int) -> tuple[str, str]:
    """Return two terms that laws make equal."""
    if depth == 0:
        name = rng.choice((*NAMES, "6", "(-3)"))
        return name, name
    (a, other_a), (b, other_b) = identity(rng, depth - 1), identity(rng, 0)
    law = rng.choice(LAWS)
    return law(a, b)[0], law(other_a, other_b)[1]


def test_random_identities_are_proved_and_others_are_not(bench: Bench) -> None:
    rng = random.Random(7)
    proved = refused = 0
    while proved < 12:
        left, right = identity(rng, rng.randint(1, 4))
        goal = f"{left} = {right}"
        if (lines := bit_lines(goal)) is None:
            assert not re.search("band|bor|bxor", goal), goal
            continue
        assert bench.add(theorem(f"identity{proved}", goal, (), lines)) is None, goal
        proved += 1
        wrong = re.sub(r"\b(band|bor)\b", lambda m: rng.choice(["band", "bor", "bxor"]), left, count=1)
        point = {n: rng.randint(-99, 99) for n in NAMES}
        sides = relation(f"{wrong} = {right}")
        assert sides is not None
        if evaluated(sides[0], point) != evaluated(sides[2], point):
            assert bit_lines(f"{wrong} = {right}") is None
            refused += 1
    assert refused > 2


@given(st.integers(0, 2**32))
def test_a_false_equation_gets_no_lines(seed: int) -> None:
    rng = random.Random(seed)
    left, right = identity(rng, 3)
    assert bit_lines(f"(bxor {left} {right}) = (1 + (band v_x 0))") is None


def test_values_at_points_are_pythons(bench: Bench) -> None:
    rng = random.Random(3)
    drawn: list[str] = []

    @given(EXPRESSIONS)
    def draw(e: Expr) -> None:
        if len(drawn) < 24 and isinstance(e, ir.Binary):
            point = {n: rng.randint(-60, 60) for n in NAMES}
            at = ir.substitute(e, {n: ir.Const(v) for n, v in point.items()})
            drawn.append(f"{text_of(at)} = bor 0 ({evaluated(e, point)})")

    draw()
    for i in range(0, len(drawn), 12):
        goal = " ∧ ".join(drawn[i : i + 12])
        lines = bit_lines(goal)
        assert lines is not None
        assert "first | omega | grind" not in "".join(lines)
        assert bench.add(theorem(f"points{i}", goal, (), lines)) is None, goal
        number = int(re.findall(r"-?\d+", drawn[i])[-1])
        assert bit_lines(f"{drawn[i].rsplit(' ', 1)[0]} ({number + 1})") is None
    assert len(drawn) == 24
