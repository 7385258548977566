"""Goals are opened and worked on tactic by tactic, and what cannot be read in full is an error, never a state."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from lean_bench import TRIANGLE, Sessions, sessions

from loop.dojo import LeanError, ProofFinished, ProofGivenUp, TacticState
from loop.interact import Interaction, PremisesMissing, Workbench, premises, to_state
from verify.environment import ROOT

STATEMENT = "(n : Nat) : 2 * triangle n = n * (n + 1)"


@pytest.fixture(scope="module")
def lean() -> Iterator[Sessions]:
    yield from sessions()


@pytest.fixture
def bench(lean: Sessions) -> Iterator[Workbench]:
    made = Workbench(*lean.take())
    assert made.add(TRIANGLE) is None
    yield made
    made.close()


@pytest.mark.lean
def test_a_goal_is_opened_split_and_finished(bench: Workbench) -> None:
    goal = Interaction(bench, "t", STATEMENT)
    start = goal.open()
    assert isinstance(start, TacticState)
    assert [(a.ident, a.lean_type) for a in start.goals[0].assumptions] == [("n", "Nat")]
    assert start.goals[0].conclusion == "2 * triangle n = n * (n + 1)"
    two = goal.run(start, "induction n")
    assert isinstance(two, TacticState)
    assert two.num_goals == 2
    one = goal.run(two, "rfl")
    assert isinstance(one, TacticState)
    assert one.num_goals == 1
    done = goal.run(one, "grind [triangle]")
    assert isinstance(done, ProofFinished)
    assert goal.script(done) == ("induction n", "rfl", "grind [triangle]")
    assert bench.add(goal.text(goal.script(done))) is None


@pytest.mark.lean
def test_a_state_can_be_gone_back_to(bench: Workbench) -> None:
    goal = Interaction(bench, "t", STATEMENT)
    start = goal.open()
    assert isinstance(start, TacticState)
    first = goal.run(start, "induction n")
    assert isinstance(goal.run(start, "omega"), LeanError)
    again = goal.run(start, "induction n")
    assert again == first


@pytest.mark.lean
@pytest.mark.parametrize(
    ("tactic", "due"),
    [
        ("rfl", LeanError),
        ("no_such_tactic", LeanError),
        ("native_decide", LeanError),
        ("sorry", ProofGivenUp),
        ("simp [triangle]; admit", ProofGivenUp),
    ],
)
def test_what_fails_or_gives_up_is_no_state(bench: Workbench, tactic: str, due: type) -> None:
    goal = Interaction(bench, "t", STATEMENT)
    start = goal.open()
    assert isinstance(start, TacticState)
    assert isinstance(goal.run(start, tactic), due)


@pytest.mark.lean
def test_what_is_forbidden_is_refused_by_the_allow_list(bench: Workbench) -> None:
    told = bench.look("theorem t : 1 = 1 := by\n  native_decide\n")
    assert not told.accepted
    assert told.errors[0].startswith("ProofForbidden")


@pytest.mark.lean
def test_a_statement_that_does_not_elaborate_is_an_error(bench: Workbench) -> None:
    assert isinstance(Interaction(bench, "t", "(n : Nat) : unheard_of n = 0").open(), LeanError)


@pytest.mark.lean
def test_looking_keeps_nothing_and_adding_does(bench: Workbench) -> None:
    text = "theorem fact : 1 + 1 = 2 := by\n  rfl\n"
    assert bench.look(text).accepted
    assert bench.look(text).accepted
    assert bench.add(text) is None
    assert not bench.look(text).accepted
    assert bench.texts == [TRIANGLE, text]


@pytest.mark.lean
def test_effort_bounds_what_lean_spends(bench: Workbench) -> None:
    text = f"theorem t {STATEMENT} := by\n  induction n <;> grind [triangle]\n"
    bench.effort(1)
    assert not bench.look(text).accepted
    bench.effort(None)
    assert bench.look(text).accepted


def test_goals_that_were_cut_are_no_state() -> None:
    whole = "n : Nat\n⊢ n + 0 = n"
    assert isinstance(to_state(whole, 0), TacticState)
    assert isinstance(to_state(whole[:9] + " [cut]", 0), LeanError)
    assert isinstance(to_state(whole + " [cut]", 0), LeanError)
    assert isinstance(to_state("n : Nat\n", 0), LeanError)
    assert isinstance(to_state("⊢ f n = ⋯", 0), LeanError)


@pytest.mark.lean
def test_a_goal_too_long_to_show_is_an_error(bench: Workbench) -> None:
    # Lean's message on it is longer than a session hands on
    long = " ∧ ".join(f"triangle {1000 + i} = triangle {2000 + i}" for i in range(600))
    goal = Interaction(bench, "t", f"(p : Prop) (h : p) (w : {long}) : p ∧ {long}")
    assert isinstance(goal.open(), LeanError)


def test_no_traced_repository_means_no_premises() -> None:
    with pytest.raises(PremisesMissing, match="no traced repository"):
        premises(None)
    with pytest.raises(PremisesMissing, match="str"):
        premises("a folder")


def test_another_process_may_make_the_cache_folder_meanwhile(tmp_path: Path) -> None:
    late = """
import os
folder, looks = os.environ["CACHE_DIR"], []
exists = os.path.exists
os.path.exists = lambda path: exists(path) and (str(path) != folder or bool(looks) or bool(looks.append(path)))
from loop.dojo import TacticState
print(len(looks))
"""
    at = {**os.environ, "CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", late]
    found = subprocess.run(command, env=at, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    assert found.stdout == "1\n"
