"""What runs show of loops, the notes made from it, and the forms that fit."""

from dataclasses import replace
from itertools import pairwise

import pytest
from targets import plain, spec_of

from loop.closed import TICKS, TURNS, Fitter, trip
from loop.hints import VARIANTS, python_text, to_notes
from loop.literals import thresholds
from loop.observe import Loop, divisors, evaluator, inputs, observe, one_turn, run_turns, sample
from verify import ir
from verify.interpreter import compile_block, holds
from verify.ir import Binary, Compare, Const, Var
from verify.limits import DEFAULT
from verify.notes import annotate
from verify.spec import Spec
from verify.types import is_value, key

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
SORTED = "all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))"
BISECT = plain(SORTED, """lo, hi = 0, len(xs)
    while lo < hi:
        mid = (lo + hi) // 2
        if xs[mid] < x:
            lo = mid + 1
        else:
            hi = mid
    return lo""", "xs: list[int], x: int")  # fmt: skip
MERGE = """@target
def f(a: list[int], b: list[int]) -> list[int]:
    out: list[int] = []
    i, j = 0, 0
    while i < len(a) and j < len(b):
        if a[i] <= b[j]:
            out.append(a[i])
            i += 1
        else:
            out.append(b[j])
            j += 1
    return out + a[i:] + b[j:]
"""
ENDLESS = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    i = 0
    while True:
        if i >= n:
            break
        i += 2
        if i == 5:
            continue
    return i
"""
STACK = """@target
def f(xs: list[int]) -> int:
    left = xs[:]
    t = 0
    while left:
        t = left.pop()
    return t
"""
COPY = """@target
def f(xs: list[int]) -> int:
    out: list[int] = []
    for x in xs:
        out.append(x)
    return out[len(xs) - 1] if xs else 0
"""
TABLE = """@target
@require(lambda n: 0 <= n < 256)
def f(n: int) -> int:
    table = [0, 1, 1, 2]
    t = 0
    for _ in range(4):
        t += table[n & 3]
        n >>= 2
    return t
"""
RUN = """@target
def f(xs: list[int]) -> int:
    longest = 0
    count = 0
    for i in range(len(xs)):
        count += 1
        if i + 1 == len(xs) or xs[i + 1] != xs[i]:
            longest = max(longest, count)
            count = 0
    return longest
"""
NESTED = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    t = 0
    i = 0
    while i < n:
        i += 1
        j = 0
        while j < 5:
            j += 1
            t += 1
    return t
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


def test_inputs_lie_on_both_sides_of_what_a_program_compares_with() -> None:
    text = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    while n >= 90:
        n -= 90
    return n if n != 5000 else -1
"""
    spec, own = look(text)
    drawn = [n for (n,) in inputs(spec, DEFAULT, seed=0) if isinstance(n, int)]
    assert (min(drawn), max(drawn) < 5000) == (0, True)
    assert any(n > 90 for n in drawn)
    assert [n.measure for n in to_notes({1: own}, DEFAULT)] == ["(n - 90)"]
    assert (thresholds(spec.program, 14), thresholds(spec.program, 90)) == ({90}, set())


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


COMMON = """@target
@require(lambda xs, ys: True)
def f(xs: list[int], ys: list[int]) -> int:
    i, j, c = 0, 0, 0
    while i < len(xs) and j < len(ys):
        if xs[i] == ys[j]:
            c, i, j = c + 1, i + 1, j + 1
        elif xs[i] < ys[j]:
            i += 1
        else:
            j += 1
    return c
"""
RISES = """@target
@require(lambda x: 0 <= x < 2 ** 32)
def f(x: int) -> int:
    count, before = 0, 0
    for i in range(32):
        bit = (x >> i) & 1
        if bit == 1 and before == 0:
            count += 1
        before = bit
    return count
"""


def test_a_fact_that_a_turn_breaks_only_where_it_just_holds_is_dropped() -> None:
    _, own = look(COMMON)
    assert {python_text(f) for f in own.facts} == {"(i >= 0)", "(j >= 0)", "(i <= len(xs))", "(j <= len(ys))"}


