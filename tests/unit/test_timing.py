"""Measurements over lists and tuples: what they run on, and how it is shown."""

import pytest
from targets import spec_of

from loop.timing import growing_inputs, literal_or_size, measure
from verify.ir import Value
from verify.limits import DEFAULT
from verify.spec import Spec, to_candidate
from verify.task import Version

HEAD = "def f(xs: list[int], k: int) -> bool:\n"
LINEAR = HEAD + "    for x in xs:\n        if x == k:\n            return True\n    return False\n"
BISECT = HEAD + """    lo = 0
    hi = len(xs)
    while lo < hi:
        mid = (lo + hi) // 2
        if xs[mid] < k:
            lo = mid + 1
        else:
            hi = mid
    return lo < len(xs) and xs[lo] == k
"""


def over(require: str, parameters: str) -> Spec:
    names = ", ".join(p.split(":")[0] for p in parameters.split("; "))
    annotated = parameters.replace(";", ",")
    return spec_of(f"@target\n@require(lambda {names}: {require})\ndef f({annotated}) -> int:\n    return 1\n")


def test_a_search_of_sorted_lists_is_measured() -> None:
    spec = spec_of(f"@target\n@require(lambda xs, k: sorted(xs) == xs)\n{LINEAR}")
    new = Version(*to_candidate(BISECT.encode(), "new.py", spec, DEFAULT))
    found = measure(spec, Version(spec.source, spec.program), new, DEFAULT)
    assert len(found) > 4
    assert found[-1].old > found[-1].new > 0


def test_powers_are_measured_as_they_are_written() -> None:
    spec = spec_of("@target\n@require(lambda n: n >= 0)\ndef f(n: int) -> int:\n    return n ** 2\n")
    version = Version(spec.source, spec.program)
    assert measure(spec, version, version, DEFAULT)


@pytest.mark.parametrize(
    ("require", "parameters"),
    [
        ("len(xs) > 0", "xs: list[int]"),
        ("xs == sorted(xs)", "xs: list[int]; k: int"),
        ("len(xs) == len(ys)", "xs: list[int]; ys: list[int]"),
        ("len(xs) == n and all(0 <= x <= n for x in xs)", "xs: list[int]; n: int"),
        ("len(g) > 0 and all(len(row) == len(g[0]) for row in g)", "g: list[list[int]]"),
        ("all(a < b for a, b in ps)", "ps: list[tuple[int, int]]"),
        ("len(bs) > 2 and p[0] > 0", "bs: list[bool]; p: tuple[int, bool]"),
    ],
)
def test_inputs_grow(require: str, parameters: str) -> None:
    found = [v[0] for v in growing_inputs(over(require, parameters), DEFAULT)]
    sizes = [sum(map(len, xs)) if xs and isinstance(xs[0], list) else len(xs) for xs in found if isinstance(xs, list)]  # type: ignore[arg-type]  # rows
    assert len(sizes) == 10
    assert sizes == sorted(sizes)
    assert sizes[-1] > 90_000


@pytest.mark.parametrize(
    ("value", "due"),
    [
        (3, "3"), (True, "True"), ([1, (2, False)], "[1, (2, False)]"), ([0] * 13, "<13 elements>"),
        (([0] * 99, [[1]]), "(<99 elements>, [[1]])"), ([[0] * 13], "[<13 elements>]"),
    ],
)  # fmt: skip
def test_long_lists_are_shown_by_their_size(value: Value, due: str) -> None:
    assert literal_or_size(value) == due
