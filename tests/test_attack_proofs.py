"""Attacks that a kernel has to see: notes of a program that are no premises, and a world around Lean that has no say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from attack_case import met
from kernel_cases import SPEC

from verify.gates.kernel import Kernel
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.session import DEFAULT_LIMITS, Session
from verify.spec import to_candidate, to_specs
from verify.standby import start_kernel
from verify.task import Task, Version
from verify.toolchain import Toolchain

LOOP = """from verify import decreases, invariant


def below(n: int) -> int:
    total = 0
    i = 0
    while i < n:
{}        total += i
        i += 1
    return total
"""
NOTES = {
    "an invariant that is false": ("Z03", "invariant(1 == 2)\n        decreases(n - i)"),
    "an invariant that does not hold on entry": ("Z03", "invariant(total > 0)\n        decreases(n - i)"),
    "an invariant that a turn breaks": ("Z03", "invariant(total == 0)\n        decreases(n - i)"),
    "invariants that contradict each other": ("Z03", "invariant(i > n)\n        invariant(i < n)\n        decreases(n - i)"),
    "a measure that stays": ("Z12", "decreases(7)"),
    "a measure without a bound": ("Z12", "decreases(-i)"),
    "a measure that grows": ("Z12", "decreases(i)"),
}


@pytest.fixture(scope="module")
def kernel(toolchain: Toolchain) -> Iterator[Kernel]:
    """Give one warm kernel to all attacks."""
    warm = start_kernel(toolchain, DEFAULT)
    with warm.session:
        yield warm


def judged(kernel: Kernel, notes: str) -> object:
    """Judge a version with these notes in its loop; the text of a proof is not come to where they do not hold."""
    spec = to_specs(SPEC, "below.py", DEFAULT)[0]
    content = LOOP.format(f"        {notes}\n").encode()
    task = Task(spec, Version(spec.source, spec.program), Version(*to_candidate(content, "candidate.py", spec, DEFAULT)))
    return kernel.judge(task, Proof("always", 0, (), (), "theorem accepted : Statement := by\n  grind\n"))


@pytest.mark.parametrize(
    "notes",
    [pytest.param(text, id=name, marks=pytest.mark.attack(of, name, "RunNotProved", "measure")) for name,
     (of, text) in NOTES.items()],
)
def test_a_note_that_does_not_hold_is_no_premise(kernel: Kernel, notes: str) -> None:
    assert met(judged(kernel, notes)) == "RunNotProved"


def test_notes_that_hold_are_gone_on_from(kernel: Kernel) -> None:
    """What is refused above is the note: with true ones the judgement comes as far as the text of the proof."""
    assert type(judged(kernel, "invariant(0 <= i)\n        decreases(n - i)")).__name__ == "ProofFailed"


@pytest.mark.attack("G08", "the environment of Lean's process", "NotRun", "no_environment")
def test_the_environment_has_no_say_in_lean(toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "evil.js").write_text(f"require('fs').writeFileSync({str(tmp_path / 'ran')!r}, 'x')\n")
    for name, value in (("NODE_OPTIONS", f"--require={tmp_path / 'evil.js'}"), ("LEAN_PATH", str(tmp_path)),
                        ("PATH", str(tmp_path))):
        monkeypatch.setenv(name, value)
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        assert session.import_header("import Init\n").errors == 0
    assert met("it was run" if (tmp_path / "ran").exists() else "NotRun") == "NotRun"
