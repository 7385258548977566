"""Reference runs give what Lean computes; what cannot be run has no values, and harms no other run."""

from collections.abc import Iterator

import pytest

from loop.bench import BenchLost
from loop.evaluate import HUGE, Query, Runs
from verify.lean_library import LIBRARY_HEADER
from verify.session import DEFAULT_LIMITS, Session
from verify.toolchain import ToolchainMissing, find

pytestmark = pytest.mark.lean

DEFINITIONS = (
    """def walk (n i : Int) (b : Bool) : Bool × Nat :=
  if i < n then ((walk n (i + 1) (!b)).1, 3 + (walk n (i + 1) (!b)).2) else (b, 1)
termination_by (n - i).toNat
decreasing_by all_goals omega
""",
    "def back : List Nat → List Nat\n  | [] => []\n  | x :: xs => back xs ++ [x]\n",
    "def power (b : Int) (n : Nat) : Int := b ^ n\n",
)
N = (("n", "Nat"),)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """Give a session to the tests that leave it alive, or skip with the reason."""
    try:
        toolchain = find("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        yield session


@pytest.fixture(scope="module")
def base(session: Session) -> int:
    env = session.import_header(LIBRARY_HEADER).env
    assert env is not None
    return env


@pytest.fixture(scope="module")
def runs(session: Session, base: int) -> Iterator[Runs]:
    made = Runs(session, base, DEFINITIONS)
    yield made
    made.close()


def test_numbers_flags_pairs_and_lists_come_back_as_they_are(runs: Runs) -> None:
    variables = (("n", "Int"), ("i", "Int"), ("b", "Bool"))
    points = ((3, 0, True), (-2, 5, False), (4, -3, False))
    lists = ([], [3], [1, 2, 300])
    assert runs([
        Query(variables, "walk n i b", points),
        Query((("xs", "List Nat"),), "(back xs, xs.reverse == back xs, xs.length)", tuple((x,) for x in lists)),
        Query((("xs", "List Int"), ("p", "Nat × Bool")), "(xs.sum + p.1, p.2)", (([-7, 2], (4, True)), ([], (0, False)))),
    ]) == [
        [(False, 10), (False, 1), (True, 22)],
        [([], (True, 0)), ([3], (True, 1)), ([300, 2, 1], (True, 3))],
        [(-1, True), (0, False)],
    ]  # fmt: skip


def test_a_faulty_term_has_no_values_and_the_others_have_theirs(runs: Runs) -> None:
    queries = [Query(N, "nowhere n", ((1,),)), Query(N, "(power 2 n : Int)", ((10,), (0,))), Query(N, "n +", ((1,),))]
    assert runs(queries) == [None, [1024, 1], None]


def test_propositions_are_asked_as_numbers(runs: Runs) -> None:
    term = "((if n ≤ 2 ∧ back [n] = [n] then 1 else 0 : Nat))"
    assert runs([Query(N, term, tuple((n,) for n in range(12)))]) == [[1, 1, 1] + [0] * 9]


def test_a_number_beyond_reach_is_given_up(runs: Runs) -> None:
    inside, beyond = HUGE.bit_length() - 2, HUGE.bit_length() + 1
    assert runs([Query(N, "power 2 n", ((inside,),)), Query(N, "power (-2) n", ((beyond,),))]) == [[2**inside], None]


def test_definitions_that_lean_refuses_give_no_values(session: Session, base: int) -> None:
    runs = Runs(session, base, ("def loop (n : Nat) : Nat := loop (n + 1)\n",))
    assert runs([Query(N, "loop n", ((1,),)), Query(N, "n", ((1,),))]) == [None, None]


def test_the_environment_asked_from_stays_as_it_was(session: Session, base: int, runs: Runs) -> None:
    assert runs([Query(N, "power 1 n", ((2,),))]) == [[1]]
    assert session.elaborate(base, "def power : Nat := 1\n", keep=False).errors == 0
    assert session.elaborate(base, "example : QED.Runs.power = 1 := rfl\n", keep=False).errors > 0


def test_a_point_out_of_range_is_the_caller_s_mistake(runs: Runs) -> None:
    with pytest.raises(ValueError, match="too large"):
        runs([Query(N, "n", ((1 << 20,),))])


def test_a_lost_session_is_said_to_be_lost() -> None:
    try:
        toolchain = find("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        env = session.import_header(LIBRARY_HEADER).env
        assert env is not None
        runs = Runs(session, env, ())
        session.interrupt()
        with pytest.raises(BenchLost):
            runs([Query(N, "n", ((1,),))])
        runs.close()
