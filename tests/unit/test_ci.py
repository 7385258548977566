"""The gate proves again exactly what is due, counts it, and tells people and machines what it found."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from small_graph import CURRENT, accept, accepting, chain, implementation, lemma, never, problem, put, run, smt, using

from verify.__main__ import main
from verify.ci import Report, Reprove, Row, ci
from verify.ci_formats import to_json, to_junit, to_sarif, to_text
from verify.graph import Graph
from verify.node import FILES, Node
from verify.reasons import (
    Counterexample,
    GraphConflict,
    GraphCorrupt,
    NotAllReproved,
    ProofFailed,
    Reason,
    Refusal,
    TimedOut,
    ToolBroken,
    WrongTheorem,
)
from verify.verdict import Accept, Broken, Declined, Rejected, Verdict

SPEC, BASE, BETTER, BEST = chain("f", 3)
OTHER, OTHER_BASE, OTHER_BETTER = chain("g", 2)
ALL = (SPEC, BASE, BETTER, BEST, OTHER, OTHER_BASE, OTHER_BETTER)
PROVED = [BASE, BETTER, BEST, OTHER_BASE, OTHER_BETTER]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a sound graph with two targets, in a folder named as the repository names it."""
    put(tmp_path / "accepted", *ALL)
    return tmp_path / "accepted"


def test_all_proves_every_implementation_and_counts(folder: Path) -> None:
    report = run(folder, everything=True)
    assert (report.verdict, report.exit_code, report.expected, report.reproved) == ("accept", 0, 5, 5)
    assert {r.node for r in report.rows} == {n.id for n in PROVED}
    assert dict(report.targets) == {"f": BEST.id, "g": OTHER_BETTER.id}
    assert "re-proved 5 of 5 due" in to_text(report)


@pytest.mark.parametrize("missing", [True, False])
def test_all_of_nothing_fails(tmp_path: Path, *, missing: bool) -> None:
    if not missing:
        (tmp_path / "accepted").mkdir()
    report = run(tmp_path / "accepted", everything=True)
    assert "nothing to re-prove" in problem(report, NotAllReproved).what
    assert report.exit_code == 1


def test_nothing_changed_proves_nothing(folder: Path) -> None:
    report = run(folder, reprove=never)
    assert (report.verdict, report.expected, report.reproved) == ("accept", 0, 0)


def test_a_stale_certificate_is_proved_again_with_what_rests_on_it(tmp_path: Path) -> None:
    made = BETTER.certificate
    assert made is not None
    put(tmp_path, SPEC, BASE)
    better = replace(BETTER, certificate=replace(made, solver="z3 4.12.0"))
    put(tmp_path, better, implementation(SPEC, BEST.content("program.py"), better))
    report = run(tmp_path)
    assert [r.stale for r in report.rows] == [("solver",), ()]
    assert (report.expected, report.reproved, report.implementations) == (2, 2, 3)


def test_another_lean_makes_everything_stale(folder: Path) -> None:
    assert run(folder, current={**CURRENT, "lean_version": "4.34.1"}).expected == 5
    assert run(folder, current={}).expected == 5


