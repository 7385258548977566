"""What a loop has seen of a list, and the parts of a contract that its turns keep, are found from runs and put into one lemma."""

import ast
from pathlib import Path

import pytest

from loop.examine import Examiner
from loop.hints import python_text
from loop.lemmas import LoopLemmas
from loop.observe import Loop, inputs, observe
from loop.seen import counts_on, folded, kept, links, speaks_of_many, tail, watched
from loop.seen_proof import Carried, carried
from verify import ir
from verify.interpreter import text
from verify.limits import DEFAULT
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept

HEADER = "from icontract import ensure, require\nfrom verify import target\n"
CASES = (Path(__file__).parents[1] / "cases" / "accept" / "ensures.py").read_text()
TARGETS = {
    node.name: "\n".join(CASES.split("\n")[node.decorator_list[0].lineno - 1 : node.end_lineno]) + "\n"
    for node in ast.parse(CASES).body
    if isinstance(node, ast.FunctionDef)
}
TOTAL, LARGEST, POSITIVES = (TARGETS[name] for name in ("total_of", "largest", "positives"))
PRIME, ANY, EACH = (TARGETS[name] for name in ("is_prime", "any_positive", "only_positive"))
FIND = """
@target
@ensure(lambda xs, v, result: result == -1 or (0 <= result < len(xs) and xs[result] == v))
@ensure(lambda xs, v, result: (result != -1) or (v not in xs))
@ensure(lambda xs, v, result: all(xs[i] != v for i in range(result)))
def find(xs: list[int], v: int) -> int:
    for i in range(len(xs)):
        if xs[i] == v:
            return i
    return -1
"""
SQUARES = """
@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result == [i * i for i in range(n)])
def squares(n: int) -> list[int]:
    out: list[int] = []
    for i in range(n):
        out.append(i * i)
    return out
"""


def looked_at(content: str) -> tuple[Spec, Loop]:
    (spec,) = to_specs((HEADER + content).encode(), "spec.py", DEFAULT)
    return spec, observe(spec.program, inputs(spec, DEFAULT, seed=0), DEFAULT)[1]


def lemma_of(content: str) -> Carried:
    spec, own = looked_at(content)
    found = carried(spec, spec.ensure, LoopLemmas(spec.program, own, "Old", DEFAULT), inputs(spec, DEFAULT, seed=0), DEFAULT)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("content", "due"),
    [
        (TOTAL, ["(v_total == sum(v_seen))"]),
        (LARGEST, ["(v_m in v_xs)", "all((v_each_0 <= v_m) for v_each_0 in v_seen)"]),
        (
            POSITIVES,
            ["(0 <= v_c)", "(v_c <= len(v_seen))", "(v_c == sum(1 for v_each_1 in v_seen if (v_each_1 > 0)))"],
        ),
        (
            FIND,
            [
                "(v_stop_1 == len(v_xs))",
                "(not (v_v in v_seen_xs))",
                "all((v_xs[v_each_1] != v_v) for v_each_1 in span(0, v_next_1))",
            ],
        ),
        (PRIME, ["(v_stop_1 == v_n)", "all(((v_n % v_each_1) != 0) for v_each_1 in span(2, v_next_1))"]),
        (ANY, ["all((not (v_each_1 > 0)) for v_each_1 in v_seen)"]),
        (EACH, ["all((v_each_1 > 0) for v_each_1 in v_out)", "all((v_each_2 in v_xs) for v_each_2 in v_out)"]),
        (SQUARES, ["(v_stop_1 == v_n)", "(v_out == [times(v_each_1, v_each_1) for v_each_1 in span(0, v_next_1)])"]),
    ],
)  # fmt: skip
def test_parts_of_a_contract_that_turns_keep_are_invariants(content: str, due: list[str]) -> None:
    assert {text(e) for e in lemma_of(content).invariants} == set(due)


def test_what_runs_refute_is_no_invariant() -> None:
    spec, own = looked_at(LARGEST.replace("x > m", "x < m"))
    full = watched(spec.program, own, inputs(spec, DEFAULT, seed=0), DEFAULT)
    _, found = kept(spec.program, full, spec.ensure, ir.Var("m", "int"), DEFAULT)
    assert [text(e) for e in found] == ["(v_m in v_xs)"]


def test_a_lemma_goes_from_what_was_seen_to_the_contract() -> None:
    assert lemma_of(TOTAL).lemma == (
        "theorem old1_seen (v_total : Int) (v_x : Int) (v_rest_1 : (List Int)) (v_xs : (List Int)) (seen : (List Int))"
        " (hs : v_xs = seen ++ v_rest_1) (i0 : (v_total = (List.sum seen))) :\n"
        "    Post v_xs (Old.shadow1 v_total v_x v_rest_1).v_total := by\n"
        "  fun_induction Old.shadow1 v_total v_x v_rest_1 generalizing seen <;> first\n"
        "    | (dsimp only; rename_i ih; apply ih _ (seen_next hs (by first | assumption | exact (‹_ ∧ _ ≠ []›).2)) <;> "
        "first | assumption | omega | grind [seen_item, take_one])\n"
        "    | ((try have := seen_mem hs (by first | assumption | exact (‹_ ∧ _ ≠ []›).2)); "
        "simp only [Post, reduceCtorEq, false_implies, true_implies, and_true, true_and] <;> "
        "first | omega | grind [seen_item, take_one])"
    )