def test_facts_on_which_nothing_rests_and_that_are_hard_to_keep_are_noted_last() -> None:
    _, own = look(RISES)
    noted = [{i for n in to_notes({1: own}, DEFAULT, v) for i in n.invariants} for v in range(VARIANTS)]
    assert "(next_1 >= 0)" in noted[0]
    assert "(before <= x)" in noted[3] - noted[0]


def test_a_measure_that_falls_by_a_variable_needs_what_is_known_of_it() -> None:
    head = "@target\n@require(lambda a, b: a >= 0 and b > 0)\ndef f(a: int, b: int) -> int:\n"
    _, own = look(head + "    while a >= b:\n        a -= b\n    return a\n")
    (note,) = to_notes({1: own}, DEFAULT)
    assert "(b >= 1)" in note.invariants


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


# -- lists, jumps -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("require", "parameters"),
    [
        (SORTED, "xs: list[int]; x: int"),
        ("len(xs) == len(ys) > 0", "xs: list[int]; ys: list[bool]"),
        ("0 <= i < len(xs)", "xs: list[tuple[int, bool]]; i: int"),
        ("n == len(xs) and all(0 <= x < n for x in xs)", "xs: list[int]; n: int"),
        ("all(len(r) == len(m) for r in m)", "m: list[list[int]]"),
        ("p[0] >= 3", "p: tuple[int, bool, list[int]]"),
    ],
)
def test_inputs_that_are_lists(require: str, parameters: str) -> None:
    names = ", ".join(p.split(":")[0] for p in parameters.split("; "))
    spec = spec_of(f"@target\n@require(lambda {names}: {require})\ndef f({parameters.replace(';', ',')}) -> int:\n    return 1\n")
    drawn = inputs(spec, DEFAULT, seed=3)
    assert drawn == inputs(spec, DEFAULT, seed=3) != inputs(spec, DEFAULT, seed=4)
    test = holds(spec.require, [p.name for p in spec.program.parameters], DEFAULT)
    types = [p.type for p in spec.program.parameters]
    assert all(test(point) and all(map(is_value, point, types)) for point in drawn)
    assert len(set(map(key, drawn))) == len(drawn) > 50
    lengths = {len(v) for point in drawn for v in point if isinstance(v, list)}
    assert not lengths or {1, 2, 5} <= lengths


def test_states_keep_what_lists_held() -> None:
    _, own = look(STACK)
    longest = max(own.chains, key=len)
    assert [len(s["left"]) for s in longest] == list(range(len(longest) - 1, -1, -1))  # type: ignore[arg-type]  # a list


def test_one_turn_comes_back_or_not() -> None:
    _, own = look(ENDLESS)
    turn = one_turn(own, DEFAULT)
    at = own.names.index
    state = [0, 0]

    def after(n: int, i: int) -> int | None:
        state[at("n")], state[at("i")] = n, i
        found = turn(state)
        return None if found is None else found[at("i")]  # type: ignore[return-value]  # an int

    assert (after(9, 2), after(9, 3)) == (4, 5)  # on to its end, and by `continue`
    assert after(9, 9) is None  # by `break`


def test_one_turn_changes_no_list_that_it_is_given() -> None:
    _, own = look(STACK)
    state = [[1, 2] if n == "left" else 0 for n in own.names]
    left = own.names.index("left")
    assert (one_turn(own, DEFAULT)(state) or [])[left] == [1]
    run = run_turns(own, DEFAULT)(state)
    assert run is not None
    assert (run[0][left], state[left]) == ([], [1, 2])


