"""What is learned from outcomes: bandits, prices, rates of proof, courses; exact, and the same after being written and read."""

import json
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.search.bandit import ONE, SCALE, Bandit, Prior
from loop.search.effort import Efforts, luby
from loop.search.parts import PARTS, parts
from loop.search.prices import Prices
from loop.search.provability import Provability
from loop.search.settings import DEFAULT

ARMS = {"first": Prior(), "second": Prior(), "third": Prior()}
TOLD = st.lists(st.tuples(
    st.sampled_from(["", "loop ints"]), st.sampled_from(sorted(ARMS)), st.integers(0, ONE), st.integers(0, 10_000),
    st.integers(0, 1),
), max_size=40)  # fmt: skip


def through_json(data: object) -> object:
    return json.loads(json.dumps(data))


@given(st.integers(1, 10**30), st.integers(1, 10**30))
@settings(max_examples=60, deadline=None)
def test_parts_is_the_logarithm_rounded_down(a: int, b: int) -> None:
    k = parts(a, b)
    assert Fraction(2) ** k <= Fraction(a, b) ** PARTS < Fraction(2) ** (k + 1)


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (-1, 1)])
def test_parts_asks_for_positive_numbers(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="two positive numbers"):
        parts(*pair)


def pulled(bandit: Bandit, gives: dict[str, tuple[int, int]], times: int) -> list[str]:
    """Pull by the bandit's choice; each arm gives a reward at a cost."""
    found = []
    for _ in range(times):
        arm = bandit.choose("", ARMS)
        reward, cost = gives[arm]
        bandit.tell("", arm, reward=reward, cost=cost)
        found.append(arm)
    return found


def test_nothing_known_the_first_is_chosen() -> None:
    assert Bandit().choose("", ARMS) == "first"


