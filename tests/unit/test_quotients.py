"""Quotients are found in printed text with the remainders that they really have, and the lines for them prove goals."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.bench import Bench
from loop.quotients import Quotient, quotient_lines, quotients
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.toolchain import find

if TYPE_CHECKING:
    from collections.abc import Iterator

N = "((v_n * (v_n + 1)) / 2)"


def test_exact_quotients_are_found_once() -> None:
    (found,) = quotients(f"({N} * {N})", ["v_n"])
    assert found == Quotient("(v_n * (v_n + 1))", 2, "v_n", (0, 0))
    assert found.exact


def test_the_parameter_that_fixes_the_remainder_is_found() -> None:
    (found,) = quotients("((v_a * (v_b * (v_b - 1))) / 2)", ["v_a", "v_b"])
    assert found.parameter == "v_b"


@pytest.mark.parametrize(
    "text",
    ["((v_a + v_b) / 2)", "((v_n * v_n) / 2000)", "((shadow1 v_n) / 2)", "((v_n / 3) / 2)", "(v_x / 2)"],
    ids=["two parameters", "too large a divisor", "not a polynomial", "nested", "not a parameter"],
)
def test_other_quotients_are_left_alone(text: str) -> None:
    assert quotients(text, ["v_a", "v_b", "v_n"]) == []


@given(st.integers(2, 12), st.lists(st.integers(-9, 9), min_size=3, max_size=3), st.integers(-50, 50))
def test_remainders_are_those_of_integers(divisor: int, coefficients: list[int], n: int) -> None:
    a, b, c = coefficients
    (found,) = quotients(f"((({a} * (v_n * v_n)) + (({b} * v_n) + {c})) / {divisor})", ["v_n"])
    assert (a * n * n + b * n + c) % divisor == found.remainders[n % divisor]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Gives a bench on the library in a real session."""
    kernel = start_kernel(find("portable"), DEFAULT)
    with kernel.session:
        yield Bench(kernel, kernel.library)


GOALS = [
    ("(v_n t : Int) (e : 4 * t = v_n * v_n * (v_n + 1) * (v_n + 1))", f"{N} * {N} = t"),
    ("(v_n t : Int) (e : 6 * t = v_n * (v_n + 1) * (2 * v_n + 1))", "((v_n * (v_n + 1) * (2 * v_n + 1)) / 6) + 1 = t + 1"),
    ("(v_a v_b t : Int) (e : 2 * t = v_a * (v_b * (v_b - 1)))", "((v_a * (v_b * (v_b - 1))) / 2) = t"),
    ("(v_n t : Int) (e : 4 * t = v_n * v_n - v_n % 2)", "((v_n * v_n) / 4) = t"),
]


@pytest.mark.parametrize(("binders", "goal"), GOALS)
def test_the_lines_prove_goals_about_quotients(bench: Bench, binders: str, goal: str) -> None:
    said = []
    for lines in quotient_lines(quotients(f"({goal})", ["v_a", "v_b", "v_n"])):
        script = "\n  ".join(itertools.chain.from_iterable(line.split("\n") for line in lines))
        said.append(bench.add(f"theorem quotient{GOALS.index((binders, goal))} {binders} : {goal} := by\n  {script}"))
    assert None in said, said
