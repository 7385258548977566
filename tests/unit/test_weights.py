"""A model in whole numbers, and the policies that a run goes by."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.policies.in_use import KINDS, kind_of, policies_of, policy_data
from loop.search.settings import BOUNDS, DEFAULT, Settings
from loop.search.weights import MOST, Weights, power
from loop.tactic_order import TacticOrder
from verify.canonical import to_json
from verify.reasons import Malformed, Refusal

WEIGHTS = st.builds(Weights, st.integers(-900, 900), st.dictionaries(st.text(max_size=4), st.integers(-900, 900), max_size=5))


@given(st.integers(-2 * MOST, 2 * MOST))
def test_powers_are_those_of_two(parts: int) -> None:
    assert math.isclose(power(parts), 2 ** (parts / 64), rel_tol=1e-12)


@given(WEIGHTS, st.lists(st.text(max_size=4), max_size=6))
def test_a_rate_is_the_share_that_the_odds_stand_for(model: Weights, features: list[str]) -> None:
    odds = 2 ** (model.odds(features) / 64)
    assert math.isclose(model.rate(features), odds / (1 + odds), rel_tol=1e-9)
    assert 0 < model.rate(features) < 1


@given(WEIGHTS)
def test_a_model_reads_back(model: Weights) -> None:
    assert Weights.from_data(model.to_data()) == model


def text(kind: str, says: object) -> str:
    """Return a policy file."""
    return to_json(policy_data(kind, says)).decode()  # type: ignore[arg-type]  # made-up data


def test_tried_policies_stand_in_for_their_kinds() -> None:
    tried = [text("settings", {"batch": 5}), text("ranking", Weights(3).to_data()), text("prompt", "Be brief.")]
    found = policies_of(None, tried)
    assert found.settings == Settings(batch=5)
    assert found.ranking == Weights(3)
    assert found.prompt == "Be brief."
    assert found.tactics is None
    assert policies_of(None).settings == DEFAULT


@pytest.mark.parametrize("wrong", [
    "{", "[]\n", '{"kind":"ranking"}\n',
    text("settings", {"batch": 0}), text("settings", {"batch": True}), text("settings", {"x": 1}),
    text("ranking", {"bias": 0, "of": {"a": True}}), text("ranking", {"bias": 0}), text("prompt", 3),
    '{"kind":"nothing","values":{}}\n',
])  # fmt: skip
def test_a_policy_that_does_not_say_what_it_should_is_malformed(wrong: str) -> None:
    with pytest.raises(Refusal) as refused:
        policies_of(None, [wrong])
    assert isinstance(refused.value.reason, Malformed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_policy_is_of_the_kind_that_it_names(kind: str) -> None:
    says: dict[str, object] = {"settings": {}, "prompt": "x"}
    assert kind_of(text(kind, says.get(kind, Weights().to_data())).encode()) == kind


def test_settings_have_bounds() -> None:
    assert BOUNDS.keys() == DEFAULT.to_data().keys()
    assert all(low <= DEFAULT.to_data()[name] <= high for name, (low, high) in BOUNDS.items())


def test_a_policy_about_tactics_speaks_where_nothing_was_tried() -> None:
    order = TacticOrder(policy=Weights(0, {"tactic grind": 64, "tactic omega on List": -128}))
    assert order.rate("none List", "grind") > order.rate("none List", "simp") > order.rate("none List", "omega")
    assert order.rate("none Int", "omega") == order.rate("none Int", "simp")


def test_a_policy_that_cannot_be_read_is_a_fault_of_usage(tmp_path: Path) -> None:
    from loop.commands.common import UsageError  # noqa: PLC0415 - beside its only use
    from loop.commands.run_arguments import read_texts  # noqa: PLC0415

    with pytest.raises(UsageError, match="there is no policy file"):
        read_texts([tmp_path / "none.json"])
