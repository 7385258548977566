"""Money is exact, and no order of requests gets past a budget: what is held and what was spent lie within it at every instant."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.models.budget import Budget, BudgetUsedUp, Ledger, Use
from loop.models.money import PER, PICO, Model, Price, amount, dollars, named_price, price, priced, read_prices
from loop.proposal import ProposerFailed

MILLIONTHS = st.integers(0, 10**14)
"""a sum in millionths of a dollar"""
COUNTS = st.integers(0, 10**7)


@settings(deadline=None)
@given(MILLIONTHS)
def test_an_amount_reads_as_it_was_written(millionths: int) -> None:
    text = f"{Decimal(millionths) / 10**6:f}"
    assert amount(text) == millionths * 10**6
    assert Decimal(dollars(amount(text))) == Decimal(text)


@settings(deadline=None)
@given(MILLIONTHS, MILLIONTHS, COUNTS, COUNTS)
def test_a_cost_is_exact(read: int, written: int, tokens_in: int, tokens_out: int) -> None:
    found = Price(read, written).cost(tokens_in, tokens_out)
    due = Decimal(read * tokens_in + written * tokens_out) / 10**12
    assert Decimal(dollars(found)) == due


@settings(deadline=None)
@given(MILLIONTHS, COUNTS)
def test_a_price_is_for_a_million_tokens(millionths: int, millions: int) -> None:
    own = price(f"{Decimal(millionths) / 10**6:f}", "0")
    assert own.cost(millions * PER, 10**9) == millionths * (PICO // 10**6) * millions


@pytest.mark.parametrize("text", ["", "1.", ".5", "-1", "1e3", "0.0000001", "1,5", "$1", "nan", "١", " 1", "10000000000"])
def test_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="no sum"):
        amount(text)


USES = st.builds(Use, st.integers(0, 3), st.integers(0, 500), st.integers(0, 500))
BUDGETS = st.builds(Budget, st.integers(0, 9), st.integers(0, 2_000), st.one_of(st.none(), st.integers(0, 2_000)))


def within(ledger: Ledger) -> bool:
    return not ledger.budget.lacks(ledger.spent + ledger.held)


@settings(deadline=None)
@given(BUDGETS, st.lists(st.tuples(USES, st.integers(0, 3), st.integers(0, 500), st.integers(0, 500), st.booleans())))
def test_a_budget_is_never_exceeded(budget: Budget, asked: list[tuple[Use, int, int, int, bool]]) -> None:
    """Requests that overlap, settled in any order, each for no more than was held for it."""
    ledger, under_way, due = Ledger(budget), list[tuple[Use, Use]](), Use()
    for worst, requests, tokens, money, settles in asked:
        used = Use(min(requests, worst.requests), min(tokens, worst.tokens), min(money, worst.money))
        before = ledger.held
        if budget.lacks(ledger.spent + ledger.held + worst):
            with pytest.raises(BudgetUsedUp):
                ledger.hold(worst)
            assert ledger.held == before
        else:
            ledger.hold(worst)
            under_way.append((worst, used))
        assert within(ledger)
        if settles and under_way:
            first, took = under_way.pop(tokens % len(under_way))
            ledger.settle(first, took)
            due += took
            assert within(ledger)
    for worst, used in under_way:
        ledger.settle(worst, used)
        due += used
    assert (ledger.spent, ledger.held) == (due, Use())
    assert within(ledger)


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_a_budget_is_used_to_its_last_part(limit: int, over: int) -> None:
    ledger = Ledger(Budget(9, 10**9, limit))
    ledger.hold(Use(1, 1, limit))
    ledger.settle(Use(1, 1, limit), Use(1, 1, limit - limit // 2))
    ledger.hold(Use(1, 1, limit // 2))
    with pytest.raises(BudgetUsedUp):
        ledger.hold(Use(1, 1, 1 + over))


def test_what_a_server_counts_beyond_the_worst_case_stands() -> None:
    ledger = Ledger(Budget(9, 100, None))
    ledger.hold(Use(1, 50, 0))
    ledger.settle(Use(1, 50, 0), Use(1, 500, 0))
    assert ledger.spent.tokens == 500
    with pytest.raises(BudgetUsedUp, match="100 tokens"):
        ledger.hold(Use(1, 0, 0))


def test_prices_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('["a/b-1.5"]\nin = 0.15\nout = "0.6"\n[c]\nin = 2\nout = 10.000001\n')
    assert read_prices(file) == {"a/b-1.5": Price(150_000, 600_000), "c": Price(2_000_000, 10_000_001)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nin = 1\n", "does not hold `in` and `out`"), ("[a]\nin = -1\nout = 1\n", "no sum"), ("[a", "not TOML"),
        ("a = 1\n", "does not hold"), ("[a]\nin = 1e9\nout = inf\n", "no sum"), ("[a]\nin = true\nout = 1\n", "no sum"),
        ("[a]\nin = 1\nout = 1\nper = 1000\n", "does not hold"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_prices(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=said):
        read_prices(file)


@pytest.mark.parametrize("text", ["m", "m=1", "=1/2", "m=1/", "m=/1", "m=1/2/3"])
def test_no_price_of_a_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME=IN/OUT|no sum"):
        named_price(text)


def test_a_budget_in_money_needs_a_price_for_each_model() -> None:
    prices = {"a": Price(1, 2)}
    assert priced(["a", "b", "a"], prices, needed=False) == (Model("a", Price(1, 2)), Model("b"))
    with pytest.raises(ProposerFailed, match="'b' has no price"):
        priced(["a", "b"], prices, needed=True)
