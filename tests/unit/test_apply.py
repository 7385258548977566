"""`qed apply` on files in somebody's repository: what it prints, what it changes, and what it leaves alone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from small_graph import implementation, put
from targets import spec_of
from typer.testing import CliRunner

from loop.cli import app
from loop.own_file import own_function, own_spec
from loop.suggest import suggested
from verify.limits import DEFAULT
from verify.node import spec_node

GOLDEN = Path(__file__).parent.parent / "golden" / "apply.txt"
FILE = '''"""Sums."""

from icontract import require


# how many pairs there are
@require(lambda n: n >= 0)
def pairs(n: int) -> int:
    """Return the number of pairs."""
    total = 0
    for i in range(n):
        total += i
    return total


def unrelated(x):
    return {"x": x}
'''
BETTER = b"def pairs(n: int) -> int:\n    return n * (n - 1) // 2\n"
OLD = "    total = 0\n    for i in range(n):\n        total += i\n    return total\n"
NEW = FILE.replace(OLD, "    return n * (n - 1) // 2\n")
RAISES = "def first(xs: list[int], k: int) -> int:\n    return xs[0] // k\n"


def qed(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["apply", *(str(a) for a in arguments)], catch_exceptions=False)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("QED_DEBUG", raising=False)
    Path("src").mkdir()
    Path("src/sums.py").write_text(FILE)
    Path("nothing.jsonl").write_text("")


def graph() -> None:
    """Make a graph that holds the better version, so that nothing need be proved."""
    spec = spec_node("pairs", own_spec(own_function(FILE.encode(), "src/sums.py", "pairs")).text.encode())
    baseline = implementation(spec, spec.content("spec.py"), None)
    put(Path("accepted"), spec, baseline, implementation(spec, BETTER, baseline))


OFFLINE = ("--proposer", "replay:nothing.jsonl")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("src/sums.py", "name the function as PATH::FUNCTION"),
        ("src/sums.py::a-b", "name the function as PATH::FUNCTION"),
        ("src/none.py::f", "there is no Python file src/none.py"),
        ("src::f", "src is a folder"),
        ("src/sums.py::f", "src/sums.py has no function 'f'; it has pairs, unrelated."),
        ("src/sums.py::pairs --test true", "--test runs the tests on the changed file; it goes with --write"),
        ("src/sums.py::pairs --budget soon", "--budget is a number and a unit"),
        ("src/sums.py::pairs --rounds 0", "--rounds must be at least 1"),
        ("src/sums.py::pairs --write --test no-such-command-here", "the tests cannot be started: no-such-command-here"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_code_2(arguments: str, said: str) -> None:
    done = qed(*arguments.split())
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert Path("src/sums.py").read_text() == FILE


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("class A:\n    def f(self, n: int) -> int:\n        return n\n", "f", "Unsupported: src/own.py:2: `f` is a method."),
        ("async def f(n: int) -> int:\n    return n\n", "f", "Unsupported: src/own.py:1: `f` is async."),
        ("def f():\n    pass\n\ndef f():\n    pass\n", "f", "defines `f` 2 times, on lines 1, 4"),
        ("import os\n\n\ndef f(n: int) -> int:\n    try:\n        return n\n    finally:\n        pass\n", "f", "src/own.py:5"),
        ("\n\n\ndef f(n: int) -> int:\n    return n + 0.5\n", "f", "src/own.py:5"),
        ("\n\ndef f(n):\n    return n\n", "f", "src/own.py:3:7: the parameter `n` has no type"),
    ],
)
def test_what_is_outside_the_language_is_told_by_its_line_in_the_file(text: str, name: str, said: str) -> None:
    Path("src/own.py").write_text(text)
    done = qed(f"src/own.py::{name}")
    assert done.exit_code == 3, done.output
    assert said in done.output


def test_what_is_printed_is_the_golden_text() -> None:
    graph()
    done = qed("src/sums.py::pairs", *OFFLINE)
    assert done.exit_code == 0, done.output
    text = f"{done.stdout}--\n{done.stderr}"
    if os.environ.get("QED_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
    assert Path("src/sums.py").read_text() == FILE


def test_the_patch_is_one_that_git_takes() -> None:
    graph()
    patch = qed("src/sums.py::pairs", *OFFLINE).stdout
    subprocess.run(["git", "apply", "-"], input=patch, text=True, check=True)  # noqa: S607
    assert Path("src/sums.py").read_text() == NEW


def test_write_changes_the_file_and_keeps_its_mode() -> None:
    graph()
    Path("src/sums.py").chmod(0o640)
    done = qed("src/sums.py::pairs", "--write", *OFFLINE)
    assert done.exit_code == 0
    assert "  written\n" in done.stderr
    assert Path("src/sums.py").read_text() == NEW
    assert Path("src/sums.py").stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in Path("src").iterdir()) == ["sums.py"]


def test_json_is_one_object() -> None:
    graph()
    data = json.loads(qed("src/sums.py::pairs", "--json", *OFFLINE).stdout)
    assert (data["improved"], data["written"], data["exit_code"], data["tier"]) == (True, False, 0, "kernel")
    assert data["patch"].startswith("--- a/src/sums.py\n+++ b/src/sums.py\n")
    assert data["reason"] is None


def command(body: str) -> str:
    Path("check.py").write_text(body)
    return f"{sys.executable} check.py"


def test_tests_run_before_and_after() -> None:
    graph()
    Path(".git").mkdir()  # tests run at the root of the repository
    body = "from pathlib import Path\nPath('runs').open('a').write(str('for i' in Path('src/sums.py').read_text()) + ' ')\n"
    done = qed("src/sums.py::pairs", "--write", "--allow-dirty", "--test", command(body), *OFFLINE)
    assert done.exit_code == 0, done.output
    assert "written, and the tests pass" in done.stderr
    assert Path("runs").read_text() == "True False "


def test_the_patch_is_taken_back_where_tests_fail_after_it() -> None:
    graph()
    (Path(".git")).mkdir()
    body = "import pathlib, sys\nsys.exit('for i' not in pathlib.Path('src/sums.py').read_text())\n"
    done = qed("src/sums.py::pairs", "--write", "--allow-dirty", "--test", command(body), *OFFLINE)
    assert done.exit_code == 1, done.output
    assert "taken back: the tests fail with it (exit code 1)" in done.stderr
    assert Path("src/sums.py").read_text() == FILE


def test_tests_that_fail_before_stop_it() -> None:
    graph()
    Path(".git").mkdir()
    done = qed("src/sums.py::pairs", "--write", "--allow-dirty", "--test", command("raise SystemExit(3)\n"), *OFFLINE)
    assert done.exit_code == 1
    assert "the tests fail before anything is changed" in done.stderr
    assert Path("src/sums.py").read_text() == FILE


def git(*words: str) -> None:
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org")
    subprocess.run(["git", *identity, *words], check=True, capture_output=True)  # noqa: S603, S607


def test_a_file_with_changes_is_left_alone() -> None:
    graph()
    git("init")
    done = qed("src/sums.py::pairs", "--write", *OFFLINE)
    assert done.exit_code == 2
    assert "src/sums.py has changes that git does not hold" in done.output
    git("add", "src")
    git("commit", "-m", "sums")
    Path("src/.sums.py.swp").write_text("")
    assert "is open in an editor" in qed("src/sums.py::pairs", "--write", *OFFLINE).output
    Path("src/.sums.py.swp").unlink()
    assert qed("src/sums.py::pairs", "--write", *OFFLINE).exit_code == 0
    assert Path("src/sums.py").read_text() == NEW


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("def f(n: int) -> int:\n    return 7 // n\n", "@require(lambda n: n != 0)"),
        ("def f(n: int) -> int:\n    return 1 << n\n", "@require(lambda n: n >= 0)"),
        ("def f(n: int) -> int:\n    while n != 0:\n        n -= 1\n    return n\n", "@require(lambda n: n >= 0)"),
        ("def f(xs: list[int]) -> int:\n    return xs[0] + max(xs)\n", "@require(lambda xs: len(xs) > 0)"),
        ("def f(xs: list[int], i: int) -> int:\n    t = 0\n    for k in range(i):\n        t += xs[k] << i\n    return t\n",
         "@require(lambda xs, i: 0 <= i <= len(xs))"),
        (RAISES.replace("first", "f"), "@require(lambda xs, k: k != 0 and len(xs) > 0)"),
        ("def f(n: int) -> int:\n    return n\n", None),
    ],
)  # fmt: skip
def test_a_precondition_is_suggested_where_runs_raise(text: str, due: str | None) -> None:
    assert suggested(spec_of(f"@target\n{text}"), DEFAULT) == due


@pytest.mark.slow
@pytest.mark.lean
def test_a_function_that_can_raise_is_refused_with_what_to_require() -> None:
    Path("src/own.py").write_text(f"# mine\n\n\n{RAISES}")
    done = qed("src/own.py::first")
    assert done.exit_code == 1, done.output
    assert "Raises: " in done.stderr
    assert "@require(lambda xs, k: k != 0 and len(xs) > 0), with `from icontract import require`" in done.stderr
    data = json.loads(qed("src/own.py::first", "--json").stdout)
    assert (data["reason"], data["improved"], data["exit_code"]) == ("Raises", False, 1)
    assert data["advice"].startswith("If such inputs are not meant")


@pytest.mark.slow
@pytest.mark.lean
def test_a_function_is_improved_by_proof_and_its_tests_pass() -> None:
    text = FILE.replace("@require(lambda n: n >= 0)\n", "").replace("from icontract import require\n", "import os\n")
    Path("src/sums.py").write_text(text)
    Path("src/check.py").write_text("from sums import pairs\n\nassert [pairs(n) for n in (-2, 0, 5)] == [0, 0, 10]\n")
    check = f"{sys.executable} check.py"
    done = qed("src/sums.py::pairs", "--write", "--accepted", "proofs", "--test", check, "--budget", "15m")
    assert done.exit_code == 0, done.output
    new = Path("src/sums.py").read_text()
    assert "for i" not in new
    assert new.startswith(text.partition("    total = 0")[0])
    assert new.endswith(text.partition("return total")[2])
    assert any(Path("proofs").iterdir())
