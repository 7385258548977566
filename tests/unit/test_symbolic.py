"""What the offline proposer makes of programs: candidates that its own runs do not refute, and that read back as proposed."""

import pytest
from targets import spec_of

from loop.observe import inputs
from loop.proposal import Brief
from loop.proposers.symbolic import Symbolic
from loop.techniques import closed_forms
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.spec import to_candidate
from verify.task import Version

COUNT = """@target
def f(xs: list[int]) -> int:
    k = 0
    for x in xs:
        k += 3
    return k + 1
"""
EARLY = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    t = 0
    for i in range(n):
        if t > 20:
            break
        t += i
    return t
"""
SHIFTED = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    t = 0
    for i in range(n):
        t += i << 1
    return t
"""
PAIRS = """@target
def f(xs: list[int]) -> list[int]:
    a, b = (1, 2)
    ys = xs[:]
    for i in range(len(ys)):
        ys[i] = ys[i] * a + ys[i] * b
    return ys
"""
TIMES = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    if n == 0:
        return 0 * n
    return f(n - 1) + 3
"""
SCORES = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    groups = 0
    while n >= 20:
        n -= 20
        groups += 1
    while n >= 12:
        n -= 12
        groups += 1
    return groups + n
"""


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (COUNT, "    return 3 * len(xs) + 1\n"),
        (EARLY, None),
        (SHIFTED, "    return n * (n - 1)\n"),
        (PAIRS, "        ys[i] = ys[i] * (a + b)\n"),
        (TIMES, "    return 3 * n\n"),
        (SCORES, "n // 20\n"),
    ],
    ids=["a list gone over", "a loop left early", "shifts", "changes", "recursion", "a gain far out"],
)
def test_proposals(text: str, first: str | None) -> None:
    spec = spec_of(text)
    brief = Brief(spec, Version(spec.source, spec.program), (), 0, 0)
    found = [p.program.decode() for p in Symbolic(DEFAULT, {"closed forms": closed_forms.drafts}).propose(brief)]
    assert (first is None) == (not found)
    assert first is None or first in found[0]
    runs = inputs(spec, DEFAULT, seed=5)
    for proposed in found:
        _, program = to_candidate(proposed.encode(), "c.py", spec, DEFAULT)
        old, new = Interpreter(spec.program, DEFAULT), Interpreter(program, DEFAULT)
        assert all(old.run(a).value == new.run(a).value for a in runs)
