"""The tier smt from the spec to the graph: who asks for it, what a node of it holds, and what `ci` makes of edited ones."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_graph import CURRENT, chain, implementation, put, run, smt, solved
from targets import task_of
from typer.testing import CliRunner

from loop.cli import app
from loop.examine import Examiner
from loop.keep import baseline_task, keep, standing
from verify import target
from verify.canonical import Data, digest_bytes, from_json, to_json
from verify.certificate import OF_LEAN, certificate_from_data, certificate_to_data, spec_digest, stale
from verify.environment import solvers
from verify.graph import Graph, graph_of, head, load
from verify.judge import Screened, Solved, decide_smt, rejudge
from verify.limits import DEFAULT
from verify.node import SCRIPT, SMT_FILES, Node, node_from_files, node_to_files, smt_node, spec_node
from verify.reasons import (
    BadContract,
    GraphCorrupt,
    NotBounded,
    ProofMissing,
    Refusal,
    TierNotAllowed,
    WrongResult,
    WrongTheorem,
)
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version
from verify.toolchain import Toolchain
from verify.verdict import Accept, Declined, Rejected

TEXT = """from icontract import require
from verify import target


@target(tier="smt")
@require(lambda x, y: 0 <= x < 2**16 and 0 <= y < 2**16)
def average(x: int, y: int) -> int:
    total = 0
    for i in range(2):
        total += x if i == 0 else y
    return total // 2
