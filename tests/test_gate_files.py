"""The files by which others start the gate: the GitHub Action, the pre-commit hook, the Makefile."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_graph import chain, implementation, put
from test_base import commit, git

ROOT = Path(__file__).resolve().parent.parent
SPEC, BASE, BETTER = chain("f", 2)


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


# The pre-commit hook.


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Make a repository whose only commit holds a graph."""
    git(tmp_path, "init", "-q", "-b", "main")
    put(tmp_path / "accepted", SPEC, BASE)
    commit(tmp_path)
    return tmp_path


def hook(repository: Path) -> subprocess.CompletedProcess[str]:
    """Run what the hook's entry says, at the repository's root, as pre-commit does; without a Lean, so that nothing is proved."""
    (told,) = read(".pre-commit-hooks.yaml")
    assert not told["pass_filenames"]
    program, *arguments = shlex.split(told["entry"])
    assert program == "qed"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QED_CACHE": str(repository.parent / "none")}
    command = [sys.executable, "-m", "loop", *arguments]
    return subprocess.run(  # noqa: S603 - our own command
        command, cwd=repository, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_the_hook_runs_on_changes_of_the_graph() -> None:
    (told,) = read(".pre-commit-hooks.yaml")
    assert {"id", "name", "entry", "language"} <= told.keys()
    assert re.search(told["files"], f"accepted/{BASE.id}/node.json")
    assert not re.search(told["files"], "specs/accepted/f.py")


def test_the_hook_refuses_a_staged_change_of_a_node(repository: Path) -> None:
    path = repository / "accepted" / BASE.id / "proof.lean"
    path.write_text("by sorry")
    git(repository, "add", "-A")
    done = hook(repository)
    assert done.returncode == 1, done.stderr
    assert f"GraphCorrupt: accepted/{BASE.id}/proof.lean" in done.stdout


def test_the_hook_refuses_a_node_that_is_gone(repository: Path) -> None:
    shutil.rmtree(repository / "accepted" / BASE.id)
    put(repository / "accepted", implementation(SPEC, SPEC.content("spec.py"), None, slack=0))
    shutil.rmtree(repository / "accepted" / BASE.id)
    git(repository, "add", "-A")
    done = hook(repository)
    assert done.returncode == 1, done.stderr
    assert "HistoryRewritten" in done.stdout


def test_the_hook_has_what_is_new_judged_and_lists_changes_of_trust(repository: Path) -> None:
    put(repository / "accepted", BETTER)
    (repository / "Makefile").write_text("all:\n")
    git(repository, "add", "-A")
    done = hook(repository)
    assert done.returncode in (1, 3, 4), done.stderr
    assert f"{BETTER.target}  {BETTER.id}" in done.stdout
    assert "allowed  TrustChanged: Makefile" in done.stdout


# The Action.


def steps() -> list[dict[str, Any]]:
    told = read("action.yml")
    assert told["runs"]["using"] == "composite"
    found = told["runs"]["steps"]
    assert isinstance(found, list)
    return found


def test_nothing_of_the_tree_is_run_by_the_action() -> None:
    for step in (s for s in steps() if "run" in s):
        # what a pull request's author writes may reach a script as a variable only, never as its text
        assert "${{" not in step["run"], step["run"]
        assert step["shell"] == "bash"
        for word in ("./", "make", "$TREE/", "-e ", "--editable"):
            assert word not in step["run"].replace("$GITHUB_ACTION_PATH/.ci/gate", "")


def test_the_action_uses_inputs_and_variables_that_are_there() -> None:
    told = read("action.yml")
    text = (ROOT / "action.yml").read_text()
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == told["inputs"].keys()
    gate = next(s for s in steps() if s.get("id") == "gate")
    used = set(re.findall(r"\$\{?([A-Z_]+)", gate["run"]))
    assert used <= {*gate["env"], "RUNNER_TEMP", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ACTION_PATH"}


@pytest.mark.parametrize("agreed", ["true", "false", "yes; touch ran"])
def test_the_step_of_the_action_judges_the_tree(agreed: str, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The very text of the step, with an empty node of a graph that is not sound, and with a change of trust."""
    out = tmp_path_factory.mktemp("out")
    git(repository, "tag", "base")
    (repository / "Makefile").write_text("all:\n")
    if agreed == "yes; touch ran":
        (repository / "accepted" / BASE.id / "proof.lean").write_text("by sorry")
    gate = next(s for s in steps() if s.get("id") == "gate")
    kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "XDG_CACHE_HOME")}
    environment = {
        **kept, "RUNNER_TEMP": str(out), "GITHUB_OUTPUT": f"{out}/output", "GITHUB_STEP_SUMMARY": f"{out}/summary",
        "GITHUB_ACTION_PATH": str(ROOT), "PYTHON": sys.executable, "TREE": str(repository), "BASE": "base",
        "ACCEPTED": "accepted", "TRUST_CHANGE": agreed, "QED_CACHE": str(out / "none"),
    }  # fmt: skip
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", gate["run"]]
    done = subprocess.run(  # noqa: S603 - the step's own text
        command, cwd=out, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    summary = (out / "summary").read_text()
    assert (out / "output").read_text() == f"sarif={out}/qed.sarif\n"
    assert (out / "qed.sarif").exists()
    assert (out / "qed.xml").exists()
    assert not (out / "ran").exists()
    assert "**TrustChanged** in `Makefile`" in summary
    assert ("Changes of what is trusted, allowed" in summary) == (agreed == "true")
    if agreed != "true":
        assert done.returncode == 1, done.stderr
        assert summary.startswith("## qed ci: reject\n")


# The Makefile.


@pytest.mark.parametrize("target", ["ci", "check"])
def test_the_gate_of_the_makefile_is_isolated(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    gates = [line for line in done.stdout.split("\n") if " ci --all" in line]
    assert [line.split("bin/python ")[1] for line in gates] == ["-I -S verify/isolated.py ci --all"]
