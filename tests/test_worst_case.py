"""Versions that are cheaper in the worst case alone are accepted in that order, and what is not so is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loop.examine import ANY, Asked, Examination, Examiner
from loop.keep import baseline_task, keep, standing
from verify.graph import Graph, load
from verify.judge import rejudge
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.reasons import BadWorstCase, CostNotLower, ProofFailed, Reason, WrongResult
from verify.spec import Spec, to_candidate, to_specs
from verify.standby import start_kernel
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept, Rejected
from verify.worst_case import WorstCase

CASES = Path(__file__).parent / "cases" / "accept"
SPECS = {s.name: s for s in to_specs((CASES / "worst_case.py").read_bytes(), "worst_case.py", DEFAULT)}
DUE = {
    "grid": WorstCase("abs(n)", "4 * (size + 2)", 1, (("n", "size"), ("quick", "False"))),
    "cells": WorstCase("len(xs)", "4 * (size + 2)", 1, (("xs", "[1] * size"),)),
}
"""what is claimed of those that are proved with no help"""


@pytest.fixture(scope="module")
def examiner(toolchain: Toolchain) -> Iterator[Examiner]:
    with Examiner(toolchain.kind) as judge:
        yield judge


def source(name: str) -> bytes:
    return (CASES / "worst_case" / f"{name}.py").read_bytes()


def candidate(spec: Spec, content: bytes) -> Task:
    return Task(spec, Version(spec.source, spec.program), Version(*to_candidate(content, "candidate.py", spec, DEFAULT)))


def accepted(found: Examination) -> Accept:
    assert isinstance(found.verdict, Accept), found.verdict
    assert (found.verdict.certificate.tier, found.order) == ("kernel", "worst-case")
    return found.verdict


@pytest.mark.slow
@pytest.mark.parametrize("name", ["grid", "cells"])
def test_the_worst_case_is_proved_with_no_help_and_proved_again_from_the_graph(
    examiner: Examiner, toolchain: Toolchain, tmp_path: Path, name: str
) -> None:
    spec = SPECS[name]
    graph: Graph | Reason = load(tmp_path)
    assert isinstance(graph, Graph)
    for task in (baseline_task(spec), candidate(spec, source(name))):
        found = examiner.examine(task)
        assert isinstance(found.verdict, Accept), found.verdict
        kept = keep(graph, tmp_path, standing(graph, spec), task, found)
        assert not isinstance(kept, Reason), kept
        graph, node = kept
    certificate = accepted(found).certificate
    assert certificate.worst == DUE[name]
    again = rejudge(graph, node, toolchain.kind, DEFAULT)
    assert isinstance(again, Accept), again
    assert (again.certificate.worst, again.certificate.statement) == (DUE[name], certificate.statement)


@pytest.mark.slow
def test_a_claim_and_lemmas_of_a_person_are_used(examiner: Examiner) -> None:
    worst = WorstCase("len(xs)", "3 * size + 60", 48, (("xs", "[0] * size"), ("t", "1")))
    lemmas = (CASES / "worst_case" / "place.lean").read_text()
    found = examiner.examine(candidate(SPECS["place"], source("place")), lemmas=lemmas, asked=Asked("worst-case", worst))
    assert accepted(found).certificate.worst == worst


COUNT = b"""from verify import target


@target
def count(rows: list[int]) -> int:
    k = 0
    for _ in rows:
        k += 1
    return k
"""


@pytest.mark.slow
def test_a_claim_of_a_target_without_a_contract_is_proved(examiner: Examiner) -> None:
    (spec,) = to_specs(COUNT, "count.py", DEFAULT)
    worst = WorstCase("len(rows)", "4", 2, (("rows", "[5] * size"),))
    found = examiner.examine(candidate(spec, b"def count(rows: list[int]) -> int:\n    return len(rows)\n"),
                             asked=Asked("worst-case", worst))  # fmt: skip
    assert accepted(found).certificate.worst == worst


GRID = DUE["grid"]
NOT_ALLOWED = replace(GRID, family=(("n", "-size"), ("quick", "False")))
"""the contract allows no such input"""


@pytest.mark.parametrize(
    ("worst", "reason"),
    [
        (replace(GRID, bound="4 * size + 7"), CostNotLower),  # the candidate takes one tick more
        (replace(GRID, family=(("n", "size"), ("quick", "True"))), CostNotLower),  # there the old version is cheap
        (replace(GRID, bound="9 * size * size"), CostNotLower),  # no input costs the old version so much
        (NOT_ALLOWED, BadWorstCase),
        (replace(GRID, size="3"), BadWorstCase),
        (replace(GRID, size="min(abs(n), 5)"), BadWorstCase),
        (replace(GRID, bound="4 * n + 8"), BadWorstCase),
    ],
    ids=["low", "not reached", "high", "not allowed", "constant size", "bounded size", "bound by a parameter"],
)
def test_a_claim_that_does_not_hold_is_refused(examiner: Examiner, worst: WorstCase, reason: type[Reason]) -> None:
    verdict = examiner.examine(candidate(SPECS["grid"], source("grid")), asked=Asked("worst-case", worst)).verdict
    assert isinstance(verdict, Rejected), verdict
    assert type(verdict.reason) is reason


def test_a_wrong_result_is_refused_with_an_input(examiner: Examiner) -> None:
    wrong = source("grid").replace(b"n * (n + 1)", b"n * (n + 2)")
    assert wrong != source("grid")
    verdict = examiner.examine(candidate(SPECS["grid"], wrong)).verdict
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.reason, WrongResult)
    assert len(verdict.reason.arguments) == 2


def test_a_target_that_asks_for_more_gets_no_worst_case(examiner: Examiner) -> None:
    text = (CASES / "worst_case.py").read_bytes().replace(b"@target\n", b'@target(better="eventually")\n')
    spec = next(s for s in to_specs(text, "worst_case.py", DEFAULT) if s.name == "grid")
    for asked in (ANY, Asked("worst-case", GRID)):
        verdict = examiner.examine(candidate(spec, source("grid")), asked=asked).verdict
        assert isinstance(verdict, Rejected), verdict
        assert isinstance(verdict.reason, CostNotLower)


@pytest.mark.parametrize("worst", [replace(GRID, bound="4 * size + 7"), NOT_ALLOWED], ids=["low", "not allowed"])
def test_the_kernel_refuses_what_no_run_has_looked_at(toolchain: Toolchain, worst: WorstCase) -> None:
    """The proof is as good as one can be: all that can be said of both versions is at hand, and what is claimed is false."""
    proof = "refine statement_of ?_ ?_ ?_ ?_ <;> intros <;> first | trivial | omega | grind"
    text = f"theorem accepted : Statement := by\n  {proof}\n"
    with (kernel := start_kernel(toolchain, DEFAULT)).session:
        judged = kernel.judge(candidate(SPECS["grid"], source("grid")), Proof("worst-case", 0, (), (), text, worst))
    assert isinstance(judged, ProofFailed)