VERDICTS: dict[str, tuple[Reprove, type[Reason], str, int]] = {
    "reject": (
        lambda _, n: Rejected(Counterexample(what=n.target, arguments=(3,), got="1", due="2"), "examples"),
        Counterexample, "reject", 1,
    ),
    "decline": (lambda *_: Declined(TimedOut(what="too slow"), "kernel"), TimedOut, "decline", 3),
    "error": (lambda *_: Broken(ToolBroken(what="died"), "kernel"), ToolBroken, "error", 4),
    "no proof": (lambda *_: Declined(ProofFailed(what="unsolved goals"), "kernel"), ProofFailed, "decline", 3),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_one_verdict_that_is_no_acceptance_fails_and_names_the_node(name: str, folder: Path) -> None:
    bad, kind, verdict, code = VERDICTS[name]
    report = run(folder, everything=True, reprove=lambda g, n: bad(g, n) if n == BETTER else accepting(g, n))
    assert (report.verdict, report.exit_code, report.expected, report.reproved) == (verdict, code, 5, 4)
    (row,) = [r for r in report.rows if r.reason is not None]
    assert type(row.reason) is kind
    assert row.node == BETTER.id
    assert row.file == f"{folder}/{BETTER.id}/program.py"
    assert BETTER.id in to_text(report)


def test_a_reject_weighs_more_than_an_error_and_that_more_than_a_decline(folder: Path) -> None:
    order = {BASE.id: "decline", BETTER.id: "error", BEST.id: "reject"}
    while order:

        def reprove(graph: Graph, node: Node) -> Verdict:
            return VERDICTS[order[node.id]][0](graph, node) if node.id in order else accepting(graph, node)

        report = run(folder, everything=True, reprove=reprove)
        assert report.verdict == order.popitem()[1]


def _raising(error: Exception) -> Reprove:
    def reprove(_: Graph, __: Node) -> Verdict:
        raise error

    return reprove


NO_VERDICTS: dict[str, tuple[Reprove, type[Reason]]] = {
    "an exception": (_raising(RuntimeError("boom")), ToolBroken),
    "a refusal": (_raising(Refusal(TimedOut(what="slow"))), TimedOut),
    "None": (lambda *_: None, ToolBroken),  # type: ignore[dict-item]  # a broken judge
    "True": (lambda *_: True, ToolBroken),  # type: ignore[dict-item]  # a broken judge
    "no certificate": (lambda *_: Accept(None), ToolBroken),  # type: ignore[arg-type]  # a broken judge
    "another node's": (lambda *_: accept(OTHER_BASE), WrongTheorem),
    "a weaker tier": (lambda _, n: Accept(smt(accept(n).certificate)), WrongTheorem),
    "another order": (lambda _, n: Accept(replace(accept(n).certificate, order="eventually", slack=9)), WrongTheorem),
    "another statement": (lambda _, n: Accept(replace(accept(n).certificate, statement="0" * 64)), WrongTheorem),
}


@pytest.mark.parametrize("name", NO_VERDICTS)
def test_what_is_no_acceptance_of_this_node_counts_as_none(name: str, folder: Path) -> None:
    bad, kind = NO_VERDICTS[name]
    report = run(folder, everything=True, reprove=lambda g, n: bad(g, n) if n == BEST else accepting(g, n))
    assert report.exit_code != 0
    assert report.reproved == 4
    (row,) = [r for r in report.rows if r.reason is not None]
    assert type(row.reason) is kind
    assert row.node == BEST.id


def test_two_nodes_are_proved_at_the_same_time_and_progress_is_told(folder: Path) -> None:
    both, seen = threading.Barrier(2, timeout=20), list[tuple[Row, int, int]]()

    def reprove(graph: Graph, node: Node) -> Verdict:
        if node in (BASE, OTHER_BASE):
            both.wait()
        time.sleep(0.001)
        return accepting(graph, node)

    def tell(row: Row, done: int, due: int) -> None:
        seen.append((row, done, due))

    for path in (folder / n.id for n in (BETTER, BEST, OTHER_BETTER)):
        shutil.rmtree(path)
    report = ci(folder, everything=True, base=None, reprove=reprove, current=CURRENT, workers=2, on_progress=tell)
    assert report.exit_code == 0
    assert [(done, due) for _, done, due in seen] == [(1, 2), (2, 2)]


@pytest.mark.parametrize("node", ALL, ids=lambda n: f"{n.target}-{n.kind}")
def test_one_changed_character_of_any_file_is_named(node: Node, folder: Path) -> None:
    for file in (*FILES[node.kind], "node.json"):
        path = folder / node.id / file
        content = path.read_bytes()
        path.write_bytes(content[:-2] + b"~" + content[-1:])
        report = run(folder, everything=True, reprove=never)
        problem(report, GraphCorrupt, node.id, file)
        assert report.exit_code == 1
        path.write_bytes(content)


def test_a_target_without_head_fails(folder: Path) -> None:
    for node in (OTHER_BASE, OTHER_BETTER):
        shutil.rmtree(folder / node.id)
    problem(run(folder), GraphConflict, OTHER.id, "`g`")


# Lemmas.

LEMMA = lemma()
USER = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE, LEMMA)


