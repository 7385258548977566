"""Which order runs leave open, where the gain shows, and costs for people."""

import re
from dataclasses import replace

import pytest
from targets import candidate, plain, task_of

from loop.observe import inputs
from loop.orders import Growth, claims, cost_text, gain_of, lean_value, measured
from verify.interpreter import holds
from verify.ir import ListOf, TupleOf, Type, Value
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


def test_a_gain_that_only_larger_inputs_show() -> None:
    dozens = plain("n >= 0", "c = 0\n    while n >= 12:\n        n -= 12\n        c += 1\n    return c")
    task = task_of(dozens, candidate("c = n - 12 * (n // 12)", "return (n - c) // 12 + 0 + 0 + 0"))
    small = [(n,) for n in range(20)]
    assert task.new is not None
    old, new = (measured(v.program, small, DEFAULT) for v in (task.old, task.new))
    assert all(new[k] >= old[k] for k in old)
    assert claims(task, small, DEFAULT) == [Claim("eventually", max(new[k] - old[k] for k in old))]


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
    assert one.near is not None
    near, far = (int(terms["n"][1:].split(" ")[0]) for terms in (one.near, one.terms))
    assert 0 <= near < far
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


# -- lists ------------------------------------------------------------------------------------------------------------------

LOOP = "t = 0\n    for x in xs:\n        t += x\n    return t"
SUM = "return sum(xs)"


def over_lists(require: str, body: str, parameters: str = "xs: list[int]") -> str:
    names = ", ".join(p.split(":")[0] for p in parameters.split("; "))
    return f"@target\n@require(lambda {names}: {require})\ndef f({parameters.replace(';', ',')}) -> int:\n    {body}\n"


def test_costs_over_lists_are_by_the_input() -> None:
    program = task_of(over_lists("True", LOOP)).old.program
    assert measured(program, [([],), ([5],), ([5, 6],)], DEFAULT) == {((),): 2, ((5,),): 6, ((5, 6),): 10}


def test_claims_over_lists() -> None:
    task = task_of(over_lists("True", LOOP), candidate(SUM, parameters="xs: list[int]"))
    assert judged(task) == [Claim("always"), Claim("eventually", 0)]
    dearer = judged(task_of(over_lists("True", SUM), candidate(*LOOP.split("\n    "), parameters="xs: list[int]")))
    assert isinstance(dearer, CostNotLower)
    assert "f([" in dearer.what


@pytest.mark.parametrize(
    ("require", "parameters", "due"),
    [
        ("True", "xs: list[int]", {"xs": "(List.replicate (1 * m + 0) (0 : Int))"}),
        ("len(xs) >= 1", "xs: list[int]", {"xs": "(List.replicate (1 * m + 1) (0 : Int))"}),
        ("n >= 0", "n: int; xs: list[int]", {"n": "(0 : Int)", "xs": "(List.replicate (1 * m + 0) (0 : Int))"}),
        ("n == len(xs)", "xs: list[int]; n: int", {"n": "(1) * (m : Int) + (0)", "xs": "(List.replicate (1 * m + 0) (0 : Int))"}),
        ("all(x > 0 for x in xs)", "xs: list[int]", {"xs": "(List.replicate (1 * m + 0) (1 : Int))"}),
    ],
)
def test_families_in_which_lists_grow(require: str, parameters: str, due: dict[str, str]) -> None:
    task = task_of(over_lists(require, LOOP, parameters), candidate(SUM, parameters=parameters.replace(";", ",")))
    gain = gain_of(task, Claim("eventually", 0), inputs(task.spec, DEFAULT, seed=1), DEFAULT)
    assert gain is not None
    assert gain.terms == due


def test_no_family_where_the_contract_bounds_a_list() -> None:
    task = task_of(over_lists("len(xs) <= 900", LOOP), candidate(SUM, parameters="xs: list[int]"))
    assert gain_of(task, Claim("eventually", 0), inputs(task.spec, DEFAULT, seed=1), DEFAULT) is None


def test_one_input_with_a_gain_is_written_out() -> None:
    task = task_of(over_lists("len(xs) == 2", LOOP), candidate(SUM, parameters="xs: list[int]"))
    gain = gain_of(task, Claim("always"), inputs(task.spec, DEFAULT, seed=1), DEFAULT)
    assert gain is not None
    assert re.fullmatch(r"\(\[\(-?\d+ : Int\), \(-?\d+ : Int\)\] : \(List Int\)\)", gain.terms["xs"])


@pytest.mark.parametrize(
    ("value", "t", "due"),
    [
        (-3, "int", "(-3 : Int)"),
        (True, "bool", "true"),
        ([], ListOf(ListOf("int")), "([] : (List (List Int)))"),
        ([(1, False)], ListOf(TupleOf(("int", "bool"))), "([((1 : Int), false)] : (List (Int × Bool)))"),
    ],
)
def test_values_in_lean(value: Value, t: Type, due: str) -> None:
    assert lean_value(value, t) == due


def test_what_grows_is_what_the_term_says() -> None:
    pairs = ListOf(TupleOf(("int", "bool")))
    assert Growth(-2, 1).value([(5, False)], pairs, 1) == [(1, True)] * 3
    assert Growth(-2, 1).term([(5, False)], pairs) == "(List.replicate (2 * m + 1) ((1 : Int), true))"
    assert Growth(-2, 1).value(7, "int", 3) == 1
    assert Growth(-2, 1).term(7, "int") == "(-2) * (m : Int) + (7)"


@pytest.mark.parametrize(
    ("body", "due"),
    [
        (LOOP, "2 * (2 * len(xs) + 1)"),
        ("t = 0\n    for x in xs:\n        if x > 0:\n            t += x\n    return t", None),  # what is in the list sways it
        ("return len(xs) * 3", "2"),
    ],
)
def test_costs_by_length(body: str, due: str | None) -> None:
    assert cost_text(task_of(over_lists("True", body)), DEFAULT) == (due, None)


def test_no_cost_by_what_has_no_length() -> None:
    assert cost_text(task_of(over_lists("True", "return 1", "p: tuple[int, int]")), DEFAULT) == (None, None)


def test_a_family_is_allowed_throughout() -> None:
    rising = "all(xs[i] < xs[i + 1] for i in range(len(xs) - 1))"
    task = task_of(over_lists(rising, LOOP), candidate(SUM, parameters="xs: list[int]"))
    allowed = holds(task.spec.require, ["xs"], DEFAULT)
    assert not allowed([[0, 0]])
    # no list of equal elements rises
    assert gain_of(task, Claim("eventually", 0), inputs(task.spec, DEFAULT, seed=1), DEFAULT) is None
