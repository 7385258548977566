"""Pull requests by script, with real git: each way past the gate fails for its reason, and honest work passes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import CURRENT, accepting, chain, implementation, never, put
from test_base import commit, git

from verify.ci import Report, Reprove, ci
from verify.graph import Graph
from verify.node import Node
from verify.reasons import (
    ForeignFile,
    GraphCorrupt,
    HistoryRewritten,
    LimitChanged,
    ProofFailed,
    Reason,
    RemovedTest,
    TrustChanged,
)
from verify.verdict import Declined, Verdict

ROOT = Path(__file__).resolve().parent.parent
SPEC, BASE, BETTER, BEST = chain("f", 3)
LINE = next(i for i, s in enumerate((ROOT / "verify" / "limits.py").read_text().split("\n"), 1) if "examples_required" in s)
TESTS = """import pytest

CASES = {"one": 1, "two": 2}
LISTED = [1, 2, 3]


def test_first():
    assert CASES


@pytest.mark.parametrize("n", [1, 2])
def test_second(n):
    assert n


class TestThird:
    def test_inside(self):
        assert LISTED
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with a verifier, tests and a graph; what a pull request goes into is tagged `base`."""
    tmp_path = tmp_path_factory.mktemp("made")
    git(tmp_path, "init", "-q", "-b", "main")
    for name in ("verify", "lean", ".ci", "Makefile", "pyproject.toml"):
        source, ignored = ROOT / name, shutil.ignore_patterns("__pycache__", ".lake")
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=ignored)
        else:
            shutil.copy(source, tmp_path / name)
    for name, text in {
        "tests/unit/test_f.py": TESTS, "tests/conftest.py": "", "tests/cases/reject/L01/expected": "ProofForbidden\n",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    put(tmp_path / "accepted", SPEC, BASE)
    commit(tmp_path)
    git(tmp_path, "tag", "base")
    return tmp_path


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    """Return a checkout of that repository, to be changed."""
    return shutil.copytree(made, tmp_path / "tree", symlinks=True)


def judged(tree: Path, reprove: Reprove = accepting, *, trust_change: bool = False) -> Report:
    """Judge a pull request as `ci --base` does, with a stand-in for the judge of nodes."""
    return ci(
        tree / "accepted", everything=False, base="base", reprove=reprove, current=CURRENT, workers=1, on_progress=None,
        tree=tree, trust_change=trust_change,
    )  # fmt: skip


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that is there."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def _edited_certificate(tree: Path) -> None:
    edit(tree / "accepted" / BASE.id / "node.json", '"new_nanoseconds": 500', '"new_nanoseconds": 400')


def _replaced_node(tree: Path) -> None:
    """A certificate that was edited with care: the node has another name, and the one of the base is gone."""
    shutil.rmtree(tree / "accepted" / BASE.id)
    made = BASE.certificate
    assert made is not None
    put(tree / "accepted", replace(BASE, certificate=replace(made, solver="z3 9")))


def _link_in_a_node(tree: Path) -> None:
    path = tree / "accepted" / BASE.id / "proof.lean"
    shutil.move(path, tree / "proof.lean")
    path.symlink_to("../../proof.lean")


def _link_in_the_judge(tree: Path) -> None:
    shutil.move(tree / "verify" / "judge.py", tree / "other.txt")
    (tree / "verify" / "judge.py").symlink_to("../other.txt")


def _whole_judge_behind_a_link(tree: Path) -> None:
    shutil.move(tree / "verify", tree / "data")
    (tree / "verify").symlink_to("data")


def _z3(tree: Path) -> None:
    (tree / "z3.py").write_text("def Z3_eval_smtlib2_string(*_):\n    return 'unsat'\n")


def _customize(tree: Path) -> None:
    (tree / "sitecustomize.py").write_text("import os\n")


def _conftest(tree: Path) -> None:
    (tree / "conftest.py").write_text("collect_ignore_glob = ['*']\n")


def _path_file(tree: Path) -> None:
    (tree / "more.pth").write_text("import os\n")


def _package(tree: Path) -> None:
    (tree / "networkx").mkdir()
    (tree / "networkx" / "__init__.py").write_text("")


def _environment(tree: Path) -> None:
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").write_text("#!/bin/sh\n")
    git(tree, "add", "-f", ".venv")


def _tests_behind_a_link(tree: Path) -> None:
    shutil.rmtree(tree / "tests")
    (tree / "tests").symlink_to("/")


def _extension(tree: Path) -> None:
    (tree / "json.cpython-311-x86_64-linux-gnu.so").write_bytes(b"\x7fELF")


def _lower_limit(tree: Path) -> None:
    edit(tree / "verify" / "limits.py", "examples_required: int = 20", "examples_required: int = 0")


def _raised_limit(tree: Path) -> None:
    edit(tree / "verify" / "limits.py", "slack: int = 32", "slack: int = 2**40")


def _limit_elsewhere(tree: Path) -> None:
    edit(tree / "verify" / "proof_syntax.py", "NESTING: Final = 100", "NESTING: Final = 1_000_000")


def _limit_of_a_tool(tree: Path) -> None:
    edit(tree / "pyproject.toml", "timeout = 300", "timeout = 3")


def _removed_file(tree: Path) -> None:
    (tree / "tests" / "unit" / "test_f.py").unlink()


def _removed_case_folder(tree: Path) -> None:
    shutil.rmtree(tree / "tests" / "cases" / "reject" / "L01")


def _removed_function(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", "def test_first", "def first")


def _removed_method(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", "def test_inside", "def inside")


def _removed_entry(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", ', "two": 2', "")


def _shorter_list(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", "LISTED = [1, 2, 3]", "LISTED = [1, 2]")


def _fewer_parameters(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", '"n", [1, 2]', '"n", [1]')


def _skipped(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", "def test_first", "@pytest.mark.skip(reason='later')\ndef test_first")


def _all_skipped(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", "CASES =", "pytestmark = [pytest.mark.xfail]\nCASES =")


def _not_python(tree: Path) -> None:
    edit(tree / "tests" / "unit" / "test_f.py", "CASES =", "CASES = (")


def _judge_changed(tree: Path) -> None:
    edit(tree / "verify" / "judge.py", "PATIENCE = 3", "PATIENCE = 3  # enough")


def _new_module(tree: Path) -> None:
    (tree / "verify" / "gates" / "always.py").write_text("")


def _bytecode(tree: Path) -> None:
    """Bytecode that says of itself that it need not be held against its source."""
    (tree / "verify" / "__pycache__").mkdir()
    (tree / "verify" / "__pycache__" / "judge.cpython-311.pyc").write_bytes(b"\0")
    git(tree, "add", "-f", "verify/__pycache__")


def _semantics(tree: Path) -> None:
    edit(tree / "lean" / "QED" / "Semantics.lean", "namespace QED", "namespace QED\n")


def _syntax(tree: Path) -> None:
    (tree / "verify" / "syntax_allowed.toml").write_text("")


def _make(tree: Path) -> None:
    (tree / "GNUmakefile").write_text("check:\n\ttrue\n")


def _ci_script(tree: Path) -> None:
    (tree / ".ci" / "run").unlink()


def _pins(tree: Path) -> None:
    edit(tree / "pyproject.toml", "z3-solver>=5.4,<6", "z3-solver")


def _executable(tree: Path) -> None:
    (tree / "verify" / "ci.py").chmod(0o755)


def _attributes(tree: Path) -> None:
    (tree / "verify" / ".gitattributes").write_text("*.py filter=lie\n")


def _inner_conftest(tree: Path) -> None:
    (tree / "tests" / "conftest.py").write_text("collect_ignore_glob = ['*']\n")


def _only_staged(tree: Path) -> None:
    """Git holds another judge than the folder shows, and is told not to look."""
    path = "verify/judge.py"
    blob = git(tree, "hash-object", "-w", "--stdin", feed="")
    git(tree, "update-index", "--cacheinfo", f"100644,{blob},{path}")
    git(tree, "update-index", "--assume-unchanged", path)


def _limit_only_staged(tree: Path) -> None:
    path = "verify/limits.py"
    text = (tree / path).read_text()
    blob = git(tree, "hash-object", "-w", "--stdin", feed=text.replace("slack: int = 32", "slack: int = 33"))
    git(tree, "update-index", "--cacheinfo", f"100644,{blob},{path}")
    git(tree, "update-index", "--assume-unchanged", path)


ATTACKS: dict[Callable[[Path], None], tuple[type[Reason], str, str]] = {
    _edited_certificate: (GraphCorrupt, BASE.id, "digest"),
    _replaced_node: (HistoryRewritten, BASE.id, "gone"),
    _link_in_a_node: (GraphCorrupt, "proof.lean", "not a regular file"),
    _link_in_the_judge: (TrustChanged, "verify/judge.py", "changed"),
    _whole_judge_behind_a_link: (TrustChanged, "verify/judge.py", "removed"),
    _z3: (ForeignFile, "z3.py", "`z3`"),
    _customize: (ForeignFile, "sitecustomize.py", "every start"),
    _conftest: (ForeignFile, "conftest.py", "pytest"),
    _path_file: (ForeignFile, "more.pth", "path"),
    _package: (ForeignFile, "networkx", "`networkx`"),
    _environment: (ForeignFile, ".venv", "the environment"),
    _tests_behind_a_link: (RemovedTest, "tests/unit/test_f.py", "is gone"),
    _extension: (ForeignFile, "json.cpython-311", "`json`"),
    _lower_limit: (LimitChanged, f"verify/limits.py:{LINE}", "`Limits.examples_required`, 20 at the base, was lowered to 0"),
    _raised_limit: (LimitChanged, "verify/limits.py:", f"`Limits.slack`, 32 at the base, was raised to {2**40}"),
    _limit_elsewhere: (LimitChanged, "verify/proof_syntax.py:", "`NESTING`, 100 at the base, was raised to 1000000"),
    _limit_of_a_tool: (LimitChanged, "pyproject.toml:", "`tool.pytest.ini_options.timeout`, 300 at the base"),
    _removed_file: (RemovedTest, "tests/unit/test_f.py", "is gone"),
    _removed_case_folder: (RemovedTest, "tests/cases/reject/L01/expected", "is gone"),
    _removed_function: (RemovedTest, "tests/unit/test_f.py:7", "the test `test_first` is gone"),
    _removed_method: (RemovedTest, "tests/unit/test_f.py", "the test `TestThird.test_inside` is gone"),
    _removed_entry: (RemovedTest, "tests/unit/test_f.py:3", "the case `CASES['two']` is gone"),
    _shorter_list: (RemovedTest, "tests/unit/test_f.py:4", "the table `LISTED` has 2 entries; it had 3"),
    _fewer_parameters: (RemovedTest, "tests/unit/test_f.py", "the test `test_second` has 1 entries; it had 2"),
    _skipped: (RemovedTest, "tests/unit/test_f.py", "the test `test_first` is skipped"),
    _all_skipped: (RemovedTest, "tests/unit/test_f.py", "the test `test_first` is skipped"),
    _not_python: (RemovedTest, "tests/unit/test_f.py", "is gone"),
    _judge_changed: (TrustChanged, "verify/judge.py", "changed: it is part of the judge"),
    _new_module: (TrustChanged, "verify/gates/always.py", "added"),
    _bytecode: (TrustChanged, "verify/__pycache__/judge.cpython-311.pyc", "added"),
    _semantics: (TrustChanged, "lean/QED/Semantics.lean", "meaning"),
    _syntax: (TrustChanged, "verify/syntax_allowed.toml", "changed"),
    _make: (TrustChanged, "GNUmakefile", "added: CI runs it"),
    _ci_script: (TrustChanged, ".ci/run", "removed"),
    _pins: (TrustChanged, "pyproject.toml", "pins"),
    _executable: (TrustChanged, "verify/ci.py", "changed"),
    _attributes: (TrustChanged, "verify/.gitattributes", "added"),
    _inner_conftest: (TrustChanged, "tests/conftest.py", "which tests run"),
    _only_staged: (TrustChanged, "verify/judge.py", "changed"),
    _limit_only_staged: (LimitChanged, "verify/limits.py", "was raised to 33"),
}


@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda f: f.__name__.strip("_"))
def test_each_attack_fails_for_its_reason(attack: Callable[[Path], None], tree: Path, *, committed: bool) -> None:
    kind, where, what = ATTACKS[attack]
    attack(tree)
    if committed:
        if attack in (_only_staged, _limit_only_staged):
            git(tree, "commit", "-qm", "more")
        else:
            commit(tree)
    report = judged(tree, never)
    found = [p for p in report.problems if type(p) is kind and where in p.where and what in p.what]
    assert found, [f"{type(p).__name__}: {p}" for p in report.problems]
    assert (report.verdict, report.exit_code, report.rows) == ("reject", 1, ())
    assert found[0].do


OF_TRUST = (TrustChanged, LimitChanged, RemovedTest)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a is not _link_in_a_node], ids=lambda f: f.__name__.strip("_"))
def test_what_was_agreed_to_is_listed_and_fails_nothing_and_nothing_else_is(attack: Callable[[Path], None], tree: Path) -> None:
    kind, where, _ = ATTACKS[attack]
    attack(tree)
    report = judged(tree, trust_change=True)
    if kind in OF_TRUST:
        assert report.exit_code == 0, report.problems
        assert any(type(p) is kind and where in p.where for p in report.trust)
    else:
        assert type(report.problems[0]) is kind
        assert report.exit_code == 1


def test_an_honest_pull_request_passes(tree: Path) -> None:
    put(tree / "accepted", BETTER, BEST)
    edit(tree / "tests" / "unit" / "test_f.py", "def test_first", "def test_more():\n    pass\n\n\ndef test_first")
    (tree / "tests" / "test_new.py").write_text("def test_new():\n    pass\n")
    (tree / "specs").mkdir()
    (tree / "specs" / "numbers.py").write_text("")
    (tree / "calendar").mkdir()  # without code of its own it stands in nothing's place
    (tree / "calendar" / "days.txt").write_text("")
    (tree / "README.md").write_text("more\n")
    for _ in ("not yet tracked", "committed"):
        report = judged(tree)
        assert (report.exit_code, report.expected, report.reproved, report.trust) == (0, 2, 2, ()), report.problems
        assert {r.node for r in report.rows} == {BETTER.id, BEST.id}
        commit(tree)


def test_a_node_that_is_not_proved_fails_by_its_name(tree: Path) -> None:
    wrong = implementation(SPEC, b"def f(n: int) -> int:\n    return 0\n", BASE)
    put(tree / "accepted", wrong)
    commit(tree)

    def unproved(graph: Graph, node: Node) -> Verdict:
        failed = ProofFailed(what="unsolved goals", where="proof.lean:1")
        return Declined(failed, "kernel") if node == wrong else accepting(graph, node)

    report = judged(tree, unproved)
    assert (report.exit_code, report.expected, report.reproved) == (3, 1, 0)
    assert [(r.node, type(r.reason)) for r in report.rows] == [(wrong.id, ProofFailed)]


# The verifier of the base judges.


def gate(tree: Path, *options: str, script: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run .ci/gate as CI does, from elsewhere."""
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHON": sys.executable}
    environment |= {k: v for k, v in os.environ.items() if k in ("QED_CACHE", "XDG_CACHE_HOME")}
    command = [str(script or ROOT / ".ci" / "gate"), str(tree), "base", *options]
    return subprocess.run(  # noqa: S603 - our own script
        command, cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=900
    )


