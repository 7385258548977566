"""Each setting is a knob: the search does another thing where it is turned, and the same where it stands as it stood."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from search_cases import CLOSED, DEARER, SUM, proposed, technique
from targets import spec_of

from loop.policies.in_use import Policies
from loop.search.bandit import ONE, SCALE, Bandit, Prior
from loop.search.effort import Efforts
from loop.search.provability import Provability
from loop.search.search import Search
from loop.search.settings import BOUNDS, DEFAULT, Settings

ARMS = {"first": Prior(), "second": Prior()}


def searching(**values: int) -> Search:
    """Return a search with some settings that are not the usual ones."""
    return Search(policies=Policies(settings=Settings(**values)))


def test_a_run_without_a_policy_goes_by_what_stands_there() -> None:
    assert DEFAULT.to_data() == {
        "batch": 3, "lookahead": 6, "width": 8, "greed": 4, "borrowed": 4, "guess": 4, "restart": 3, "patience": 6, "dry": 3,
        "share": 3, "fuel": 8,
    }  # fmt: skip


def test_the_page_lists_them_as_they_are() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "tuning.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \|", text, re.MULTILINE)
    assert [(name, *map(int, numbers)) for name, *numbers in rows] == [
        (name, value, *BOUNDS[name]) for name, value in DEFAULT.to_data().items()
    ]


@pytest.mark.parametrize("name", BOUNDS)
def test_both_bounds_are_settings(name: str) -> None:
    for value in BOUNDS[name]:
        assert Settings.from_data({name: value}).to_data() == DEFAULT.to_data() | {name: value}
    for value in (BOUNDS[name][0] - 1, BOUNDS[name][1] + 1):
        with pytest.raises(ValueError, match=f"{name} is a whole number"):
            Settings.from_data({name: value})


def test_greed_leaves_what_was_seldom_asked() -> None:
    bandit = Bandit()
    for arm, reward in (*[("first", ONE // 5)] * 12, ("second", ONE // 6)):
        bandit.tell("", arm, reward=reward, cost=1000)
    assert bandit.choose("", ARMS, Settings(greed=1)) == "second"
    assert bandit.choose("", ARMS, Settings(greed=64)) == "first"


def test_what_is_borrowed_from_other_classes_is_bounded() -> None:
    bandit = Bandit()
    for _ in range(20):
        bandit.tell("lists", "first", reward=ONE, cost=1000)
    pulls = [bandit.expected("ints", "first", Prior(), Settings(borrowed=n)).pulls for n in (1, 4, 9)]
    assert pulls == [2 * SCALE, 5 * SCALE, 10 * SCALE]
    assert bandit.expected("ints", "first", Prior()) == bandit.expected("ints", "first", Prior(), Settings(borrowed=4))


def test_a_guess_counts_for_so_many_judgements() -> None:
    rates = Provability()
    for _ in range(4):
        rates.tell("loop always", "a", proved=True)
    # the class: four of four, and a guess of a half; nothing is known of the technique itself
    assert [rates.rate("loop always", "b", Settings(guess=n)) for n in (1, 4, 12)] == [
        Fraction(9, 10), Fraction(3, 4), Fraction(5, 8),
    ]  # fmt: skip


@pytest.mark.parametrize("restart", [1, 2, 5])
def test_a_start_afresh_comes_after_so_many_rounds(restart: int) -> None:
    search = searching(restart=restart)
    spec = spec_of(SUM)
    seeds = []
    for _ in range(6):
        seeds.append(search.learned.efforts.effort(spec.digest, 0).seed)
        search.begin(spec.digest)
        search.finish(spec.digest, [])
    assert [i for i in range(1, 6) if seeds[i] != seeds[i - 1]] == list(range(restart, 6, restart))


def test_patience_is_how_long_a_target_waits() -> None:
    for patience in (1, 3):
        efforts = Efforts()
        for _ in range(8):
            turn = efforts.course("hopeless").due
            efforts.told("hopeless", gained=False, near=False, settings=Settings(patience=patience))
        assert efforts.course("hopeless").due - turn == 1 << patience


def test_a_run_is_given_up_for_want_of_fuel() -> None:
    spec = spec_of(SUM)
    kept = []
    for fuel in (1, 8):
        search = searching(fuel=fuel)
        assert proposed(search, spec, {"t": technique(DEARER, CLOSED)}) == [CLOSED]
        kept.append(DEARER in search.elites(spec.digest))
    assert kept == [False, True]
