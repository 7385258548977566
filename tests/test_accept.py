"""Functions of the language in ordinary style are accepted with no help, and textbook improvements with a few lemmas."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loop.examine import Examiner
from loop.keep import baseline_task
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.reasons import ContractViolated, WrongResult
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept, Rejected

CASES = Path(__file__).parent / "cases" / "accept"
SPECS = {s.name: s for path in sorted(CASES.glob("*.py")) for s in to_specs(path.read_bytes(), path.name, DEFAULT)}
QUICK = ("rotate", "running", "binary_search")
"""those that the everyday tests judge"""
IMPROVED = sorted(p.stem for p in (CASES / "improvements").glob("*.py"))


@pytest.fixture(scope="module")
def examiner(toolchain: Toolchain) -> Iterator[Examiner]:
    with Examiner(toolchain.kind) as judge:
        yield judge


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in SPECS])
def test_an_ordinary_function_is_accepted(examiner: Examiner, name: str) -> None:
    verdict = examiner.examine(baseline_task(SPECS[name])).verdict
    assert isinstance(verdict, Accept), verdict
    assert verdict.certificate.tier == "kernel"


def candidate(spec: Spec, content: bytes) -> Task:
    return Task(spec, Version(spec.source, spec.program), Version(*to_candidate(content, "candidate.py", spec, DEFAULT)))


@pytest.mark.slow
@pytest.mark.parametrize("name", IMPROVED)
def test_a_textbook_improvement_is_accepted_with_its_lemmas(examiner: Examiner, name: str) -> None:
    beside = CASES / "improvements" / f"{name}.lean"
    lemmas = beside.read_text() if beside.exists() else ""
    found = examiner.examine(candidate(SPECS[name], (CASES / "improvements" / f"{name}.py").read_bytes()), lemmas=lemmas)
    assert isinstance(found.verdict, Accept), found.verdict
    assert found.order in ("always", "eventually")


@pytest.mark.slow
def test_another_result_within_the_contract_is_accepted(examiner: Examiner) -> None:
    task = candidate(SPECS["padded"], (CASES / "improvements" / "padded.py").read_bytes())
    runs = [Interpreter(version.program, DEFAULT).run((16,)).value for version in (task.old, task.judged)]
    assert runs == [16, 24]
    found = examiner.examine(task)
    assert isinstance(found.verdict, Accept), found.verdict
    assert (found.verdict.certificate.tier, found.order) == ("kernel", "always")
    assert "strength" in dict(found.verdict.seconds)
    same = SPECS["padded"].source.content.replace(b'(result="contract")', b"")
    (strict,) = (s for s in to_specs(same, "contract.py", DEFAULT) if s.name == "padded")
    verdict = examiner.examine(candidate(strict, task.judged.source.content)).verdict
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.reason, WrongResult)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("padded", b"n + 8 - n % 8", b"n + 9 - n % 8"),
        ("padded", b"n + 8 - n % 8", b"n + 16 - n % 8"),
        ("padded", b"n + 8 - n % 8", b"n + 8 - n % 8 if n != 70001 else n"),
        ("third", b"n // 3", b"n // 4"),
        ("third", b"n // 3", b"n // 3 - n // 3000"),
        ("halves", b"n - n // 2", b"n // 2"),
    ],
)  # fmt: skip
def test_a_result_outside_the_contract_is_rejected(examiner: Examiner, name: str, right: bytes, wrong: bytes) -> None:
    content = (CASES / "improvements" / f"{name}.py").read_bytes()
    assert right in content
    verdict = examiner.examine(candidate(SPECS[name], content.replace(right, wrong))).verdict
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.reason, ContractViolated), verdict.reason


@pytest.mark.parametrize(
    ("name", "right", "wrong", "arguments"),
    [
        ("rotate", b"r == 1", b"r == 2", 4),
        ("cubes", b"// 2", b"// 2 + n // 900", 1),
        ("fib", b"range(n)", b"range(n - 1)", 1),
        ("polynomial", b"[::-1]", b"", 2),
        ("best_segment", b"max(here, 0)", b"max(here, 1)", 1),
        ("gcd_by_subtraction", b"return a", b"return b", 2),
        ("position", b"return i - 1", b"return i", 2),
        ("insertion_sort", b"> x:", b">= x + 2:", 1),
        ("power_modulo", b"pow(b, e, m)", b"pow(b, e, m + 1)", 3),
        ("ones", b"while x:", b"while x > 1:", 1),
        ("reversed_bits", b"[0, 2, 1, 3]", b"[0, 1, 2, 3]", 1),
        ("fibonacci_matrix", b"2 * p * q", b"p * q", 1),
        ("coprime_pairs", b"count = 1", b"count = 0", 1),
        ("has_pair", b"lo < hi", b"lo <= hi", 2),
        ("run_lengths", b"x != last", b"x > last", 1),
    ],
)  # fmt: skip
def test_a_near_miss_is_rejected_with_an_input(examiner: Examiner, name: str, right: bytes, wrong: bytes, arguments: int) -> None:
    content = (CASES / "improvements" / f"{name}.py").read_bytes()
    assert right in content
    verdict = examiner.examine(candidate(SPECS[name], content.replace(right, wrong))).verdict
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.reason, WrongResult | ContractViolated)
    assert len(verdict.reason.arguments) == arguments
