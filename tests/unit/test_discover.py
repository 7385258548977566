"""Conjectures hold where they are run, say what their family looks for, and can be proved by the scripts that come with them."""

from collections.abc import Iterator, Sequence

import pytest

from loop.bench import Bench
from loop.discover import MOST, Conjecture, conjectures, reachable, with_lemmas
from loop.evaluate import Evaluate, Query, Runs, Value
from loop.lean_defs import read_definition
from loop.lean_forms import Column, combination, equation, fitted, monomials, sample
from loop.statement_form import read_form
from verify.gates.kernel import Kernel
from verify.lean_library import LIBRARY_HEADER
from verify.limits import DEFAULT
from verify.session import DEFAULT_LIMITS, Session
from verify.toolchain import ToolchainMissing, find

CUBES = "def cubes : Nat → Nat\n  | 0 => 0\n  | n + 1 => cubes n + (n + 1) * (n + 1) * (n + 1)\n"
CUBES_ONTO = "def cubesOnto : Nat → Nat → Nat\n  | 0, s => s\n  | n + 1, s => cubesOnto n (s + (n + 1) * (n + 1) * (n + 1))\n"
FIVES = """def fives (m j k : Int) : Int × Nat :=
  if j ≤ m then ((fives m (j + 5) (k + 1)).1, 6 + (fives m (j + 5) (k + 1)).2) else (k, 2)
termination_by (m + 1 - j).toNat
decreasing_by all_goals omega
"""
TOP = "def top : List Nat → Nat\n  | [] => 0\n  | x :: xs => max x (top xs)\n"
TOP_ONTO = "def topOnto : List Nat → Nat → Nat\n  | [], t => t\n  | x :: xs, t => topOnto xs (max t x)\n"
TRIPLED = "def tripled : List Nat → List Nat → List Nat\n  | [], out => out\n  | x :: xs, out => tripled xs (3 * x :: out)\n"
FLIP = "def flip (n : Nat) (b : Bool) : Bool := if n = 0 then b else flip (n - 1) (!b)\ntermination_by n\n"
PEASANT = """def peasant (a b t : Nat) : Nat :=
  if b = 0 then t
  else if b % 2 = 1 then peasant (a + a) (b / 2) (t + a) else peasant (a + a) (b / 2) t
termination_by b
decreasing_by all_goals omega
"""
CUTS = """def cuts (n : Int) (k : Nat) : Nat :=
  if n > 2 then cuts (n / 3) (k + 1) else k
termination_by n.toNat
decreasing_by all_goals omega
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Give one kernel to all tests, or skip with the reason."""
    try:
        toolchain = find("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        env = session.import_header(LIBRARY_HEADER).env
        assert env is not None
        yield Kernel(session, env, toolchain, DEFAULT)


def base_of(kernel: Kernel) -> int:
    return kernel._library


def proved(kernel: Kernel, definitions: Sequence[str], statement: str, wanted: str) -> Conjecture:
    """Return the first conjecture whose claim is as wanted, once Lean accepts one of its scripts; those before are tried too."""
    bench, runs = Bench(kernel, base_of(kernel)), Runs(kernel.session, base_of(kernel), definitions)
    kept: list[str] = []
    try:
        for text in definitions:
            assert bench.add(text) is None
        for c in conjectures(definitions, statement, runs, kept):
            if any(bench.add(f"theorem {c.name} {c.statement} := by\n  {s}") is None for s in c.scripts):
                kept.append(c.name)
            if c.statement.endswith(f" : {wanted}"):
                assert c.name in kept
                return c
    finally:
        runs.close()
        bench.close()
    raise AssertionError(f"no conjecture claims {wanted}; proved were {kept}")


@pytest.mark.lean
@pytest.mark.parametrize(
    ("definitions", "statement", "wanted"),
    [
        ((CUBES,), "(n : Nat) : 4 * cubes n = n * n * (n + 1) * (n + 1)",
         "4 * cubes n = n * n + 2 * n * n * n + n * n * n * n"),
        ((CUBES, CUBES_ONTO), "(n : Nat) : cubesOnto n 0 = cubes n", "cubesOnto n s = s + cubes n"),
        ((FIVES,), "(m : Int) (h : 0 ≤ m) : (fives m 0 0).1 = m / 5 + 1", "(fives m j k).1 = ((m - j + 5) / 5) + k"),
        ((TOP, TOP_ONTO), "(xs : List Nat) : topOnto xs 0 = top xs", "topOnto xs t = max t (top xs)"),
        ((TRIPLED,), "(xs : List Nat) : (tripled xs []).length = xs.length",
         "(tripled xs out).length = xs.length + out.length"),
        ((FLIP,), "(n : Nat) : flip (2 * n) true = true", "flip n b = (if n % 2 = 0 then b else !b)"),
        ((PEASANT,), "(a b : Nat) : peasant a b 0 = a * b", "peasant a b t = a * b + t"),
        ((CUTS,), "(n : Int) (h : 1 ≤ n) : (3 : Int) ^ cuts n 0 ≤ n", "(3 : Int) ^ cuts n 0 ≤ n"),
    ],
    ids=["degree-four", "accumulator", "stride", "maximum", "length", "parity", "halving", "bound"],
)  # fmt: skip
def test_a_lemma_of_the_family_is_found_and_proved(
    kernel: Kernel, definitions: tuple[str, ...], statement: str, wanted: str
) -> None:
    found = proved(kernel, definitions, statement, wanted)
    assert found.scripts


@pytest.mark.lean
def test_conjectures_are_few_and_the_same_each_time(kernel: Kernel) -> None:
    definitions, statement = (
        (CUBES, CUBES_ONTO, FIVES, TOP),
        "(n : Nat) (xs : List Nat) : cubesOnto n 0 + top xs = cubes n + top xs",
    )
    tries = []
    for _ in range(2):
        runs = Runs(kernel.session, base_of(kernel), definitions)
        tries.append(list(conjectures(definitions, statement, runs)))
        runs.close()
    first, second = tries
    assert first == second
    assert 0 < len(first) <= MOST
    assert len({c.name for c in first}) == len(first)
    assert not any("fives" in c.statement for c in first)  # the statement does not lead there


def fake(answers: dict[str, int], verdict: int) -> Evaluate:
    """Return an `Evaluate` that knows constant functions only, and has one verdict on every claim."""

    def evaluate(queries: Sequence[Query]) -> list[list[Value] | None]:
        known = [verdict if q.term.startswith("((if") else answers.get(q.term) for q in queries]
        return [None if k is None else [k] * len(q.points) for k, q in zip(known, queries, strict=True)]

    return evaluate


def test_without_runs_nothing_is_conjectured_about_values() -> None:
    assert list(conjectures((CUBES,), "(n : Nat) : cubes n = 0", fake({}, 0))) == []


@pytest.mark.parametrize(("verdict", "claims"), [(1, ["cubes n = 5"]), (0, []), (2, [])], ids=["holds", "fails", "never-met"])
def test_what_is_yielded_held_on_runs_as_it_is_printed(verdict: int, claims: list[str]) -> None:
    found = conjectures((CUBES,), "(n : Nat) : cubes n = 0", fake({"cubes n": 5}, verdict))
    assert [c.statement.removeprefix("(n : Nat) : ") for c in found if c.name == "cubes_closed"] == claims


def test_a_fit_needs_more_points_than_unknowns_and_holds_at_all() -> None:
    points = range(20)
    n = Column("n", tuple(points))
    cubic = [n**3 - n for n in points]
    columns = monomials([n], 3, 20)
    assert fitted(columns, cubic, points) == ({"n": -1, "n * n * n": 1}, 1)
    assert fitted(columns, cubic, range(6)) is None
    assert fitted(columns, [*cubic[:-1], 0], points) is None
    assert fitted(columns, [n * (n + 1) // 2 for n in points], points) == ({"n": 1, "n * n": 1}, 2)


def test_an_equation_among_naturals_has_no_minus() -> None:
    assert equation("f n", {"n": -1, "": 3, "n * n": 2}, 2, natural=True) == "2 * f n + n = 3 + 2 * n * n"
    assert equation("f n", {"n": -1}, 1, natural=False) == "f n = 0 - n"
    assert combination({"n": 2, "": -1}) == "2 * n - 1"


def test_samples_are_the_same_for_the_same_seed_and_small_ones_come_first() -> None:
    variables = (("n", "Nat"), ("i", "Int"), ("xs", "List Nat"))
    points = sample(variables, 3)
    assert points == sample(variables, 3)
    assert points is not None
    assert points[0] < points[-1]
    assert sample((("f", "Nat → Nat"),), 3) is None


def test_a_statement_is_taken_apart() -> None:
    form = read_form("(n m : Nat) (xs : List Int) (h : 0 < n) : f n (m : Int) = xs.length")
    assert form is not None
    assert form.variables == (("n", "Nat"), ("m", "Nat"), ("xs", "List Int"))
    assert (form.conditions, form.claim) == (("0 < n",), "f n (m : Int) = xs.length")
    assert read_form("∀ n, f n = n") is None
    assert read_form("{n : Nat} : f n = n") is None


def test_only_what_the_statement_leads_to_is_looked_at() -> None:
    read = [d for t in (TOP, CUBES, CUBES_ONTO) if (d := read_definition(t)) is not None]
    assert [d.name for d in reachable(read, "(n : Nat) : cubesOnto n 0 = 0")] == ["cubesOnto"]


def test_lemmas_are_put_into_each_call_of_grind() -> None:
    assert with_lemmas("a <;> grind [f] <;> grind", ["l", "m"]) == "a <;> grind [f, l, m] <;> grind [l, m]"
