"""Each proof under cases/reject is refused for its reason; with a control off, another one refuses it, or none does."""

from collections.abc import Iterator

import pytest
from kernel_cases import REJECT, Case, below, cases, judged

from verify.gates.kernel import Kernel
from verify.lean_library import load_library
from verify.limits import DEFAULT
from verify.session import DEFAULT_LIMITS, Session
from verify.task import Task
from verify.toolchain import ToolchainMissing, find

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
    """Give the task that all proofs are about."""
    return below()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(kernel: Kernel, task: Task, case: Case) -> None:
    text = (REJECT / case.name / "proof.lean").read_bytes().decode()
    found = judged(kernel, task, text, case.off)
    assert type(found).__name__ == case.due, str(found)


def test_no_case_passes_with_every_control_on() -> None:
    assert len({case.name for case in CASES if not case.off}) > 140
    assert all(case.due != "Passed" for case in CASES if not case.off)
    assert {case.name for case in CASES} == {case.name for case in CASES if not case.off}
