"""What runs show of loops, the notes made from it, and the forms that fit."""

from itertools import pairwise

import pytest
from targets import spec_of

from loop.closed import TICKS, TURNS, Fitter, trip
from loop.hints import VARIANTS, python_text, to_notes
from loop.observe import Loop, evaluator, inputs, observe, run_turns, sample
from verify import ir
from verify.interpreter import compile_block, holds
from verify.ir import Binary, Compare, Const, Var
from verify.limits import DEFAULT
from verify.notes import annotate
from verify.spec import Spec

CUBES = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    total = 0
    k = 0
    while k < n:
        k += 1
        total += k * k * k
    return total
"""
THIRDS = """@target
@require(lambda n, up: n >= 2)
def f(n: int, up: bool) -> int:
    t = 0
    for k in range(0, n, 3):
        t += k + 2
    return t if up else -t
"""
HALVES = """@target
@require(lambda n: n >= 1)
def f(n: int) -> int:
    steps = 0
    while n > 1:
        n //= 2
        steps += 1
    return steps
"""


def look(text: str) -> tuple[Spec, Loop]:
    spec = spec_of(text)
    return spec, observe(spec.program, inputs(spec, DEFAULT, seed=0), DEFAULT)[1]


def test_inputs_are_allowed_and_the_same_for_a_seed() -> None:
    spec = spec_of(THIRDS)
    drawn = inputs(spec, DEFAULT, seed=3)
    assert drawn == inputs(spec, DEFAULT, seed=3)
    assert drawn[0][0] == 2
    assert all(n >= 2 and isinstance(up, bool) for n, up in drawn)
    assert len(set(drawn)) == len(drawn) > 20
    assert inputs(spec_of(CUBES.replace("n >= 0", "n > n")), DEFAULT, seed=3) == []


def test_an_evaluation_that_raises_gives_nothing() -> None:
    run = evaluator(Binary("floordiv", Const(6), Var("n", "int")), ("n",), DEFAULT)
    assert (run({"n": 2}), run({"n": 0})) == (3, None)


def test_what_a_loop_looked_like() -> None:
    _, own = look(CUBES)
    assert set(own.names) == {"total", "k", "n"}
    assert set(own.written) == {"total", "k"}
    assert own.test == Compare((Var("k", "int"), Var("n", "int")), ("lt",))
    assert {"k": 0, "n": 0, "total": 0} in own.states
    assert all(b["k"] == a["k"] + 1 for chain in own.chains for a, b in pairwise(chain))


@pytest.mark.parametrize("text", [CUBES, THIRDS, HALVES])
def test_facts_held_in_every_state_and_survive_a_turn(text: str) -> None:
    _, own = look(text)
    assert own.facts
    for fact in own.facts:
        test = holds(fact, own.names, DEFAULT)
        assert all(test([s[n] for n in own.names]) for s in own.states)


def test_a_counter_is_bounded_by_its_end() -> None:
    _, own = look(CUBES)
    assert {python_text(f) for f in own.facts} >= {"(k <= n)", "(k >= 0)"}


def test_samples_meet_their_tests() -> None:
    _, own = look(CUBES)
    test = holds(Compare((Var("k", "int"), Var("n", "int")), ("le",)), own.names, DEFAULT)
    drawn = sample(own, [test], 50, spread=True)
    assert len(drawn) == 50
    assert all(map(test, drawn))


def test_notes_say_why_a_loop_ends() -> None:
    for text, due in ((CUBES, "(n - k)"), (HALVES, "(n - 1)")):
        spec, own = look(text)
        notes = to_notes({1: own}, DEFAULT)
        assert [(n.loop, n.measure) for n in notes] == [(1, due)]
        assert annotate(spec.program, notes, DEFAULT).loops[0].measure is not None  # type: ignore[union-attr]
        for variant in range(VARIANTS):
            annotate(spec.program, to_notes({1: own}, DEFAULT, variant), DEFAULT)


def test_no_notes_where_none_are_needed() -> None:
    _, own = look(THIRDS)
    assert to_notes({1: own}, DEFAULT) == ()


def test_a_measure_that_is_given_is_not_guessed_again() -> None:
    _, own = look(CUBES.replace("        k += 1", "        decreases(n - k)\n        k += 1"))
    assert all(n.measure is None for n in to_notes({1: own}, DEFAULT))


def test_no_measure_where_none_falls() -> None:
    _, own = look(CUBES.replace("k += 1\n", "k += 1 if n > 99 or k != 7 else -1\n"))
    assert all(n.measure is None for n in to_notes({1: own}, DEFAULT))


def test_how_loops_count() -> None:
    n, k = Var("n", "int"), Var("k", "int")
    counted = trip(look(CUBES)[1], DEFAULT)
    assert counted is not None
    assert (counted.distance, counted.stride) == (Binary("sub", n, k), 1)
    strided = trip(look(THIRDS)[1], DEFAULT)
    assert strided is not None
    assert (python_text(strided.distance), strided.stride) == ("(stop_1 - next_1)", 3)
    assert python_text(strided.turns) == "(((stop_1 - next_1) + 2) // 3)"
    assert trip(look(HALVES)[1], DEFAULT) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [(CUBES, "total"), (CUBES, "k"), (CUBES, TICKS), (THIRDS, "t"), (THIRDS, TICKS),
     (CUBES.replace("total += k * k * k", "total = -total"), "total"),
     (CUBES.replace("total += k * k * k", "total += k % 2"), "total")],
)  # fmt: skip
def test_a_form_says_what_the_loop_leaves(text: str, name: str) -> None:
    _, own = look(text)
    counted = trip(own, DEFAULT)
    assert counted is not None
    form = next(Fitter(own, counted, DEFAULT).forms(name), None)
    assert form is not None
    numerator = ir.substitute(form.numerator, {TURNS.name: counted.turns})
    value = compile_block((ir.Return(numerator),), own.names, DEFAULT)
    run, checked = run_turns(own, DEFAULT), 0
    entered = holds(counted.entered, own.names, DEFAULT)
    for state in own.states[:200]:
        values = [state[n] for n in own.names]
        outcome = run(values) if entered(values) else None
        if outcome is None:
            continue
        left, ticks = outcome
        due = ticks if name == TICKS else left[own.names.index(name)]
        assert value.run(values, 10**6, None)[2] == form.scale * int(due or 0)
        checked += 1
    assert checked > 20
