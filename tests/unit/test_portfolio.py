"""Tactics follow from the text of a goal and of its definitions; the order of them from outcomes alone."""

import json

import pytest
from lean_bench import TAIL, TRIANGLE

from loop.goal_text import Head, applications, functions, to_function, to_head
from loop.portfolio import Setting, facts, portfolio, varying
from loop.tactic_order import Outcome, TacticOrder, goal_class, learned

WALK = (
    "def walk (n i total : Int) : Int × Nat :=\n  if i < n then ((walk n (i + 1) (total + i)).1, 1) else (total, 1)\n"
    "termination_by (n - i).toNat\ndecreasing_by all_goals omega\n"
)


def setting(definitions: str, statement: str, *lemmas: str) -> Setting:
    return Setting(functions(definitions), to_head(statement), lemmas)


def lines(of: Setting) -> list[str]:
    return [line for t in portfolio(of) for line in t.lines]


def test_a_definition_is_read() -> None:
    walk = to_function(WALK)
    assert walk is not None
    assert [(a.name, a.type) for a in walk.arguments] == [("n", "Int"), ("i", "Int"), ("total", "Int")]
    assert (walk.result, walk.recursive, walk.by_match) == ("Int × Nat", True, False)
    assert varying(walk) == {1, 2}
    tail = to_function(TAIL)
    assert tail is not None
    assert (len(tail.arguments), tail.result, tail.recursive, tail.by_match) == (2, "Nat", True, True)
    assert to_function("theorem t : 1 = 1 := rfl") is None


def test_a_head_is_read() -> None:
    head = to_head("(a d : Int) (h : 0 < d) : (divide d a 0).1 * d = a")
    assert [b.name for b in head.data] == ["a", "d"]
    assert [(b.name, b.type) for b in head.hypotheses] == [("h", "0 < d")]
    assert applications(head.goal, "divide", 3) == [("d", "a", "0")]


def test_induction_is_on_what_a_function_recurs_on() -> None:
    found = lines(setting(TRIANGLE, "(n : Nat) : 2 * triangle n = n * (n + 1)"))
    assert "fun_induction triangle n" in found
    assert "induction n" in found
    assert any("grind [triangle]" in line for line in found)


def test_functional_induction_needs_variables_where_the_arguments_change() -> None:
    assert "fun_induction tail n a" in lines(setting(TAIL, "(n a : Nat) : tail n a = tail n 0 + a"))
    assert not any("fun_induction tail n 0" in line for line in lines(setting(TAIL, "(n : Nat) : tail n 0 = n")))


def test_other_variables_are_generalised() -> None:
    assert "induction n generalizing a" in lines(setting(TAIL, "(n a : Nat) : tail n a = tail n 0 + a"))


def test_functions_that_only_others_call_are_unfolded_too() -> None:
    both = TRIANGLE + "\ndef twice (n : Nat) : Nat := 2 * triangle n\n\ndef alien (n : Nat) : Nat := n\n"
    used = setting(both, "(n : Nat) : twice n = n * (n + 1)").used
    assert [f.name for f in used] == ["triangle", "twice"]


def test_a_quotient_is_cleared() -> None:
    found = lines(setting(WALK, "(n : Int) (h : 0 ≤ n) : (walk n 0 0).1 = n * (n - 1) / 2"))
    assert "suffices key : 2 * ((walk n 0 0).1) = n * (n - 1) by omega" in found


def test_lemmas_reach_the_tactics_and_facts_follow_the_signs() -> None:
    of = setting(TRIANGLE, "(n : Nat) : triangle n ^ 2 = n", "helper")
    assert any("grind [triangle, helper" in line for line in lines(of))
    assert "Nat.pow_succ" in facts(of)
    assert "Nat.pow_succ" not in facts(setting(TRIANGLE, "(n : Nat) : triangle n = n"))


def test_no_script_occurs_twice() -> None:
    found = [t.lines for t in portfolio(setting(TRIANGLE + TAIL, "(n a : Nat) (h : a ≤ n) : tail n a = triangle n + a"))]
    assert len(set(found)) == len(found)


def test_the_order_learns_what_works_for_a_class() -> None:
    tactics = portfolio(setting(TRIANGLE, "(n : Nat) : 2 * triangle n = n * (n + 1)"))
    last = tactics[-1]
    order = TacticOrder()
    assert order.ordered("c", tactics) == tactics
    order.learn(
        [Outcome("c", last.label, succeeded=True)] * 30
        + [Outcome("c", t.label, succeeded=False) for t in tactics if t != last] * 30
    )
    assert order.ordered("c", tactics)[0].label == last.label
    # another class learns from it, too, but less
    assert order.rate("other", last.label) < order.rate("c", last.label)
    assert order.rate("other", last.label) > order.rate("other", tactics[0].label)


def test_the_order_does_not_depend_on_when_outcomes_came() -> None:
    outcomes = [Outcome("a", "x", succeeded=True), Outcome("b", "x", succeeded=False), Outcome("a", "y", succeeded=False)]
    one, two = TacticOrder(), TacticOrder()
    one.learn(outcomes)
    two.learn(reversed(outcomes))
    assert one.to_bytes() == two.to_bytes()


def test_an_order_is_read_back_and_nothing_else_is() -> None:
    order = TacticOrder()
    order.learn([Outcome("a", "x", succeeded=True), Outcome("a", "x", succeeded=False)])
    assert TacticOrder.from_bytes(order.to_bytes()) == order
    bad = (b'{"counts": {}}\n', b"{}\n", order.to_bytes().replace(b"1,", b"9,"), order.to_bytes().replace(b"2", b"true"))
    for content in bad:
        with pytest.raises(ValueError):  # noqa: PT011 - each has a message of its own
            TacticOrder.from_bytes(content)


def test_what_several_judgements_taught_adds_up() -> None:
    one = [Outcome("a", "x", succeeded=True), Outcome("b", "y", succeeded=False)]
    two = [Outcome("a", "x", succeeded=False), Outcome("a", "z", succeeded=True)]
    orders = TacticOrder(), TacticOrder(), TacticOrder()
    for order, outcomes in zip(orders, (one, two, [*one, *two]), strict=True):
        order.learn(outcomes)
    counts = [json.loads(json.dumps(o.counts)) for o in orders[:2]]
    bad: list[object] = [None, [], {"a": {"x": [2, 1]}}, {"a": {"x": [True, 1]}}, {"a": 1}]
    assert learned([counts[0], *bad, counts[1]]) == orders[2]
    assert learned([]) == TacticOrder()


def test_classes_tell_goals_apart() -> None:
    of = functions(TRIANGLE)
    plain = goal_class(of, to_head("(n : Nat) : triangle n = n"))
    assert plain == "one nat equal"
    assert (
        goal_class(functions(WALK), to_head("(n : Int) (h : 0 ≤ n) : (walk n 0 0).1 ≤ n / 2"))
        == "one loop int order division given"
    )
    assert goal_class((), Head((), "∀ n : Nat, n ∣ 2 * n")) == "none divides quantified product"