"""
GOOD = b"def average(x: int, y: int) -> int:\n    return (x & y) + ((x ^ y) >> 1)\n"
BETTER = b"def average(x: int, y: int) -> int:\n    return x + y >> 1\n"
WRONG = b"def average(x: int, y: int) -> int:\n    return (x & y) + ((x ^ y) >> 1 & 0x3FFF)\n"
SPEC, BASE, _ = chain("f", 2)


def spec_of(text: str) -> Spec:
    return to_specs(text.encode(), "spec.py", DEFAULT)[0]


def solve(task: Task, screened: Task | None = None) -> Solved:
    return decide_smt(task, Screened(screened or task, (("examples", 0.1),)), DEFAULT, ("9", "3"))


def against(spec: Spec, old: bytes | None, new: bytes) -> Task:
    first = Version(spec.source, spec.program) if old is None else Version(*to_candidate(old, "old.py", spec, DEFAULT))
    return Task(spec, first, Version(*to_candidate(new, "new.py", spec, DEFAULT)), "smt")


# -- who asks for it ------------------------------------------------------------------------------------------------------------


def test_a_target_asks_for_the_tier() -> None:
    assert spec_of(TEXT).tier == "smt"
    for options in ("", "()", '(tier="kernel")', '(better="always")'):
        assert spec_of(TEXT.replace('(tier="smt")', options)).tier == "kernel"
    assert spec_of(TEXT.replace('"smt"', '"smt", better="always"')).orders == ("always",)


@pytest.mark.parametrize("value", ['"tested"', '"SMT"', "True", "1", 'str("smt")', '("smt",)'])
def test_another_tier_is_no_contract(value: str) -> None:
    with pytest.raises(Refusal) as caught:
        spec_of(TEXT.replace('"smt"', value))
    assert isinstance(caught.value.reason, BadContract)


def test_the_decorator_changes_nothing_at_run_time() -> None:
    def f(n: int) -> int:
        return n

    assert target(tier="smt")(f) is f


def test_who_does_not_ask_gets_nothing() -> None:
    spec = spec_of(TEXT.replace('(tier="smt")', ""))
    verdict = solve(against(spec, None, GOOD)).verdict
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.reason, TierNotAllowed)


# -- the verdict and its certificate --------------------------------------------------------------------------------------------


def test_an_acceptance_binds_what_both_solvers_read() -> None:
    spec = spec_of(TEXT)
    found = solve(against(spec, None, GOOD))
    assert isinstance(found.verdict, Accept), found.verdict
    made = found.verdict.certificate
    assert (made.tier, made.order, made.slack, made.solver) == ("smt", "always", 0, solvers())
    assert made.solver.startswith("z3 ")
    assert ", cvc5 " in made.solver
    assert made.statement == digest_bytes(found.statement.encode())
    assert made.spec == spec_digest(TEXT.encode(), "average")
    assert [getattr(made, name) for name in OF_LEAN] == [None] * 4
    assert certificate_from_data(certificate_to_data(made)) == made
    assert [gate for gate, _ in found.verdict.seconds] == ["examples", "solvers"]


def test_a_wrong_candidate_is_rejected_and_one_outside_declined() -> None:
    verdict = solve(against(spec_of(TEXT), None, WRONG)).verdict
    assert isinstance(verdict, Rejected)
    assert isinstance(verdict.reason, WrongResult)
    assert verdict.gate == "solvers"
    unbounded = spec_of(TEXT.replace("0 <= y < 2**16", "y >= 0"))
    verdict = solve(against(unbounded, None, GOOD)).verdict
    assert isinstance(verdict, Declined)
    assert isinstance(verdict.reason, NotBounded)


def test_what_was_not_screened_is_not_decided() -> None:
    task = against(spec_of(TEXT), None, GOOD)
    with pytest.raises(TypeError, match="another task"):
        solve(task, dataclasses.replace(task, new=None))


def smt_data() -> dict[str, Data]:
    made = solved(SPEC, BASE.content("program.py"), None).certificate
    assert made is not None
    return certificate_to_data(made)


@pytest.mark.parametrize("key", OF_LEAN)
def test_lean_has_no_part_in_it_and_every_part_in_the_other(key: str) -> None:
    kernel = BASE.certificate
    assert kernel is not None
    with pytest.raises(ValueError, match=key):
        certificate_from_data({**certificate_to_data(kernel), key: None})
    with pytest.raises(ValueError, match=key):
        certificate_from_data({**smt_data(), key: certificate_to_data(kernel)[key]})


def test_another_lean_does_not_make_it_stale_and_another_solver_does() -> None:
    made = certificate_from_data(smt_data())
    assert stale(made, CURRENT) == ()
    assert stale(made, {**CURRENT, "lean_version": "5", "lean_library": "0" * 64}) == ()
    assert stale(made, {**CURRENT, "solvers": "z3 5.4.0.0, cvc5 9"}) == ("solver",)
    assert stale(made, {**CURRENT, "ticks": "0" * 64}) == ("ticks",)


# -- nodes ----------------------------------------------------------------------------------------------------------------------


def test_a_node_of_the_tier_is_written_and_read() -> None:
    node = solved(SPEC, b"def f(n: int) -> int:\n    return n\n", BASE)
    files = node_to_files(node)
    assert sorted(files) == sorted((*SMT_FILES, "node.json"))
    assert node_from_files(node.id, files, "x") == node


@pytest.mark.parametrize("file", ["notes.json", "proof.lean", "statement.lean"])
def test_it_holds_no_file_of_the_other_tier(file: str) -> None:
    node = solved(SPEC, BASE.content("program.py"), None)
    with pytest.raises(Refusal) as caught:
        node_from_files(node.id, {**node_to_files(node), file: b"{}\n"}, "x")
    assert isinstance(caught.value.reason, GraphCorrupt)


def test_a_tier_is_never_higher_than_that_of_what_it_supersedes() -> None:
    """smt over kernel and over smt stands; kernel over smt does not."""
    low = solved(SPEC, b"def f(n: int) -> int:\n    return n  # 1\n", BASE)
    lower = solved(SPEC, b"def f(n: int) -> int:\n    return n  # 2\n", low)
    made = graph_of([SPEC, BASE, low, lower], "accepted")
    assert isinstance(made, Graph)
    assert head(made, SPEC.id) == lower
    high = implementation(SPEC, b"def f(n: int) -> int:\n    return n  # 2\n", low)
    refused = graph_of([SPEC, BASE, low, high], "accepted")
    assert isinstance(refused, GraphCorrupt)
    assert low.id in refused.what


def test_the_summary_counts_by_tier(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE, solved(SPEC, b"def f(n: int) -> int:\n    return n  # 1\n", BASE))
    report = run(tmp_path, everything=True)
    assert (report.implementations, report.smt, report.exit_code) == (2, 1, 0)
    assert sorted(row.tier for row in report.rows) == ["kernel", "smt"]


# -- a whole line that was decided ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line() -> tuple[Node, ...]:
    """Decide a baseline and an improvement of it, as nodes; no Lean is asked."""
    spec, top = spec_of(TEXT), spec_node("average", TEXT.encode())
    nodes, versions = [top], [TEXT.encode(), GOOD]
    for i, program in enumerate(versions):
        task = baseline_task(spec) if i == 0 else against(spec, None, GOOD)
        found = solve(task)
        assert isinstance(found.verdict, Accept), found.verdict
        old = nodes[-1] if i else None
        certificate = found.verdict.certificate
        nodes.append(smt_node(top, program=program, statement=found.statement.encode(), certificate=certificate, supersedes=old))
    return tuple(nodes)


def ci(folder: Path) -> Any:
    return CliRunner().invoke(app, ["ci", "--all", "--accepted", str(folder)], catch_exceptions=False)


def test_ci_decides_it_again_without_lean(line: tuple[Node, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "accepted", *line)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "/nowhere")
    done = ci(tmp_path / "accepted")
    assert done.exit_code == 0, done.output
    assert "re-proved 2 of 2" in done.stdout
    assert "tier kernel 0, smt 2" in done.stdout
    shown = CliRunner().invoke(app, ["graph", "show", "--accepted", str(tmp_path / "accepted"), "--json"])
    assert json.loads(shown.stdout)["targets"][0]["tier"] == "smt"
    said = CliRunner().invoke(app, ["explain", "average", "--accepted", str(tmp_path / "accepted")])
    assert "no kernel has seen it" in said.stdout
    assert "cvc5" in said.stdout


def test_what_is_judged_again_gets_the_very_certificate_that_it_has(line: tuple[Node, ...]) -> None:
    graph = graph_of(line, "here")
    assert isinstance(graph, Graph)
    for node in line[1:]:
        again = rejudge(graph, node, "auto", DEFAULT)
        assert isinstance(again, Accept)
        assert again.certificate == node.certificate


def renamed(node: Node, change: Callable[[dict[str, Any]], object], **files: bytes) -> Node:
    """Return a node with changed data, under the name that fits it, as someone would who wants it to be taken."""
    contents = {**node_to_files(node), **{name.replace("_", "."): content for name, content in files.items()}}
    data = from_json(contents["node.json"])
    assert isinstance(data, dict)
    change(data)
    data["files"] = {name: digest_bytes(contents[name]) for name in data["files"]}  # type: ignore[union-attr]
    made = dataclasses.replace(
        node,
        files=tuple(dataclasses.replace(f, content=contents[f.name]) for f in node.files),
        certificate=certificate_from_data(data["certificate"]),
    )
    assert from_json(node_to_files(made)["node.json"]) == data
    return made


def test_an_edited_file_or_tier_is_refused(line: tuple[Node, ...], tmp_path: Path) -> None:
    node = line[-1]
    edits: dict[str, Callable[[bytes], bytes]] = {
        SCRIPT: lambda b: b.replace(b"bvand", b"bvor", 1),
        "program.py": lambda b: b.replace(b">> 1", b">> 2"),
        "node.json": lambda b: b.replace(b'"tier": "smt"', b'"tier": "kernel"'),
    }
    for i, (file, edit) in enumerate(edits.items()):
        folder = tmp_path / str(i)
        put(folder, *line)
        path = folder / node.id / file
        assert edit(path.read_bytes()) != path.read_bytes()
        path.write_bytes(edit(path.read_bytes()))
        done = ci(folder)
        assert done.exit_code == 1
        assert "GraphCorrupt" in done.stdout
        assert node.id in done.stdout


def test_a_forged_script_is_not_the_one_that_is_decided(line: tuple[Node, ...], tmp_path: Path) -> None:
    script = line[-1].content(SCRIPT).replace(b"(push 1)", b"(push 1) ", 1)
    forged = renamed(line[-1], lambda d: d["certificate"].update(statement=digest_bytes(script)), statement_smt2=script)
    put(tmp_path, *line[:-1], forged)
    done = ci(tmp_path)
    assert done.exit_code == 1
    assert WrongTheorem.__name__ in done.stdout


def test_a_forged_program_is_refuted(line: tuple[Node, ...], tmp_path: Path) -> None:
    from verify.certificate import implementation_digest  # noqa: PLC0415 - what a forger would need

    binding = {"implementation": implementation_digest(WRONG, "average")}
    put(tmp_path, *line[:-1], renamed(line[-1], lambda d: d["certificate"].update(binding), program_py=WRONG))
    done = ci(tmp_path)
    assert done.exit_code == 1
    assert WrongResult.__name__ in done.stdout


def test_a_node_of_the_tier_under_a_spec_that_does_not_ask_for_it_is_refused(line: tuple[Node, ...], tmp_path: Path) -> None:
    content = TEXT.replace('(tier="smt")', "").encode()
    spec = spec_node("average", content)
    old = line[1].certificate
    assert old is not None
    from verify.certificate import implementation_digest  # noqa: PLC0415 - what a forger would need

    made = dataclasses.replace(
        old, spec=spec_digest(content, "average"), implementation=implementation_digest(content, "average")
    )
    put(tmp_path, spec, smt_node(spec, program=content, statement=line[1].content(SCRIPT), certificate=made, supersedes=None))
    done = ci(tmp_path)
    assert done.exit_code == 1
    assert TierNotAllowed.__name__ in done.stdout


def test_the_claim_of_another_tier_is_not_enough(line: tuple[Node, ...]) -> None:
    made = line[-1].certificate
    assert made is not None
    assert to_json(certificate_to_data(made)) != to_json(certificate_to_data(dataclasses.replace(made, tier="kernel")))
    with pytest.raises(ValueError, match="tier kernel"):
        certificate_from_data({**certificate_to_data(made), "tier": "kernel"})
    assert smt(made) == dataclasses.replace(made, solver=str(CURRENT["solvers"]))


# -- where the kernel's route ends ----------------------------------------------------------------------------------------------


class Blind(Examiner):
    """An examiner whose search for a proof finds none, or must not be made at all."""

    searched = 0

    def searching(self) -> Any:
        return None

    def _search(self, *_: Any) -> Any:
        Blind.searched += 1
        return ProofMissing(what="no proof was found.")


def examined(toolchain: Toolchain, task: Task) -> tuple[Any, int]:
    Blind.searched = 0
    with Blind(toolchain.kind) as examiner:
        return examiner.examine(task), Blind.searched


def test_without_a_proof_a_target_that_asks_for_it_gets_the_tier(toolchain: Toolchain, tmp_path: Path) -> None:
    spec = spec_of(TEXT)
    found, searched = examined(toolchain, baseline_task(spec))
    assert isinstance(found.verdict, Accept)
    assert (searched, found.verdict.certificate.tier, found.proof) == (1, "smt", None)
    assert {"examples", "smt", "solvers", "search"} == {gate for gate, _ in found.verdict.seconds}
    empty = load(tmp_path)
    assert isinstance(empty, Graph)
    kept = keep(empty, tmp_path, standing(empty, spec), baseline_task(spec), found)
    assert isinstance(kept, tuple), kept
    assert standing(kept[0], spec).tier == "smt"

    task = against(spec, None, GOOD)
    found, searched = examined(toolchain, task)
    assert isinstance(found.verdict, Accept)
    assert (searched, found.order) == (0, "always"), "over a version of the tier smt no proof is looked for"
    kept = keep(kept[0], tmp_path, standing(kept[0], spec), task, found)
    assert isinstance(kept, tuple), kept
    assert standing(kept[0], spec).improved


BITS = """@target(tier="smt")
@require(lambda x: 0 <= x < 2**16)
def f(x: int) -> int:
    total = 0
    for i in range(16):
        total += (x >> i) & 1
    return total
