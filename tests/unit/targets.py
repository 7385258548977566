"""Targets and candidates for the tests of the gates."""

from verify.limits import DEFAULT
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version

HEAD = "from icontract import ensure, require\nfrom verify import target\n\n\n"
PYRAMID = """@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 6 * result == n * (n + 1) * (2 * n + 1))
def f(n: int) -> int:
    total = 0
    for i in range(1, n + 1):
        total += i * i
    return total
"""
TRIANGULAR = HEAD + """@target
@require(lambda n: n >= 0)
def tri(n: int) -> int:
    total = 0
    for i in range(n + 1):
        total += i
    return total
"""
SUM = """@target
@require(lambda n: n >= 0)
def f(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total
"""
BELOW = """@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 2 * result == n * (n - 1))
def below(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total
"""
GCD = """@target
@require(lambda a, b: a >= 0 and b >= 0)
def f(a: int, b: int) -> int:
    while b != 0:
        a, b = b, a % b
    return a
"""


def spec_of(text: str) -> Spec:
    """Return the one spec of a file, whose imports are put in front."""
    (spec,) = to_specs((HEAD + text).encode(), "spec.py", DEFAULT)
    return spec


def task_of(text: str, candidate: str | None = None) -> Task:
    """Return the task of judging a baseline, or a candidate against it."""
    spec = spec_of(text)
    new = Version(*to_candidate(candidate.encode(), "candidate.py", spec, DEFAULT)) if candidate is not None else None
    return Task(spec, Version(spec.source, spec.program), new)


def plain(require: str, body: str, parameters: str = "n: int") -> str:
    """Return a target with one precondition and a body of one line."""
    names = ", ".join(p.split(":")[0] for p in parameters.split(", ") if p)
    return f"@target\n@require(lambda {names}: {require})\ndef f({parameters}) -> int:\n    {body}\n"


def candidate(*lines: str, parameters: str = "n: int") -> str:
    """Return a candidate with the given lines as its body."""
    return f"def f({parameters}) -> int:\n" + "".join(f"    {line}\n" for line in lines)