@pytest.fixture
def with_lemma(tmp_path: Path) -> Path:
    """Return a graph with a target whose head uses a lemma, and another target that does not."""
    put(tmp_path / "accepted", SPEC, BASE, LEMMA, USER, OTHER, OTHER_BASE)
    return tmp_path / "accepted"


def test_all_proves_lemmas_too_and_counts_them(with_lemma: Path) -> None:
    report = run(with_lemma, everything=True)
    assert (report.verdict, report.expected, report.reproved) == ("accept", 4, 4)
    assert (report.implementations, report.lemmas) == (3, 1)
    assert {r.node for r in report.rows} == {n.id for n in (BASE, LEMMA, USER, OTHER_BASE)}
    assert "3 implementations (tier kernel 3, smt 0), 1 lemmas, 2 targets" in to_text(report)
    assert json.loads(to_json(report))["lemmas"] == 1


def test_a_lemma_that_is_not_proved_again_fails_by_its_name(with_lemma: Path) -> None:
    bad = VERDICTS["no proof"][0]
    report = run(with_lemma, everything=True, reprove=lambda g, n: bad(g, n) if n == LEMMA else accepting(g, n))
    assert (report.verdict, report.expected, report.reproved) == ("decline", 4, 3)
    (row,) = [r for r in report.rows if r.reason is not None]
    assert (row.node, row.target, row.file) == (LEMMA.id, "twice_form", f"{with_lemma}/{LEMMA.id}/proof.lean")


def test_a_stale_lemma_is_proved_again_with_what_uses_it(tmp_path: Path) -> None:
    stale = replace(LEMMA, certificate=replace(accept(LEMMA).certificate, solver="z3 4.12.0"))
    user = using(SPEC, USER.content("program.py"), BASE, stale)
    put(tmp_path, SPEC, BASE, stale, user, OTHER, OTHER_BASE)
    report = run(tmp_path)
    assert [r.node for r in report.rows] == [stale.id, user.id]
    assert (report.verdict, report.expected, report.reproved) == ("accept", 2, 2)


def test_an_accept_of_another_lemma_is_none_of_this_one(with_lemma: Path) -> None:
    wrong = Accept(replace(accept(LEMMA).certificate, spec="0" * 64))
    report = run(with_lemma, everything=True, reprove=lambda g, n: wrong if n == LEMMA else accepting(g, n))
    assert report.verdict == "reject"
    (row,) = [r for r in report.rows if r.reason is not None]
    assert type(row.reason) is WrongTheorem
    assert row.node == LEMMA.id


@pytest.mark.parametrize("file", [*FILES["lemma"], "node.json"])
def test_one_changed_character_of_a_lemma_fails(file: str, with_lemma: Path) -> None:
    path = with_lemma / LEMMA.id / file
    path.write_bytes(path.read_bytes()[:-2] + b"~" + path.read_bytes()[-1:])
    problem(run(with_lemma, everything=True, reprove=never), GraphCorrupt, LEMMA.id, file)


# What people and machines read.


def _mixed(folder: Path) -> Report:
    return run(folder, everything=True, reprove=lambda g, n: VERDICTS["reject"][0](g, n) if n == BEST else accepting(g, n))