def test_an_early_return_has_its_own_conclusion() -> None:
    goal = lemma_of(PRIME).lemma.split(" :\n    ")[1].split(" := by")[0]
    call = "(Old.shadow1 v_n v_d v_next_1 v_stop_1 result)"
    assert goal == f"({call}.returned = true → Post v_n {call}.result) ∧ ({call}.returned = false → Post v_n true)"


def test_a_contract_is_about_what_a_parameter_was_before_it_is_overwritten() -> None:
    found = lemma_of(PRIME.replace("    return True\n", "    n = 0\n    return True\n"))
    assert "(v_given_n : Int)" in found.lemma
    assert "(i0 : (v_given_n = v_n))" in found.lemma
    assert found.lemma.split(" :\n    ")[1].count("Post v_given_n ") == 2


def test_contracts_about_ints_alone_do_not_speak_of_many() -> None:
    n, r = ir.Var("n", "int"), ir.Var("result", "int")
    assert not speaks_of_many(ir.Compare((r, ir.Binary("mul", n, n)), ("eq",)))
    assert speaks_of_many(looked_at(TOTAL)[0].ensure)


def test_the_largest_is_an_element_and_none_is_larger() -> None:
    r = ir.Var("result", "int")
    largest = ir.Fold("max", ir.Var("xs", ir.ListOf("int")))
    due = ["(v_result in v_xs)", "all((v_each_0 <= v_result) for v_each_0 in v_xs)"]
    assert [text(e) for e in links(ir.Compare((r, largest), ("eq",)))] == due
    assert [text(e) for e in links(ir.Compare((largest, r), ("eq",)))] == due


def test_what_literals_decide_is_decided() -> None:
    n = ir.Var("n", "int")
    positive = ir.Compare((n, ir.Const(0)), ("gt",))
    assert folded(ir.Compare((ir.TRUE, positive), ("eq",))) == positive
    assert folded(ir.Compare((ir.FALSE, positive), ("eq",))) == ir.negation(positive)
    assert folded(ir.Logic("or", (ir.Compare((ir.Const(-1), ir.Const(-1)), ("eq",)), positive))) == ir.TRUE
    assert folded(ir.Part(ir.Tuple((n, ir.Const(3))), 1)) == ir.Const(3)


def test_what_follows_a_loop_is_one_expression() -> None:
    n, test = ir.Var("n", "int"), ir.Compare((ir.Var("n", "int"), ir.Const(0)), ("gt",))
    doubled = ir.Assign(("n",), (ir.Binary("mul", ir.Const(2), n),))
    block = (doubled, ir.If(test, (ir.Return(n),), ()), ir.Return(ir.Const(0)))
    twice = ir.Binary("mul", ir.Const(2), n)
    assert tail(block, {}) == ir.Choice(ir.Compare((twice, ir.Const(0)), ("gt",)), twice, ir.Const(0))
    assert tail((ir.While(1, test, (doubled,)), ir.Return(n)), {}) is None


WEEKDAY = """
@target
@require(lambda today, days: 0 <= today < 7 and days >= 0)
def weekday(today: int, days: int) -> int:
    for _ in range(days):
        today += 1
        if today == 7:
            today = 0
    return today
"""
FREE = """
@target
@require(lambda n: n >= 1)
def free(n: int) -> int:
    found = 0
    for day in range(1, n + 1):
        if day % 7 >= 5:
            found += 1
    return found
"""


@pytest.mark.parametrize(
    ("content", "equal", "kept"),
    [
        (WEEKDAY, "(today + days) % 7", "(today == ((given_today + next_1) % 7))"),
        (FREE, "(n + 1) // 7 + (n + 2) // 7", "(found == ((((next_1 - 1) + 1) // 7) + (((next_1 - 1) + 2) // 7)))"),
    ],
    ids=["to a parameter", "to one more"],
)
def test_what_a_range_comes_to_is_kept_of_how_far_it_has_come(content: str, equal: str, kept: str) -> None:
    spec, own = looked_at(content)
    new = content.split("\n")[3] + f"\n    return {equal}\n"
    _, program = to_candidate(new.encode(), "c.py", spec, DEFAULT)
    value_of = tail(program.body, {})
    assert value_of is not None
    assert counts_on(value_of)
    ensure = ir.Compare((ir.Var("result", "int"), value_of), ("eq",))
    found = carried(spec, ensure, LoopLemmas(spec.program, own, "Old", DEFAULT), inputs(spec, DEFAULT, seed=0), DEFAULT)
    assert found is not None
    assert kept in [python_text(e) for e in found.invariants]


@pytest.mark.slow
@pytest.mark.parametrize(("content", "equal"), [(WEEKDAY, "(today + days) % 7"), (FREE, "(n + 1) // 7 + (n + 2) // 7")])
def test_what_a_range_comes_to_is_accepted(toolchain: Toolchain, content: str, equal: str) -> None:
    spec, _ = looked_at(content)
    new = content.split("\n")[3] + f"\n    return {equal}\n"
    task = Task(spec, Version(spec.source, spec.program), Version(*to_candidate(new.encode(), "c.py", spec, DEFAULT)))
    with Examiner(toolchain.kind) as judge:
        found = judge.examine(task)
    assert isinstance(found.verdict, Accept), found.verdict
