"""Versions that are equal bit by bit are accepted in the kernel tier with no help; what differs somewhere is rejected there."""

from collections.abc import Iterator

import pytest

from loop.examine import Examiner
from verify.limits import DEFAULT
from verify.reasons import WrongResult
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept, Rejected


@pytest.fixture(scope="module")
def examiner(toolchain: Toolchain) -> Iterator[Examiner]:
    with Examiner(toolchain.kind) as judge:
        yield judge


def task(old: str, new: str, contract: str = "") -> Task:
    """Return a task whose baseline and candidate have these bodies, of one line or more."""
    head = "def f(x: int, y: int, m: int) -> int:\n    "
    text = f"from icontract import ensure, require\nfrom verify import target\n\n@target\n{contract}{head}{old}\n"
    (spec,) = to_specs(text.encode(), "spec.py", DEFAULT)
    return Task(spec, Version(spec.source, spec.program), Version(*to_candidate((head + new).encode(), "new.py", spec, DEFAULT)))


DISJOINT = "@require(lambda x, y, m: x & y == 0)\n"
WORDS = "@require(lambda x, y, m: 0 <= x < 2 ** 16)\n"
SPREAD = "@ensure(lambda x, y, m, result: result - (x ^ y) == 2 * (x & y))\n"
slow = pytest.mark.slow
EQUAL = {
    "or and": pytest.param("return (x | y) + (x & y)", "return x + y", "", marks=slow),
    "carry save": pytest.param("return (x ^ y) + 2 * (x & y)", "return x + y", "", marks=slow),
    "shifted carry": pytest.param("return (x ^ y) + ((x & y) << 1)", "return x + y", "", marks=slow),
    "De Morgan": pytest.param("return ~(~x & ~y)", "return x | y", "", marks=slow),
    "complement": pytest.param("return -(x) - 1", "return ~x", "", marks=slow),
    "chosen bits": pytest.param("return (x & m) | (y & ~m)", "return y ^ (x ^ y) & m", "", marks=slow),
    "temporaries": pytest.param("t = x ^ y\n    t = t ^ y\n    return t + (m - m)", "return x", "", marks=slow),
    "premise": ("t = x & ~y\n    return t + y + (x & y)", "return x | y", DISJOINT),
    "promise": pytest.param("return (x | y) + (x & y)", "return x + y", SPREAD, marks=slow),
    "bounds": ("return (x & 0x5555) + (x & 0xAAAA)", "return x", WORDS),
    "branches": pytest.param(
        "if x & y == 0:\n        return x + y\n    return (x | y) + (x & y)", "return x + y", "", marks=slow),
    "right shifts": pytest.param("return ((x >> 2) & m) | ((y >> 2) & m)", "return (x | y) >> 2 & m", "", marks=slow),
    "three and twenty": pytest.param(
        "return ((x | y) + (x & y)) + ((y | m) + (y & m)) - ((x ^ m) + 2 * (x & m))",
        "return 2 * y + 0", "", marks=slow),
}  # fmt: skip
DIFFERENT = {
    "or and": ("return (x | y) + (x & y)", "return x - y", ""),
    "another carry": ("return (x ^ y) + 2 * (x & y)", "return x | y", ""),
    "no premise": ("t = x & ~y\n    return t + y + (x & y)", "return x | y", ""),
}


@pytest.mark.parametrize(("old", "new", "contract"), EQUAL.values(), ids=EQUAL)
def test_equal_bits_are_accepted(examiner: Examiner, old: str, new: str, contract: str) -> None:
    found = examiner.examine(task(old, new, contract))
    assert isinstance(found.verdict, Accept), found.verdict
    assert (found.verdict.certificate.tier, found.order) == ("kernel", "always")


@pytest.mark.parametrize(("old", "new", "contract"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_near_miss_is_rejected_with_an_input(examiner: Examiner, old: str, new: str, contract: str) -> None:
    verdict = examiner.examine(task(old, new, contract)).verdict
    assert isinstance(verdict, Rejected), verdict
    assert isinstance(verdict.reason, WrongResult)
    assert len(verdict.reason.arguments) == 3