FORGED = "import sys\nprint('re-proved 9 of 9 due: accept')\nsys.exit(0)\n"


def test_the_judge_of_a_pull_request_is_not_the_one_that_it_brings(tree: Path) -> None:
    put(tree / "accepted", implementation(SPEC, b"def f(n: int) -> int:\n    return 0\n", BASE))
    judge = ("verify/__init__.py", "verify/isolated.py", "verify/command.py", ".ci/gate")
    for name in (*judge, "z3.py", "sitecustomize.py", "json.py"):
        (tree / name).write_text(FORGED)
    commit(tree)
    own = subprocess.run(
        [sys.executable, "-m", "verify", "ci", "--base", "base"], cwd=tree, capture_output=True, text=True, check=False
    )
    assert (own.returncode, own.stdout) == (0, "re-proved 9 of 9 due: accept\n")
    done = gate(tree, "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    found = {(p["reason"], p["where"]) for p in said["problems"]}
    assert found >= {("TrustChanged", "verify/command.py"), ("TrustChanged", ".ci/gate"), ("ForeignFile", "z3.py"),
                     ("ForeignFile", "sitecustomize.py"), ("ForeignFile", "json.py")}  # fmt: skip
    assert said["accepted"] == f"{tree}/accepted"


def test_the_gate_writes_its_reports_and_leaves_no_verifier_behind(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("out")
    _lower_limit(tree)
    commit(tree)
    before = git(tree, "status", "--porcelain", "--ignored")
    done = gate(tree, f"--sarif={out}/s", f"--junit={out}/j", f"--markdown={out}/m")
    assert done.returncode == 1
    (run,) = json.loads((out / "s").read_text())["runs"]
    places = [r["locations"][0]["physicalLocation"] for r in run["results"] if r["ruleId"] == "LimitChanged"]
    assert [(p["artifactLocation"]["uri"], p["region"]["startLine"]) for p in places] == [("verify/limits.py", LINE)]
    assert "LimitChanged" in (out / "j").read_text()
    assert f"**LimitChanged** in `verify/limits.py:{LINE}`" in (out / "m").read_text()
    assert git(tree, "status", "--porcelain", "--ignored") == before


def test_a_base_without_a_verifier_is_judged_by_the_one_beside_the_script(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path / "accepted", SPEC, BASE)
    commit(tmp_path)
    git(tmp_path, "tag", "base")
    _edited_certificate(tmp_path)
    done = gate(tmp_path)
    assert done.returncode == 1, done.stderr
    assert "GraphCorrupt" in done.stdout


@pytest.mark.parametrize("base", ["nowhere", "--help", "base:verify"])
def test_a_base_that_is_no_commit_is_wrong_usage(base: str, tree: Path) -> None:
    script = [str(ROOT / ".ci" / "gate"), str(tree), base]
    done = subprocess.run(script, capture_output=True, text=True, check=False)  # noqa: S603 - our own script
    assert done.returncode == 2
    assert "is no commit" in done.stderr


# With the real judge.

REAL = """from icontract import require
from verify import target


@target
@require(lambda n: n >= 0)
def tri(n: int) -> int:
    total = 0
    for i in range(1, n + 1):
        total += i
    return total
"""


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.timeout(900)
def test_an_honest_pull_request_and_a_forged_one_with_the_real_judge(tree: Path, toolchain: object) -> None:
    def qed(*arguments: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "loop", *arguments]
        subprocess.run(command, cwd=tree, env=environment, check=True, capture_output=True)  # noqa: S603 - our own command

    shutil.rmtree(tree / "accepted")
    (tree / "specs").mkdir()
    (tree / "specs" / "tri.py").write_text(REAL)
    (tree / "specs" / "faster.txt").write_text("def tri(n: int) -> int:\n    return n * (n + 1) // 2\n")
    qed("check", "specs/tri.py", "--admit")
    commit(tree)
    git(tree, "tag", "-f", "base")
    qed("check", "specs/tri.py", "specs/faster.txt", "--admit")
    commit(tree)
    done = gate(tree, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["reproved"], said["expected"]) == (0, 1, 1), done.stdout + done.stderr

    graph = tree / "accepted"
    (made,) = [r["node"] for r in said["rows"]]
    from verify.graph import load  # noqa: PLC0415 - the graph that the real judge made

    loaded = load(graph)
    assert isinstance(loaded, Graph)
    honest = loaded.nodes[made]
    wrong = honest.content("program.py").replace(b"// 2", b"// 2 + 0 * n")
    shutil.rmtree(graph / made)
    put(graph, forged(loaded, honest, wrong))
    commit(tree)
    done = gate(tree, "--json")
    said = json.loads(done.stdout)
    assert (done.returncode, said["reproved"], said["expected"]) == (3, 0, 1), done.stdout
    assert [r["verdict"] for r in said["rows"]] == ["decline"]


def forged(graph: Graph, honest: Node, program: bytes) -> Node:
    """Return a node with another program and everything else as it was, bound by digest as it should be."""
    from verify.canonical import from_json  # noqa: PLC0415 - for this test alone
    from verify.certificate import implementation_digest  # noqa: PLC0415
    from verify.graph import spec_of, superseded  # noqa: PLC0415
    from verify.node import implementation_node  # noqa: PLC0415

    assert honest.certificate is not None
    notes = from_json(honest.content("notes.json"))
    assert isinstance(notes, dict)
    return implementation_node(
        spec_of(graph, honest),
        program=program,
        proof=honest.content("proof.lean"),
        statement=honest.content("statement.lean"),
        notes=notes,
        certificate=replace(honest.certificate, implementation=implementation_digest(program, honest.target)),
        supersedes=superseded(graph, honest),
    )