@pytest.mark.parametrize(
    ("text", "measure", "facts"),
    [
        (BISECT, "(hi - lo)", {"(lo >= 0)", "(lo <= hi)", "(hi <= len(xs))"}),
        (MERGE, "((len(a) - i) + (len(b) - j))", {"(i >= 0)", "(i <= len(a))", "(j <= len(b))", "((i + j) == len(out))"}),
        (ENDLESS, "(n - i)", {"(i >= 0)", "(i <= (n + 1))"}),
        (STACK, "len(left)", set()),
        (COPY, None, {"((len(out) + len(rest_1)) == len(xs))"}),
        (plain("a >= 0 and b >= 0", "while b:\n        a, b = b, a % b\n    return a", "a: int, b: int"), "b", {"(b >= 0)"}),
        (plain("n >= 0", "c = 0\n    while n:\n        c += n & 1\n        n >>= 1\n    return c"), "n", {"(n >= 0)"}),
        (TABLE, None, {"(len(table) >= 4)"}),
    ],
    ids=["bisect", "merge", "while True", "stack", "copy", "gcd", "bits", "table"],
)  # fmt: skip
def test_notes_of_loops_that_do_not_count(text: str, measure: str | None, facts: set[str]) -> None:
    spec, own = look(text)
    (note,) = to_notes({1: own}, DEFAULT)
    assert note.measure == measure
    assert set(note.invariants) >= facts
    annotate(spec.program, (note,), DEFAULT)
    for fact in own.facts:
        test = holds(fact, own.names, DEFAULT)
        assert all(test([s[n] for n in own.names]) for s in own.states)


def test_facts_that_a_rare_turn_breaks_are_no_facts() -> None:
    _, own = look(RUN)
    assert "count" not in {name for fact in own.facts if len(ir.variables(fact)) > 1 for name in ir.variables(fact)}


def test_each_run_of_an_inner_loop_is_told_apart() -> None:
    spec = spec_of(NESTED)
    loops = observe(spec.program, inputs(spec, DEFAULT, seed=0), DEFAULT)
    assert {len(c) for c in loops[2].chains} == {6}
    assert [n.measure for n in to_notes(loops, DEFAULT)] == ["(n - i)", "(5 - j)"]


def test_lengths_are_not_noted_where_nothing_rests_on_them() -> None:
    _, own = look(COPY.replace("out[len(xs) - 1] if xs else 0", "len(out)"))
    assert not own.indexed
    assert to_notes({1: own}, DEFAULT) == ()


def test_a_loop_that_may_be_left_does_not_count() -> None:
    left = CUBES.replace("        k += 1", "        if total > 99:\n            break\n        k += 1")
    assert trip(look(left)[1], DEFAULT) is None
    assert trip(look(ENDLESS)[1], DEFAULT) is None


def test_forms_over_lengths() -> None:
    _, own = look("@target\ndef f(xs: list[int]) -> int:\n    k = 0\n    for x in xs:\n        k += 3\n    return k\n")
    counted = trip(own, DEFAULT)
    assert counted is not None
    fitter = Fitter(own, counted, DEFAULT)
    assert [python_text(f.numerator) for f in fitter.forms("k")] == ["(k + (3 * len(rest_1)))"]
    assert not list(fitter.forms("x"))


def test_what_a_list_holds_has_no_form() -> None:
    text = COPY.replace("out: list", "k = 0\n    out: list").replace("out.append(x)", "out.append(x)\n        k += x")
    _, own = look(text)
    counted = trip(own, DEFAULT)
    assert counted is not None
    fitter = Fitter(own, counted, DEFAULT)
    assert not list(fitter.forms("k"))
    assert not list(fitter.forms("out"))


def test_masks_and_shifts_divide() -> None:
    n = Var("n", "int")
    found = [Binary("rshift", n, Const(3)), Binary("and", n, Const(7)), Binary("mod", n, Const(-5)), Binary("and", n, Const(6))]
    assert divisors(found[:2]) == {8}
    assert divisors(found) == {5, 8}


def test_loops_of_a_function_that_calls_itself() -> None:
    body = "if n < 2:\n        return n\n    t = f(n // 2)\n    while n > 0:\n        z = n\n        n -= 1\n    return t"
    spec, own = look(plain("n >= 0", body))
    (note,) = to_notes({1: own}, replace(DEFAULT, run_ticks=10_000))
    assert note.measure == "n"
    assert spec.program.recursive
