"""The search over goals finds proofs that no single tactic is, keeps to its budget, and meets each goal once."""

from collections.abc import Iterator
from itertools import count

import pytest
from lean_bench import TRIANGLE, Sessions, sessions

from loop.dojo import TacticState
from loop.goal_search import GoalSearch, Searched, normalised, to_goal_head
from loop.goal_text import functions, to_head
from loop.interact import Interaction, Workbench
from loop.portfolio import Setting
from loop.tactic_order import TacticOrder

WITH_SHADOWS = "case succ\nn✝ : Nat\na✝¹ : 0 ≤ n✝\na✝ : f n✝ = 0\n⊢ f (n✝ + 1) = 0"


@pytest.fixture(scope="module")
def lean() -> Iterator[Sessions]:
    yield from sessions()


def search(lean: Sessions, definitions: str, statement: str, steps: int) -> tuple[Searched, Workbench, Interaction]:
    bench = Workbench(*lean.take())
    if definitions:
        assert bench.add(definitions) is None
    bench.effort(40_000)
    setting = Setting(functions(definitions), to_head(statement))
    left = count()
    goal = Interaction(bench, "t", statement)
    return GoalSearch(setting, TacticOrder(), lambda: next(left) < steps).run(goal), bench, goal


def test_shadowed_names_are_renamed_in_their_order() -> None:
    head, rename = to_goal_head(TacticState(WITH_SHADOWS, 0))
    assert rename == "rename_i n_0 a_0 a_1"
    assert [(b.name, b.type) for b in head.binders] == [("n_0", "Nat"), ("a_0", "0 ≤ n_0"), ("a_1", "f n_0 = 0")]
    assert head.goal == "f (n_0 + 1) = 0"


def test_goals_that_differ_in_names_only_are_one() -> None:
    one = TacticState("case a\nn : Nat\nh : 0 < n\n⊢ n.succ ≤ 2 * n", 0)
    two = TacticState("k : Nat\nwhy : 0 < k\n⊢ k.succ ≤ 2 * k", 1)
    other = TacticState("k m : Nat\nwhy : 0 < k\n⊢ k.succ ≤ 2 * m", 2)
    assert normalised(one) == normalised(two)
    assert normalised(one) != normalised(other)


@pytest.mark.slow
@pytest.mark.lean
def test_a_proof_of_several_tactics_is_found(lean: Sessions) -> None:
    statement = "(n m : Nat) : 2 * triangle n = n * (n + 1) ∧ 2 * triangle m = m * (m + 1)"
    searched, bench, goal = search(lean, TRIANGLE, statement, 120)
    assert searched.lines is not None
    assert len(searched.lines) > 1
    assert bench.add(goal.text(searched.lines)) is None
    assert {o.succeeded for o in searched.outcomes} == {True, False}
    bench.close()


@pytest.mark.lean
def test_what_is_false_is_not_proved_and_its_goals_are_shown(lean: Sessions) -> None:
    searched, bench, _ = search(lean, TRIANGLE, "(n : Nat) : triangle n = n", 25)
    assert searched.lines is None
    assert "⊢" in searched.left
    assert len(searched.outcomes) <= 25
    assert bench.tried <= 27
    bench.close()
