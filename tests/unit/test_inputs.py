"""Inputs over lists and tuples: what is read off a precondition, what is repaired, what is drawn."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from targets import spec_of

from verify.gates.bounds import EACH, LEN, Bounds, Link, Order, bounds_of
from verify.gates.inputs import Domain, Input, mined
from verify.gates.repairs import LONGEST, repaired
from verify.ir import Value
from verify.limits import DEFAULT
from verify.types import key

XS, EACH_X, LEN_X = ("xs",), ("xs", EACH), ("xs", LEN)


def domain(require: str, parameters: str) -> Domain:
    names = ", ".join(part.split(":")[0] for part in parameters.split("; "))
    annotated = parameters.replace(";", ",")
    spec = spec_of(f"@target\n@require(lambda {names}: {require})\ndef f({annotated}) -> int:\n    return 1\n")
    return Domain(spec.program.parameters, spec.require, DEFAULT)


def bounds(require: str, parameters: str = "xs: list[int]") -> Bounds:
    made = domain(require, parameters)
    return bounds_of(made.require, made.parameters)


def lists(values: list[Input]) -> list[list[int]]:
    return [xs for (xs,) in values if isinstance(xs, list)]  # type: ignore[misc]  # lists of ints


USUAL = [
    ("len(xs) > 0", "xs: list[int]"),
    ("len(xs) == len(ys)", "xs: list[int]; ys: list[int]"),
    ("len(xs) == len(ys) and len(xs) > 0 and all(y > 0 for y in ys)", "xs: list[int]; ys: list[int]"),
    ("3 <= len(xs) <= 10", "xs: list[int]"),
    ("all(x >= 0 for x in xs)", "xs: list[int]"),
    ("all(1 <= xs[i] <= 9 for i in range(len(xs))) and len(xs) > 4", "xs: list[int]"),
    ("all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))", "xs: list[int]"),
    ("all(xs[i - 1] > xs[i] for i in range(1, len(xs))) and len(xs) > 2", "xs: list[int]"),
    ("all(xs[j] <= xs[i] for i in range(len(xs)) for j in range(i))", "xs: list[int]"),
    ("xs == sorted(xs) and k in xs", "xs: list[int]; k: int"),
    ("all(xs[i] != xs[j] for i in range(len(xs)) for j in range(i)) and len(xs) >= 5", "xs: list[int]"),
    ("0 <= k < len(xs)", "xs: list[int]; k: int"),
    ("0 <= lo <= hi <= len(xs) and len(xs) > 0", "xs: list[int]; lo: int; hi: int"),
    ("len(xs) == n and all(0 <= xs[i] < n for i in range(n)) and n >= 3", "xs: list[int]; n: int"),
    ("min(xs) >= -3 and max(xs) <= 100 and len(xs) > 2", "xs: list[int]"),
    ("xs and xs[0] == 0 and all(xs[i + 1] - xs[i] >= 2 for i in range(len(xs) - 1)) and xs[-1] > 5", "xs: list[int]"),
    ("all(x in ys for x in xs) and len(xs) > 1", "xs: list[int]; ys: list[int]"),
    ("all(a < b for a, b in ps) and len(ps) > 1", "ps: list[tuple[int, int]]"),
    ("all(ps[i][0] <= ps[i + 1][0] for i in range(len(ps) - 1)) and len(ps) > 2", "ps: list[tuple[int, bool]]"),
    ("len(g) > 0 and all(len(row) == len(g[0]) for row in g) and len(g[0]) > 0", "g: list[list[int]]"),
    ("all(0 <= v < len(g) for row in g for v in row) and len(g) >= 2", "g: list[list[int]]"),
    ("p[0] < p[1] < n", "p: tuple[int, int]; n: int"),
    ("len(xs) % 4 == 0 and len(xs) != 0", "xs: list[int]"),
]  # fmt: skip


@pytest.mark.parametrize(("require", "parameters"), USUAL)
def test_usual_preconditions_are_met_often(require: str, parameters: str) -> None:
    made = domain(require, parameters)
    constants = mined([made.require])
    drawn = made.drawn(constants, 200, 0)
    assert len(drawn) >= 60
    assert made.allowed(drawn) == drawn
    assert len(made.allowed([*made.box(), *drawn])) >= 80


@pytest.mark.parametrize(
    ("require", "low", "high"),
    [
        ("len(xs) > 0", {LEN_X: 1}, {}),
        ("xs", {LEN_X: 1}, {}),
        ("len(xs) != 0", {LEN_X: 1}, {}),
        ("2 * len(xs) + 1 <= 20", {}, {LEN_X: 9}),
        ("all(0 <= x < 7 for x in xs)", {EACH_X: 0}, {EACH_X: 6}),
        ("all(0 < xs[i] and xs[i] - 1 <= 3 for i in range(len(xs)))", {EACH_X: 1}, {EACH_X: 4}),
        ("all(x > 2 for x in xs[1:])", {}, {}),  # the source is no place
        ("max(xs) < 5 and -min(xs) <= 2", {}, {EACH_X: 4}),
        ("max(len(xs), xs[0]) <= 5", {}, {LEN_X: 5, ("xs", 0): 5}),
        ("len(xs) < 3 or len(xs) > 9", {}, {}),
    ],
)
def test_bounds_are_read(require: str, low: dict[object, int], high: dict[object, int]) -> None:
    found = bounds(require)
    assert (found.low, found.high, found.unsure) == (low, high, set())


def test_relations_are_read() -> None:
    assert bounds("len(xs) == len(ys)", "xs: list[int]; ys: list[int]").links == [
        Link(LEN_X, ("ys", LEN), 0), Link(("ys", LEN), LEN_X, 0),
    ]  # fmt: skip
    assert bounds("0 <= k < len(xs)", "xs: list[int]; k: int").low == {("k",): 0, LEN_X: 1}
    assert bounds("all(xs[i] < xs[i + 2] for i in range(len(xs) - 2))").orders == [Order(XS, 2, 1)]
    assert bounds("all(xs[i - 1] >= xs[i] for i in range(1, len(xs)))").orders == [Order(XS, -1, 0)]
    assert bounds("all(xs[i] <= xs[j] for i in range(len(xs)) for j in range(i + 1, len(xs)))").orders == [Order(XS, 1, 0)]
    assert bounds("sorted(xs) == xs").orders == [Order(XS, 1, 0)]
    assert bounds("all(p[i][1] <= p[i + 1][1] for i in range(len(p) - 1))", "p: list[tuple[int, int]]").orders == [
        Order(("p",), 1, 0, (1,))
    ]
    assert bounds("7 in xs and all(xs[i] != xs[j] for i in range(len(xs)) for j in range(i))").members == [(7, XS)]
    assert bounds("all(xs[i] != xs[j] for i in range(len(xs)) for j in range(i))").distinct == [XS]


@pytest.mark.parametrize(
    "require",
    ["all(0 <= xs[i] <= 1 for i in range(2))", "all(0 <= x <= 1 for x in xs if x < 9)", "all(0 <= xs[i] <= 1 for i in [0, 1])"],
)
def test_what_may_not_be_of_all_elements_makes_no_domain_small(require: str) -> None:
    made = domain(f"{require} and len(xs) <= 3", "xs: list[int]")
    assert made.whole() is None


@pytest.mark.parametrize(
    ("require", "sure"),
    [
        ("all(g[i][j] >= 0 for i in range(len(g)) for j in range(len(g[i])))", True),
        ("all(row[j] >= 0 for row in g for j in range(len(row)))", True),
        ("all(g[i][j] >= 0 for i in range(len(g)) for j in range(len(g)))", False),
        ("all(x >= 0 for row in g if row for x in row)", False),
        ("all(x >= 0 for row in g for x in row) and all(x >= 1 for row in g for x in row if x > 1)", False),
    ],
)
def test_bounds_of_elements_of_rows(require: str, sure: bool) -> None:  # noqa: FBT001 - a result
    found, place = bounds(require, "g: list[list[int]]"), ("g", EACH, EACH)
    assert found.low[place] in (0, 1)
    assert (place not in found.unsure) is sure


def test_what_is_said_of_nothing_bounds_nothing_for_sure() -> None:
    found = bounds("all(n <= 3 for x in xs) and all(k <= x for x in xs) and k >= 5", "xs: list[int]; n: int; k: int")
    assert found.unsure == {("n",), EACH_X}


@pytest.mark.parametrize(
    ("require", "parameters", "count"),
    [
        ("len(bs) <= 3", "bs: list[bool]", 15),
        ("all(1 <= x <= 3 for x in xs) and len(xs) <= 4", "xs: list[int]", 121),
        ("1 <= len(ps) <= 2 and all(0 <= p[0] <= 1 for p in ps)", "ps: list[tuple[int, bool]]", 20),
        ("0 <= p[0] <= p[1] <= 3", "p: tuple[int, int]", 10),
    ],
)
def test_small_domains_are_whole(require: str, parameters: str, count: int) -> None:
    found = domain(require, parameters).whole()
    assert found is not None
    assert len(found) == len({key(v) for v in found}) == count


REPAIRS: list[tuple[str, str, list[Value], list[Value]]] = [
    ("len(xs) == len(ys)", "xs: list[int]; ys: list[int]", [[1, 2, 3], [7, 8]], [[1, 2, 3], [7, 8, 7]]),
    ("all(xs[i] <= xs[i + 1] for i in range(len(xs) - 1))", "xs: list[int]", [[3, 1, 2]], [[1, 2, 3]]),
    ("all(xs[i] < xs[i + 1] for i in range(len(xs) - 1))", "xs: list[int]", [[3, 1, 3]], [[1, 3, 4]]),
    ("all(xs[i] == xs[i + 1] for i in range(len(xs) - 1))", "xs: list[int]", [[3, 1, 2]], [[3, 3, 3]]),
    ("all(0 <= x < 10 for x in xs)", "xs: list[int]", [[3, -1, 25]], [[3, 9, 5]]),
    ("k in xs", "xs: list[int]; k: int", [[5, 6, 7], 1], [[5, 6, 7], 6]),
    ("9 in xs", "xs: list[int]", [[]], [[9]]),
    ("0 <= k < len(xs)", "xs: list[int]; k: int", [[5, 6, 7], 11], [[5, 6, 7], 2]),
    ("len(xs) == n", "xs: list[int]; n: int", [[5, 6, 7], 11], [[5, 6, 7], 3]),
    ("len(xs) > 0", "xs: list[tuple[int, bool]]", [[]], [[(0, False), (0, False)]]),
    ("all(len(r) == len(g[0]) for r in g)", "g: list[list[int]]", [[[1, 2], [3], []]], [[[1, 2], [3, 3], [0, 0]]]),
    ("p[0] <= p[1]", "p: tuple[int, int]", [(5, 2)], [(2, 5)]),
]  # fmt: skip


@pytest.mark.parametrize(("require", "parameters", "given", "due"), REPAIRS)
def test_repairs(require: str, parameters: str, given: list[Value], due: list[Value]) -> None:
    made = domain(require, parameters)
    before = json.dumps(given)
    found = repaired(made.bounds, given, made.parameters)
    assert (list(found), json.dumps(given)) == (due, before)
    assert made.allowed([found]) == [found]


def test_repair_makes_no_list_too_long() -> None:
    made = domain("len(xs) == n and n >= 10 ** 9", "xs: list[int]; n: int")
    (xs, _) = repaired(made.bounds, [[1], 10**9], made.parameters)
    assert isinstance(xs, list)
    assert len(xs) <= LONGEST


def test_inputs_share_no_list() -> None:
    made = domain("len(xs) <= 50", "xs: list[list[int]]; ys: list[list[int]]")
    found = [*made.box(), *made.drawn((7,), 100, 0)]
    inner = [id(row) for v in found for xs in v if isinstance(xs, list) for row in (xs, *xs)]
    assert len(inner) == len(set(inner))


def test_the_box_holds_all_short_lists_over_small_ints() -> None:
    box = lists(domain("len(xs) >= 0", "xs: list[int]").box())
    assert box[0] == []
    short = [[a] for a in range(-2, 20)] + [[a, b] for a in range(-2, 4) for b in range(-2, 4)]
    short += [[a, b, c] for a in range(-1, 3) for b in range(-1, 3) for c in range(-1, 3)]
    assert [xs for xs in short if xs not in box] == []
    nested = domain("len(g) >= 0", "g: list[list[int]]").box()
    assert all((v,) in nested for v in ([], [[]], [[0]], [[0, 0]], [[], []]))


def test_draws_have_the_likely_shapes() -> None:
    drawn = lists(domain("len(xs) >= 0", "xs: list[int]").drawn((424242,), 300, 0))
    long = [xs for xs in drawn if len(xs) > 3]
    shapes = {
        "empty": [] in drawn,
        "one": any(len(xs) == 1 for xs in drawn),
        "sorted": any(xs == sorted(xs) and len(set(xs)) > 3 for xs in long),
        "reversed": any(xs == sorted(xs, reverse=True) and len(set(xs)) > 3 for xs in long),
        "constant": any(len(set(xs)) == 1 for xs in long),
        "few": any(1 < len(set(xs)) < len(xs) / 2 for xs in long),
        "constant of the sources": any(424242 in xs and len(set(xs)) > 1 for xs in drawn),
        "long": any(len(xs) > 20 for xs in drawn),
        "negative": any(min(xs) < 0 < max(xs) for xs in long),
    }
    assert [name for name, found in shapes.items() if not found] == []


def test_parts_of_an_input_have_to_do_with_each_other() -> None:
    drawn = domain("len(xs) >= 0", "xs: list[int]; ys: list[int]; k: int").drawn((), 300, 0)
    assert sum(v[2] in v[0] for v in drawn if isinstance(v[0], list)) > 30
    assert sum(v[2] == len(v[0]) for v in drawn if isinstance(v[0], list) and len(v[0]) > 2) > 5
    assert sum(v[0] == v[1] for v in drawn if v[0]) > 30


def test_constants_stand_as_elements_and_as_lengths() -> None:
    found = lists(domain("len(xs) >= 0", "xs: list[int]").at((23, 5000), [([1, 2],)]))
    assert [23, 2] in found
    assert [1, 2, 5000] in found
    assert any(len(xs) == 23 for xs in found)
    pairs = domain("p[0] >= 0", "p: tuple[int, bool]").at((7,), [((1, True),)])
    assert pairs == [((7, True),)]


DRAW = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])
from test_inputs import inputs
print(json.dumps(inputs(5)))
"""


def inputs(seed: int) -> list[list[Input]]:
    """Return inputs of all kinds for a few preconditions."""
    out = []
    for require, parameters in USUAL[5::9]:
        made = domain(require, parameters)
        box = made.box()
        out += [box, made.at(mined([made.require]), box), made.drawn((77, 99), 60, seed)]
    return out


def test_inputs_depend_on_the_seed_alone() -> None:
    root, here = Path(__file__).resolve().parents[2], Path(__file__).resolve().parent
    found = set()
    for number in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": number, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", DRAW, str(here), str(root)]
        done = subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - fixed text
        found.add(done.stdout.decode().strip())
    assert found == {json.dumps(inputs(5))}
    assert inputs(6) != inputs(5)
