"""What `qed new` and `qed init` write: files within the language, tests of them that can fail, and nothing over what is there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from loop import __version__
from loop.cli import app
from loop.commands.common import UsageError
from loop.commands.new import NewArguments, answered, to_wanted
from loop.starting.baseline import fresh
from loop.starting.folder import pieces
from loop.starting.spec_text import Wanted, to_spec_text
from loop.starting.trial_text import strategy, tried
from verify.governance import Governance, governance_from
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.spec import signature, to_specs
from verify.types import ListOf, TupleOf, is_value


def qed(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def pytest_in(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the tests of a folder as its owner does."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=200)  # noqa: S603


# -- the spec -------------------------------------------------------------------------------------------------------------------

TYPES = [
    ("", "int"),
    ("n: int", "int"),
    ("n: int", "bool"),
    ("b: bool, n: int", "tuple[int, bool]"),
    ("xs: list[int]", "int"),
    ("xs: list[int], total: int, i: int, item: bool", "list[int]"),
    ("rows: list[list[int]], flags: list[bool], pairs: list[tuple[int, int]]", "list[list[bool]]"),
    ("p: tuple[int, bool, list[int], tuple[int, int]]", "tuple[list[int], tuple[bool, int]]"),
    ("xs: List[int], t: Tuple[int, bool]", "List[Tuple[int, bool]]"),
]


@pytest.mark.parametrize(("parameters", "returns"), TYPES)
def test_what_is_written_reads_and_the_baseline_returns_its_type(parameters: str, returns: str) -> None:
    made = to_spec_text(Wanted(name="made", parameters=parameters, returns=returns), "made.py")
    assert made.stands_in
    assert made.spec.digest == to_specs(made.text.encode(), "made.py", DEFAULT)[0].digest
    plainly = f"made({parameters}) -> {returns}".replace("List", "list").replace("Tuple", "tuple")
    assert signature(made.spec.program) == plainly
    found = tried(made.spec)
    assert found.broken is None
    assert found.examples
    for arguments, value in found.examples:
        assert is_value(value, made.spec.program.result)
        assert Interpreter(made.spec.program, DEFAULT).run(arguments).value == value
    space: dict[str, Any] = {}
    exec(compile(made.text, "made.py", "exec"), space)  # noqa: S102 - it is to run as plain Python
    for arguments, value in found.examples:
        assert space["made"](*arguments) == value


def test_the_baseline_is_more_than_a_constant() -> None:
    for parameters, returns in TYPES[1:]:
        found = tried(to_spec_text(Wanted(name="made", parameters=parameters, returns=returns), "made.py").spec)
        if returns != "bool":
            assert len({repr(value) for _, value in found.examples}) > 1, parameters


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(name="Tri"), "plain Python name"),
        (Wanted(name="lambda"), "plain Python name"),
        (Wanted(name="sum"), "plain Python name"),
        (Wanted(name="../up"), "plain Python name"),
        (Wanted(name="f", parameters="n"), "--parameters 'n'"),
        (Wanted(name="f", parameters="n: float"), "float"),
        (Wanted(name="f", parameters="n: int = 3"), "--parameters"),
        (Wanted(name="f", parameters="n: int) -> int:\n    return 0\ndef g(m: int"), "more than types"),
        (Wanted(name="f", parameters="n: int) -> int: return 1\n@target\ndef g(n: int"), "more than types"),
        (Wanted(name="f", parameters="é: int"), "not printable ASCII"),
        (Wanted(name="f", returns="int, m: int"), "one type"),
        (Wanted(name="f", returns="str"), "--returns 'str': "),
        (Wanted(name="f", require=("n >",)), "no expression"),
        (Wanted(name="f", require=("n > 0) or print(n",)), "no expression"),
        (Wanted(name="f", require=("n > 0 #",), result="other"), "--result is one of"),
        (Wanted(name="f", better="fastest"), "--better is one of"),
        (Wanted(name="f", result="contract"), "state it with --ensure"),
    ],
)
def test_what_says_nothing_is_wrong_usage(wanted: Wanted, said: str) -> None:
    with pytest.raises(UsageError, match=r".") as raised:
        to_spec_text(wanted, "f.py")
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("arguments", "reason", "code"),
    [
        ("--require known(n)", "BadContract", 1),
        ("--require m>0", "BadContract", 1),
        ("--ensure result==open(n)", "BadContract", 1),
        ("--ensure result/2==n", "Unsupported", 3),
    ],
)
def test_what_the_judge_would_refuse_is_not_written(arguments: str, reason: str, code: int) -> None:
    done = qed("new", "f", *arguments.split(), "--json")
    assert done.exit_code == code, done.output
    data = json.loads(done.stdout)
    assert data["reason"] == reason
    assert data["message"].startswith("`@"), "there is no file to name yet"
    assert not Path("specs").exists()
    assert not Path("tests").exists()


def test_names_of_locals_are_fresh() -> None:
    assert fresh("total", {"total", "total2", "n"}) == "total3"


def test_inputs_are_drawn_for_every_type() -> None:
    nested = ListOf(TupleOf(("int", "bool")))
    assert strategy(nested, 5) == "st.lists(st.tuples(st.integers(-5, 5), st.booleans()), max_size=5)"


def test_a_function_that_grows_fast_is_tried_on_small_inputs_only() -> None:
    text = "from verify import target\n\n\n@target\ndef f(n: int) -> int:\n    return 1 if n < 2 else f(n - 1) + f(n - 2)\n"
    found = tried(to_specs(text.encode(), "f.py", DEFAULT)[0])
    assert 3 <= found.largest <= 21
    assert found.examples[-1][0][0] <= found.largest


def test_inputs_are_found_where_small_ones_are_not_allowed() -> None:
    made = to_spec_text(Wanted(name="f", require=("n > 200",), ensure=("result >= n",)), "f.py")
    found = tried(made.spec)
    assert found.examples
    assert all(arguments[0] > 200 for arguments, _ in found.examples)


# -- the files ------------------------------------------------------------------------------------------------------------------

OWN = '''"""Of somebody."""

import os

from icontract import require


def half(n: int) -> int:
    return n // 2


@require(lambda n: n >= 0)
def total(n: int, xs: list[int]) -> int:
    """Add them."""
    found = half(n)  # a word
    for x in xs:
        found += x
    return found


def strange(n: int) -> str:
    return str(n)
'''


def test_the_files_are_written_once_and_their_tests_pass_and_can_fail(tmp_path: Path) -> None:
    done = qed("new", "tri", "--family", "sums/own", "--require", "n >= 0", "--ensure", "2 * result == n * (n - 1)")
    assert done.exit_code == 0, done.output
    assert "next: qed check specs/sums/own/tri.py" in done.stdout
    spec = Path("specs/sums/own/tri.py")
    before = spec.read_bytes()
    again = qed("new", "tri", "--family", "sums/own")
    assert (again.exit_code, spec.read_bytes()) == (2, before)
    assert "--force" in again.stderr
    passed = pytest_in(tmp_path)
    assert passed.returncode == 0, passed.stdout
    spec.write_bytes(before.replace(b"total += i", b"total += i + (1 if n == 7 else 0)"))
    failed = pytest_in(tmp_path)
    assert failed.returncode == 1
    assert "ViolationError" in failed.stdout
    assert qed("new", "tri", "--family", "sums/own", "--force").exit_code == 0
    assert spec.read_bytes() != before


def test_a_placeholder_that_breaks_the_contract_is_told() -> None:
    done = qed("new", "squares", "--require", "n >= 0", "--ensure", "result == n * n", "--json")
    data = json.loads(done.stdout)
    assert (data["meets_contract"], data["stands_in"]) == (False, True)
    said = qed("new", "squares", "--require", "n >= 0", "--ensure", "result == n * n", "--force").stdout
    assert "does not meet the contract yet: on n = 1" in said


def test_from_holds_the_text_of_the_function() -> None:
    Path("own.py").write_text(OWN)
    done = qed("new", "--from", "own.py::total", "--ensure", "result >= 0 or n == n")
    assert done.exit_code == 0, done.output
    text = Path("specs/general/total.py").read_text()
    assert OWN[OWN.index("def total") : OWN.index("\n\n\ndef strange")] in text
    assert "def half" in text
    (spec,) = to_specs(text.encode(), "total.py", DEFAULT)
    assert spec.name == "total"
    assert text.index("@target") < text.index("@require(lambda n: n >= 0)") < text.index("@ensure(lambda n, result:")
    assert text.startswith("from icontract import ensure, require\n")
    assert "stands in" not in done.stdout
    assert qed("new", "other", "--from", "own.py::total").exit_code == 2
    assert qed("new", "--from", "own.py::total", "--returns", "int").exit_code == 2
    assert qed("new", "--from", "own.py::nothing").exit_code == 2
    assert qed("new", "--from", "own.py").exit_code == 2


def test_from_refuses_by_the_lines_of_the_own_file() -> None:
    Path("own.py").write_text(OWN)
    done = qed("new", "--from", "own.py::strange")
    assert done.exit_code in {1, 3}
    line = OWN[: OWN.index("def strange")].count("\n") + 1
    assert f"own.py:{line}" in done.stderr
    assert not Path("specs").exists()


@pytest.mark.parametrize("family", ["../out", "/etc", "Sums", "a//b", "a/", "", "sums/../x", "-x"])
def test_a_family_is_a_folder_below_specs(family: str) -> None:
    done = qed("new", "f", f"--family={family}")
    assert done.exit_code == 2
    assert not Path("specs").exists()


def test_questions_fill_in_what_was_not_said() -> None:
    answers = {"name": "asked", "family": "mine", "parameters": "xs: list[int]", "type": "int", "of every": "", "of the": ""}
    said: list[str] = []

    def ask(question: str, default: str) -> str:
        said.append(question)
        if "of every" in question and sum("of every" in q for q in said) == 1:
            return "len(xs) > 0"
        return next(text for key, text in answers.items() if key in question) or default

    found = answered(NewArguments(), ask)
    assert (found.name, found.family, found.require, found.ensure) == ("asked", "mine", ("len(xs) > 0",), ())
    assert to_spec_text(to_wanted(found), "asked.py").spec.name == "asked"
    assert NewArguments(name="n").asks
    assert not NewArguments(name="n", returns="int").asks


def test_without_a_terminal_nothing_is_asked() -> None:
    done = qed("new")
    assert done.exit_code == 2
    assert "qed new NAME" in done.stderr


# -- a folder -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ci", ["github", "gitlab", "none"])
def test_init_writes_files_that_read(ci: str, tmp_path: Path) -> None:
    done = qed("init", "mine", "--ci", ci, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    written = sorted(p.relative_to("mine").as_posix() for p in Path("mine").rglob("*") if p.is_file())
    assert sorted(data["wrote"]) == written
    assert (data["left"], data["lacks"], data["git"]) == ([], [], None)
    pipelines = {"github": ".github/workflows/qed.yml", "gitlab": ".gitlab-ci.yml"}
    assert {p for p in pipelines.values() if p in written} == {p for name, p in pipelines.items() if name == ci}
    for name in (*(p for p in pipelines.values() if p in written), ".pre-commit-config.yaml"):
        assert yaml.safe_load(Path("mine", name).read_text())
    governance = governance_from(Path("mine/policy.toml").read_bytes(), "policy.toml")
    assert governance.accepts_all
    assert governance != Governance()
    assert Path("mine/requirements.txt").read_text().splitlines()[-1] == f"qedloop=={__version__}"
    assert ".qed/" in Path("mine/.gitignore").read_text().splitlines()
    for piece in pieces(ci, pre_commit=True):
        assert "@@" not in piece.text, piece.path
        assert "\t" not in piece.text
    if ci == "none":
        assert pytest_in(tmp_path / "mine").returncode == 0


def test_init_leaves_what_is_there() -> None:
    Path("mine/specs").mkdir(parents=True)
    Path("mine/specs/own.py").write_text("mine")
    Path("mine/.gitignore").write_text("*.log\n")
    Path("mine/README.md").symlink_to("nowhere")
    first = json.loads(qed("init", "mine", "--no-pre-commit", "--git", "--json").stdout)
    assert set(first["left"]) == {".gitignore", "README.md"}
    assert any(".qed/" in line for line in first["lacks"])
    assert first["git"] == "made"
    assert Path("mine/.gitignore").read_text() == "*.log\n"
    assert not Path("mine/nowhere").exists()
    assert not Path("mine/specs/sums").exists(), "who has specs needs no example"
    assert not Path("mine/tests").exists(), "nor its test"
    assert not Path("mine/.pre-commit-config.yaml").exists()
    before = {p: p.read_bytes() for p in Path("mine").rglob("*") if p.is_file() and ".git/" not in str(p)}
    second = json.loads(qed("init", "mine", "--no-pre-commit", "--git", "--json").stdout)
    assert (second["wrote"], second["git"]) == ([], "there")
    assert {p: p.read_bytes() for p in before} == before


def test_init_refuses_what_means_nothing() -> None:
    Path("file").write_text("")
    for arguments in (["file"], ["mine", "--ci", "other"]):
        done = qed("init", *arguments)
        assert done.exit_code == 2, done.output
    assert not Path("mine").exists()


def test_the_hook_runs_the_gate_also_before_there_is_a_commit(tmp_path: Path) -> None:
    assert qed("init", "mine", "--git").exit_code == 0
    (hook,) = yaml.safe_load(Path("mine/.pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    fakes = tmp_path / "bin"
    fakes.mkdir()
    (fakes / "qed").write_text('#!/bin/sh\necho "$@"\n')
    (fakes / "qed").chmod(0o755)
    env = {"PATH": f"{fakes}:/usr/bin:/bin", "HOME": str(tmp_path), "GIT_CONFIG_GLOBAL": "/dev/null"}

    def run(command: str) -> str:
        return subprocess.run(["bash", "-c", command], cwd="mine", env=env, capture_output=True, text=True, check=True).stdout  # noqa: S603, S607

    assert run(hook["entry"]) == "ci --all\n"
    run("git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one")
    assert run(hook["entry"]) == "ci --base HEAD --trust-change\n"


@pytest.mark.parametrize(("base", "due"), [("", "--all"), ("abc123", "--base abc123")])
def test_the_step_of_the_workflow_hands_on_the_verdict(base: str, due: str, tmp_path: Path) -> None:
    assert qed("init", "mine").exit_code == 0
    steps = yaml.safe_load(Path("mine/.github/workflows/qed.yml").read_text())["jobs"]["gate"]["steps"]
    (gate,) = [s for s in steps if s.get("name") == "The gate"]
    fake = tmp_path / "run" / "qed" / "bin" / "qed"
    fake.parent.mkdir(parents=True)
    fake.write_text('#!/bin/sh\necho "$@"\necho summary > qed.md\nexit 3\n')
    fake.chmod(0o755)
    env = {"PATH": "/usr/bin:/bin", "BASE": base, "TREE": "/tree", "GITHUB_STEP_SUMMARY": str(tmp_path / "said.md")}
    command = ["bash", "-e", "-c", gate["run"]]
    done = subprocess.run(command, cwd=tmp_path / "run", env=env, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (3, f"ci --tree /tree {due} --markdown qed.md\n")
    assert (tmp_path / "said.md").read_text() == "summary\n"
