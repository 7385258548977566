"""What is likely to hold of the elements of lists is found from contracts and runs, and noted where a loop rests on it."""

import pytest

from loop.elements import observe_elements, properties_in
from loop.hints import python_text, to_notes
from loop.observe import Loop, inputs
from verify.limits import DEFAULT
from verify.notes import annotate
from verify.spec import Spec, to_specs

HEADER = "from icontract import ensure, require\nfrom verify import target\n"
SHARES = """
@target
@require(lambda xs, n: all(x > 0 for x in xs))
def shares(xs: list[int], n: int) -> int:
    total = 0
    for x in xs:
        total += n // x
    return total
"""
LOOKED_UP = """
@target
@require(lambda ys, xs: all(0 <= xs[i] < len(ys) for i in range(len(xs))))
def looked_up(ys: list[int], xs: list[int]) -> list[int]:
    out = []
    for i in range(len(xs)):
        out.append(ys[xs[i]])
    return out
"""
DENSITIES = """
@target
@require(lambda spans: all(a < b for a, b in spans))
def densities(spans: list[tuple[int, int]]) -> int:
    total = 0
    for a, b in spans:
        total += 1000 // (b - a)
    return total
"""
INVERSES = """
@target
def inverses(xs: list[int], n: int) -> int:
    divisors = []
    for x in xs:
        if x != 0:
            divisors.append(x)
    total = 0
    for d in divisors:
        total += n // d
    return total
"""
CELLS = """
@target
@require(lambda rows, n: all(len(row) == n for row in rows))
def cells(rows: list[list[int]], n: int) -> int:
    count = 0
    for i in range(len(rows)):
        for j in range(n):
            if rows[i][j] < 0:
                count += 1
    return count
"""
SEARCH = """
@target
@require(lambda xs, v: all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1)))
def search(xs: list[int], v: int) -> bool:
    lo, hi = 0, len(xs)
    while lo < hi:
        mid = (lo + hi) // 2
        if xs[mid] == v:
            return True
        if xs[mid] < v:
            lo = mid + 1
        else:
            hi = mid
    return False
"""


def observed(text: str) -> tuple[Spec, dict[int, Loop]]:
    (spec,) = to_specs((HEADER + text).encode(), "elements.py", DEFAULT)
    return spec, observe_elements(spec.program, spec.require, inputs(spec, DEFAULT, seed=0), DEFAULT)


@pytest.mark.parametrize(
    ("text", "loop", "due"),
    [
        (SHARES, 1, ["all((each_1 > 0) for each_1 in rest_1)"]),
        (DENSITIES, 1, ["all((each_1[0] < each_1[1]) for each_1 in rest_1)"]),
        (INVERSES, 2, ["all((each_0 != 0) for each_0 in rest_2)"]),
        (CELLS, 2, ["all((len(each_1) == stop_2) for each_1 in rows)"]),
        (
            LOOKED_UP,
            1,
            ["all((0 <= xs[each_1] < len(ys)) for each_1 in range(0, len(xs)))", "all((0 <= each_1 < len(ys)) for each_1 in xs)"],
        ),
    ],
)
def test_a_loop_that_rests_on_elements_gets_what_is_said_of_them(text: str, loop: int, due: list[str]) -> None:
    spec, loops = observed(text)
    assert list(map(python_text, loops[loop].elements)) == due
    assert loops[loop].leading
    notes = to_notes(loops, DEFAULT)
    assert {*due} <= {i for n in notes if n.loop == loop for i in n.invariants}
    annotate(spec.program, notes, DEFAULT)  # each note can be read


def test_what_no_loop_rests_on_is_noted_in_the_last_variants_alone() -> None:
    _, loops = observed(SEARCH)
    due = "all((xs[each_1] <= xs[(each_1 + 1)]) for each_1 in range(0, (len(xs) - 1)))"
    assert list(map(python_text, loops[1].elements)) == [due]
    assert not loops[1].leading
    noted = [{i for n in to_notes(loops, DEFAULT, v) for i in n.invariants} for v in range(6)]
    assert [due in invariants for invariants in noted] == [False, False, False, False, True, True]


def test_a_condition_on_places_is_one_on_elements_where_the_place_is_not_asked_for() -> None:
    spec, _ = observed(LOOKED_UP)
    (found,) = properties_in(spec.require)
    assert python_text(found.condition) == "(0 <= each_1 < len(ys))"
    spec, _ = observed(SEARCH)
    assert list(properties_in(spec.require)) == []