"""
SWAR = """def f(x: int) -> int:
    x = x - ((x >> 1) & 0x5555)
    x = (x & 0x3333) + ((x >> 2) & 0x3333)
    x = (x + (x >> 4)) & 0x0F0F
    return (x + (x >> 8)) & 31
"""


@pytest.mark.slow
def test_the_kernel_decides_what_it_can_and_the_solvers_the_rest(toolchain: Toolchain) -> None:
    """A baseline that asks for the tier smt is at the tier kernel all the same; a trick that needs it gets it."""
    spec, new = task_of(BITS).spec, task_of(BITS, SWAR)
    with Examiner(toolchain.kind) as examiner:
        first, second = examiner.examine(baseline_task(spec)), examiner.examine(new)
    assert isinstance(first.verdict, Accept), first.verdict
    assert isinstance(second.verdict, Accept), second.verdict
    assert (first.verdict.certificate.tier, second.verdict.certificate.tier) == ("kernel", "smt")


def test_without_a_proof_another_target_gets_a_decline(toolchain: Toolchain) -> None:
    spec = spec_of(TEXT.replace('(tier="smt")', ""))
    found, _ = examined(toolchain, dataclasses.replace(against(spec, None, GOOD), rests="kernel"))
    assert isinstance(found.verdict, Declined)
    assert isinstance(found.verdict.reason, ProofMissing)


def test_both_routes_may_decline(toolchain: Toolchain) -> None:
    spec = spec_of(TEXT.replace("0 <= y < 2**16", "y >= 0"))
    found, _ = examined(toolchain, dataclasses.replace(against(spec, None, GOOD), rests="kernel"))
    assert isinstance(found.verdict, Declined)
    assert isinstance(found.verdict.reason, NotBounded)
    assert found.verdict.gate == "solvers"