def test_the_arm_with_more_reward_is_pulled_most() -> None:
    found = pulled(Bandit(), {"first": (10, 1000), "second": (ONE // 2, 1000), "third": (10, 1000)}, 200)
    assert found[100:].count("second") >= 85
    assert {"first", "third"} <= set(found)


def test_of_equal_rewards_the_cheap_one_is_pulled_most() -> None:
    found = pulled(Bandit(), {"first": (200, 4000), "second": (200, 4000), "third": (200, 1000)}, 200)
    assert found[100:].count("third") >= 85


def test_an_arm_that_has_dried_up_is_left() -> None:
    bandit = Bandit()
    pulled(bandit, {"first": (ONE, 1000), "second": (100, 1000), "third": (0, 1000)}, 300)
    found = pulled(bandit, {"first": (0, 1000), "second": (100, 1000), "third": (0, 1000)}, 1500)
    assert found[-100:].count("second") > found[-100:].count("first")


def test_what_an_arm_gave_elsewhere_counts_a_little() -> None:
    bandit = Bandit()
    for _ in range(50):
        bandit.tell("lists", "second", reward=ONE, cost=1000)
        bandit.tell("lists", "first", reward=0, cost=1000)
    assert bandit.choose("ints", ARMS) == "second"
    for _ in range(8):
        bandit.tell("ints", "second", reward=0, cost=1000)
    assert bandit.choose("ints", ARMS) == "third"


def test_a_reward_that_comes_later_belongs_to_its_pull() -> None:
    late, at_once = Bandit(), Bandit()
    late.tell("", "first", cost=10)
    late.tell("", "first", reward=5, cost=20, pulls=0)
    at_once.tell("", "first", reward=5, cost=30)
    assert late.to_data() == at_once.to_data() == {"": {"first": [SCALE, 5 * SCALE, 30 * SCALE]}}


@given(TOLD, TOLD)
@settings(max_examples=40, deadline=None)
def test_a_bandit_goes_on_as_before_from_its_data(
    before: list[tuple[str, str, int, int, int]], after: list[tuple[str, str, int, int, int]]
) -> None:
    one = Bandit()
    for context, arm, reward, cost, pulls in before:
        one.tell(context, arm, reward=reward, cost=cost, pulls=pulls)
    two = Bandit.from_data(through_json(one.to_data()))
    fork = one.fork()
    for context, arm, reward, cost, pulls in after:
        fork.tell(context, arm, reward=reward, cost=cost, pulls=pulls)
        two.tell(context, arm, reward=reward, cost=cost, pulls=pulls)
    assert fork.to_data() == two.to_data()
    one.join(fork)
    assert one.to_data() == two.to_data()
    assert one.ordered("loop ints", ARMS) == two.ordered("loop ints", ARMS)


@pytest.mark.parametrize(
    "data", [[], {"": []}, {"": {"a": [1, 2]}}, {"": {"a": [1, 2, -3]}}, {"": {"a": [1, 2, True]}}, {"": {"a": [1, 2, 0.5]}}]
)
def test_a_bandit_reads_nothing_else(data: object) -> None:
    with pytest.raises(ValueError, match="due"):
        Bandit.from_data(data)


def test_what_a_clock_said_is_a_price_only_in_the_next_run() -> None:
    prices = Prices()
    prices.hear("judge", 300)
    prices.hear("judge", 500)
    assert prices.of("judge", 77) == 77
    again = Prices.from_data(through_json(prices.to_data()))
    assert again.of("judge", 77) == 77
    assert again.settled().of("judge", 77) == 400


def test_rates_of_proof_are_drawn_to_what_is_known_of_the_class() -> None:
    rates = Provability()
    assert rates.rate("straight always", "a") == Fraction(3, 4)
    assert rates.rate("loop always", "a") > rates.rate("loop worst-case", "a")
    for _ in range(12):
        rates.tell("loop always", "a", proved=False)
    assert rates.rate("loop always", "a") < rates.rate("loop always", "b") < Fraction(1, 2)
    assert Provability.from_data(through_json(rates.to_data())).rate("loop always", "b") == rates.rate("loop always", "b")
    with pytest.raises(ValueError, match="more of"):
        Provability.from_data({"loop always": {"a": [2, 1]}})


def test_a_hopeless_target_waits_longer_each_time() -> None:
    efforts, turns = Efforts(), list[str]()
    for _ in range(40):
        target = efforts.choose(["easy", "hopeless"])
        assert target is not None
        turns.append(target)
        efforts.told(target, gained=target == "easy", near=False)
    at = [i for i, t in enumerate(turns) if t == "hopeless"]
    gaps = [b - a for a, b in pairwise(at)]
    assert turns.count("easy") > 30
    assert gaps == sorted(gaps)
    assert gaps[-1] > gaps[0]


def test_a_hard_target_gets_more_effort_and_starts_afresh() -> None:
    efforts = Efforts()
    levels, seeds = list[int](), list[int]()
    for _ in range(2 * DEFAULT.restart):
        found = efforts.effort("hard", 5)
        levels.append(found.level)
        seeds.append(found.seed)
        efforts.told("hard", gained=False, near=True)
    assert levels[0] == 0
    assert levels[-1] > levels[0]
    assert seeds[:DEFAULT.restart] == [5] * DEFAULT.restart
    assert len(set(seeds)) == 2
    efforts.told("hard", gained=True, near=False)
    assert efforts.effort("hard", 5).level == 0


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=40))
@settings(max_examples=40, deadline=None)
def test_every_target_comes_up_again(rounds: list[tuple[str, bool, bool]]) -> None:
    efforts = Efforts()
    for target, gained, near in rounds:
        efforts.told(target, gained=gained, near=near)
    efforts = Efforts.from_data(through_json(efforts.to_data()))
    came = set[str]()
    for _ in range(3 << DEFAULT.patience):
        target = efforts.choose(["a", "b", "c"])
        assert target is not None
        came.add(target)
        efforts.told(target, gained=False, near=False)
    assert came == {"a", "b", "c"}


def test_luby() -> None:
    assert [luby(n) for n in range(1, 16)] == [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]