def test_json_is_one_object_with_the_counts_and_the_node(folder: Path) -> None:
    data = json.loads(to_json(_mixed(folder)))
    assert (data["verdict"], data["expected"], data["reproved"]) == ("reject", 5, 4)
    (bad,) = [r for r in data["rows"] if r["verdict"] != "accept"]
    assert (bad["node"], bad["reason"], bad["gate"]) == (BEST.id, "Counterexample", "examples")


def test_sarif_names_rule_file_and_line(folder: Path) -> None:
    placed = Rejected(ProofFailed(what="no", where="specs/f.py:12:4"), "kernel")
    report = run(folder, everything=True, reprove=lambda g, n: placed if n == BEST else accepting(g, n))
    (told,) = json.loads(to_sarif(report))["runs"]
    (result,) = told["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (result["ruleId"], result["level"]) == ("ProofFailed", "error")
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("specs/f.py", 12)
    assert [rule["id"] for rule in told["tool"]["driver"]["rules"]] == ["ProofFailed"]


def test_junit_has_a_case_for_the_graph_and_each_node(folder: Path) -> None:
    suite = ET.fromstring(to_junit(_mixed(folder)).encode())  # noqa: S314 - the test's own XML
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("6", "1", "0")
    (bad,) = [case for case in suite if len(case)]
    assert bad.get("name") == BEST.id


def test_nothing_that_steers_a_terminal_or_breaks_xml_is_written(folder: Path) -> None:
    evil = Declined(ProofFailed(what="\x1b]52;c;x\x07</failure>\x00\n::error::x"), "kernel")
    report = run(folder, everything=True, reprove=lambda *_: evil)
    for text in (to_text(report), to_json(report), to_sarif(report), to_junit(report)):
        assert "\x1b" not in text
        assert "\x00" not in text
        assert "\n::error" not in text
    ET.fromstring(to_junit(report).encode())  # noqa: S314 - the test's own XML


# The command.


def test_the_command_counts_and_fails_on_a_corrupt_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / BEST.id / "proof.lean").write_bytes(b"by sorry")
    assert main(["ci", "--all", "--accepted", str(folder)]) == 1
    out = capsys.readouterr().out
    assert BEST.id in out
    assert "re-proved 0 of" in out


def test_the_command_writes_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [f"--{kind}={tmp_path}/out.{kind}" for kind in ("sarif", "junit")]
    assert main(["ci", "--all", "--accepted", str(tmp_path / "accepted"), "--json", *files]) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0]["reason"] == "NotAllReproved"
    assert json.loads((tmp_path / "out.sarif").read_text())["version"] == "2.1.0"
    assert (tmp_path / "out.junit").read_text().startswith("<?xml")


BAD = [
    ["--accepted", "nowhere"],
    ["--sarif", "nowhere/x"],
    ["--junit", "nowhere/x"],
    ["--workers", "0"],
    ["--all", "--base", "nowhere"],
]


@pytest.mark.parametrize("arguments", BAD, ids=" ".join)
def test_wrong_usage_is_one_line_and_code_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ci", *arguments]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("qed ci: ")
    assert said.err.count("\n") == 1
    assert not said.out


def test_the_command_runs_without_the_loop(tmp_path: Path) -> None:
    """A copy of verify/ alone, in a process of its own, with optimisation on."""
    root = Path(__file__).parents[2]
    shutil.copytree(root / "verify", tmp_path / "verify", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "accepted").mkdir()
    put(tmp_path / "accepted", SPEC, BASE)
    (tmp_path / "accepted" / BASE.id / "program.py").write_bytes(b"def f(n: int) -> int:\n    return 0\n")
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    command = [sys.executable, "-O", "-m", "verify", "ci", "--all"]
    options = {"cwd": tmp_path, "env": clean, "capture_output": True, "text": True, "timeout": 60}
    done = subprocess.run(command, check=False, **options)  # type: ignore[call-overload]  # noqa: S603 - a copy of this package
    assert done.returncode == 1
    assert BASE.id in done.stdout
    assert not done.stderr
