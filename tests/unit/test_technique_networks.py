"""Sorting networks: what sorts is known by its behaviour, and a network of known size is drafted for it."""

from collections.abc import Iterator
from itertools import product

import pytest
from targets import spec_of

from loop.examine import Examiner
from loop.proposal import Brief
from loop.proposers.symbolic import Symbolic
from loop.techniques import networks
from loop.techniques.networks import batcher, pruned, sort_by
from loop.techniques.study import Study
from verify.limits import DEFAULT
from verify.spec import to_candidate
from verify.task import Task, Version
from verify.verdict import Accept

BEST = {2: 1, 3: 3, 4: 5, 5: 9, 6: 12, 7: 16, 8: 19}
"""the least sizes of sorting networks, proved by others"""
BUBBLE = """@target
def f(a: int, b: int, c: int, d: int) -> tuple[int, int, int, int]:
    xs = [a, b, c, d]
    for i in range(3):
        for j in range(3 - i):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
    return (xs[0], xs[1], xs[2], xs[3])
"""
PAIR = """@target
def f(pair: tuple[int, int]) -> tuple[int, int]:
    if not pair[0] <= pair[1]:
        return (pair[1], pair[0])
    return (pair[0], pair[1])
"""
MIDDLE = """@target
def f(x: int, y: int, z: int) -> int:
    return x + y + z - max(max(x, y), z) - min(min(x, y), z)
"""
CASES = """@target
def f(x: int, y: int, z: int) -> int:
    if x <= y <= z or z <= y <= x:
        return y
    if y <= x <= z or z <= x <= y:
        return x
    return z
"""
ENDS = """@target
def f(p: int, q: int, r: int, s: int) -> tuple[int, int]:
    big = [x for x in [p, q, r, s] if x >= p and x >= q and x >= r and x >= s]
    small = [x for x in [p, q, r, s] if x <= p and x <= q and x <= r and x <= s]
    return (big[0], small[0])
"""
NEARLY = """@target
def f(a: int, b: int, c: int) -> tuple[int, int, int]:
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    return (a, b, c)
"""


def drafted(text: str) -> list[str]:
    spec = spec_of(text)
    study = Study(Brief(spec, Version(spec.source, spec.program), (), 0, 1), DEFAULT)
    return [str(d.candidate) for d in networks.drafts(study)]


@pytest.mark.parametrize("n", BEST)
def test_networks_have_the_least_size_and_sort(n: int) -> None:
    points = list(product((0, 1), repeat=n))
    network = pruned(batcher(n), range(n), points)
    assert len(network) == BEST[n]
    assert all(sort_by(network, p) == sorted(p) for p in points)


@pytest.mark.parametrize(
    ("text", "comparators", "lines"),
    [
        (BUBBLE, 5, ["    if d < c:", "        c, d = d, c"]),
        (PAIR, 1, ["    a, b = pair", "    if b < a:", "    return (a, b)"]),
        (MIDDLE, 3, ["        x, y = y, x", "        z = x", "        y = z", "    return y"]),
        (CASES, 3, ["    return y"]),
        (ENDS, 4, ["    return (s, p)"]),
    ],
    ids=["a list", "a tuple", "a sum", "cases", "both ends"],
)
def test_what_sorts_is_known_by_what_it_does(text: str, comparators: int, lines: list[str]) -> None:
    swaps, extrema = drafted(text)
    assert swaps.count("    if ") == comparators
    assert all(line in swaps.splitlines() for line in lines), swaps
    assert "if" not in extrema.partition("->")[2]
    for candidate in (swaps, extrema):
        spec = spec_of(text)
        to_candidate(candidate.encode(), "c.py", spec, DEFAULT)


@pytest.mark.parametrize("text", [NEARLY, PAIR.replace("<=", ">=")], ids=["two comparators of three", "the other way round"])
def test_other_functions_have_no_network(text: str) -> None:
    assert not [d for d in drafted(text) if "return (a, b)" in d or "return (a, b, c)" in d]


def test_networks_whose_proof_is_dear_wait_for_a_later_round() -> None:
    spec = spec_of(BUBBLE)
    first = Study(Brief(spec, Version(spec.source, spec.program), (), 0, 0), DEFAULT)
    assert not list(networks.drafts(first))


def test_the_other_order_is_a_network_as_well() -> None:
    assert all("return (b, a)" in d for d in drafted(PAIR.replace("<=", ">=")))


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    """Give one examiner for all cases."""
    with Examiner("auto") as made:
        yield made


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.parametrize("text", [CASES, MIDDLE], ids=["cases", "a sum"])
def test_a_network_of_three_is_accepted(text: str, examiner: Examiner) -> None:
    spec = spec_of(text)
    old = Version(spec.source, spec.program)
    accepted = []
    for proposal in Symbolic(DEFAULT, {"networks": networks.drafts}).propose(Brief(spec, old, (), 0, 0)):
        new = Version(*to_candidate(proposal.program, "c.py", spec, DEFAULT))
        verdict = examiner.examine(Task(spec, old, new)).verdict
        accepted += [verdict.certificate.tier] if isinstance(verdict, Accept) else []
    assert "kernel" in accepted
