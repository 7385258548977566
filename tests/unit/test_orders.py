"""Which order runs leave open, where the gain shows, and costs for people."""

import re
from dataclasses import replace

import pytest
from targets import candidate, plain, task_of

from loop.observe import inputs
from loop.orders import claims, cost_text, gain_of, measured
from verify.limits import DEFAULT
from verify.reasons import CostNotLower, UnknownOrder
from verify.statement import Claim
from verify.task import Task

SPEC = plain("n >= 0", "t = 0\n    for k in range(n):\n        t += 2 * k\n    return t")
CLOSED = candidate("return n * (n - 1)")
SHORT = replace(DEFAULT, run_ticks=1_000)


def judged(task: Task) -> object:
    return claims(task, inputs(task.spec, DEFAULT, seed=1), DEFAULT)


def test_a_baseline_claims_no_order() -> None:
    assert judged(task_of(SPEC)) == [Claim(None)]


def test_a_candidate_that_never_costs_more_may_claim_both() -> None:
    assert judged(task_of(SPEC, CLOSED)) == [Claim("always"), Claim("eventually", 0)]
    assert judged(task_of(SPEC.replace("@target", '@target(better="always")'), CLOSED)) == [Claim("always")]


def test_a_candidate_that_costs_more_on_small_inputs_claims_its_slack() -> None:
    # the loop costs 1 + 1 + 1 ticks for n = 0, and this 6
    assert judged(task_of(SPEC, candidate("return n * (n - 1) + 0 + 0 + 0 + 0"))) == [Claim("eventually", 3)]


@pytest.mark.parametrize(
    "lines",
    [["t = 0", "for k in range(n):", "    t += 2 * k", "return t"],
     ["t = 0", "for k in range(n):", "    t += 2 * k + 0", "return t"],
     ["return n * (n - 1)" + " + 0" * 40]],
    ids=["the same", "dearer", "too much slack"],
)  # fmt: skip
def test_a_candidate_that_is_not_cheaper(lines: list[str]) -> None:
    reason = judged(task_of(SPEC, candidate(*lines)))
    assert isinstance(reason, CostNotLower)
    assert "f(" in reason.what


def test_runs_that_never_end_leave_every_order_open() -> None:
    endless = plain("n >= 1", "while n > 0:\n        n += 1\n    return n")
    for task in (task_of(endless, candidate("return n")), task_of(plain("n >= 1", "return n + 1"), candidate(*ENDLESS))):
        reason = claims(task, [(1,), (2,), (30,)], SHORT)
        assert isinstance(reason, UnknownOrder)
        assert reason.verdict == "decline"
    assert isinstance(claims(task_of(SPEC, CLOSED), [], DEFAULT), UnknownOrder)


ENDLESS = ["while n > 0:", "    n += 1", "return n + 1"]


def test_runs_that_raise_or_do_not_end_are_not_measured() -> None:
    program = task_of(plain("n >= 0", "while n > 5:\n        n += 1\n    return 6 // n")).old.program
    assert measured(program, [(0,), (1,), (9,)], SHORT) == {(1,): 3}


def test_where_a_gain_shows() -> None:
    task = task_of(SPEC, CLOSED)
    runs = inputs(task.spec, DEFAULT, seed=1)
    one = gain_of(task, Claim("always"), runs, DEFAULT)
    assert one is not None
    assert re.fullmatch(r"\([1-9]\d* : Int\)", one.terms["n"])
    family = gain_of(task, Claim("eventually", 0), runs, DEFAULT)
    assert family is not None
    assert "(m : Int)" in family.terms["n"]
    assert gain_of(task_of(SPEC), Claim(None), runs, DEFAULT) is None


def test_no_family_shows_a_gain_that_is_bounded() -> None:
    task = task_of(plain("n >= 0", "return n + 1 + 1"), candidate("return n + 2"))
    runs = inputs(task.spec, DEFAULT, seed=1)
    assert gain_of(task, Claim("eventually", 0), runs, DEFAULT) is None
    assert gain_of(task, Claim("always"), runs, DEFAULT) is not None


def test_costs_for_people() -> None:
    old, new = cost_text(task_of(SPEC, CLOSED), DEFAULT)
    assert (old or "").replace("(", "").replace(")", "") == "5 * n + 3"
    assert new == "2"
    halves = plain("n >= 1", "while n > 1:\n        decreases(n)\n        n //= 2\n    return n")
    assert cost_text(task_of(halves), DEFAULT) == (None, None)
