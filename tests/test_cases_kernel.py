"""Each proof under cases/reject is refused for its reason; with a control off, another one refuses it, or none does."""

from collections.abc import Iterator

import pytest
from attack_case import met
from kernel_cases import REJECT, Case, below, cases, judged

from verify.gates.kernel import Kernel
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.task import Task
from verify.toolchain import ToolchainMissing, find

CASES = list(cases())
GIVES = {
    "ProofForbidden": "allow_list", "WrongTheorem": "exists", "ProofAxioms": "axioms", "ProofNotReplayed": "replay",
    "ProofFailed": "Lean", "ProofMissing": "Lean", "TimedOut": "limits", "TooLarge": "limits", "ToolBroken": "limits",
}  # fmt: skip
"""the control that gives a reason; what Lean itself does not take needs none"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """Give one warm kernel to all cases."""
    try:
        toolchain = find("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    warm = start_kernel(toolchain, DEFAULT)
    with warm.session:
        yield warm


@pytest.fixture(scope="module")
def task() -> Task:
    """Give the task that all proofs are about."""
    return below()


def marked(case: Case) -> object:
    """Return a case as a parameter; with every control on it is an attack, which has the mark of one."""
    if case.off:
        return pytest.param(case, id=str(case))
    return pytest.param(case, id=str(case), marks=pytest.mark.attack(case.attack, case.tries, case.due, GIVES[case.due]))


@pytest.mark.parametrize("case", [marked(case) for case in CASES])
def test_case(kernel: Kernel, task: Task, case: Case) -> None:
    text = (REJECT / case.name / "proof.lean").read_bytes().decode()
    found = judged(kernel, task, text, case.off)
    assert met(found) == case.due, str(found)


def test_no_case_passes_with_every_control_on() -> None:
    assert len({case.name for case in CASES if not case.off}) > 140
    assert all(case.due != "Passed" for case in CASES if not case.off)
    assert {case.name for case in CASES} == {case.name for case in CASES if not case.off}
