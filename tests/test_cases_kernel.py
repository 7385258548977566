"""Each proof under cases/reject is refused for its reason; with a control off, another one refuses it, or none does.

A case is a folder with `proof.lean` and `expected`. The first line of `expected` is the reason with every control on; a line
`without X, Y: Z` is what comes of it with these controls off, which shows what they are for.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.gates.kernel import Controls, Kernel
from verify.lean_library import load_library
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.session import DEFAULT_LIMITS, Session
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import ToolchainMissing, find

REJECT = Path(__file__).parent / "cases" / "reject"
SPEC = b"""from icontract import ensure, require
from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 2 * result == n * (n - 1))
def below(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total
"""
CANDIDATE = b"def below(n: int) -> int:\n    return n * (n - 1) // 2\n"


def cases() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield folder, controls that are off, and what is due."""
    for folder in sorted(p for p in REJECT.iterdir() if p.is_dir()):
        for line in (folder / "expected").read_text().splitlines():
            off, _, due = line.rpartition(": ")
            yield folder.name, tuple(off.removeprefix("without ").split(", ")) if off else (), due


CASES = list(cases())


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Give one warm kernel to all cases."""
    try:
        toolchain = find("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        yield Kernel(session, load_library(session), toolchain, DEFAULT)


@pytest.fixture(scope="module")
def task() -> Task:
    """Give the task that all proofs are about: a loop against its closed form."""
    spec = to_specs(SPEC, "below.py", DEFAULT)[0]
    return Task(spec, Version(spec.source, spec.program), Version(*to_candidate(CANDIDATE, "candidate.py", spec, DEFAULT)))


@pytest.mark.parametrize(("name", "off", "due"), CASES, ids=["-without-".join((n, *o)) for n, o, _ in CASES])
def test_case(kernel: Kernel, task: Task, name: str, off: tuple[str, ...], due: str) -> None:
    text = (REJECT / name / "proof.lean").read_bytes().decode()
    judged = kernel.judge(task, Proof("always", 0, (), (), text), Controls(**dict.fromkeys(off, False)))
    assert type(judged).__name__ == due, str(judged)


def test_no_case_passes_with_every_control_on() -> None:
    assert len(CASES) > 100
    assert all(due != "Passed" for _, off, due in CASES if not off)


@pytest.mark.parametrize("control", ["allow_list", "replay", "axioms", "pinned_type"])
def test_each_control_alone_keeps_some_case_out(control: str) -> None:
    """With the others as they are, switching one off lets a case pass that was refused."""
    results = {(name, frozenset(off)): due for name, off, due in CASES}
    assert any(
        due == "Passed" and control in off and results.get((name, off - {control})) not in (None, "Passed")
        for (name, off), due in results.items()
    )
