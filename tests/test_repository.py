"""What holds of the repository as a whole."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify import reasons
from verify.limits import DEFAULT
from verify.reasons import Reason
from verify.spec import to_specs

ROOT = Path(__file__).resolve().parent.parent
MODULE_LINES, FUNCTION_LINES = 400, 50
CODE = sorted(p for package in ("verify", "loop") for p in (ROOT / package).rglob("*.py"))
SHOWS_OR_HOLDS = {
    "verify/__init__.py", "verify/markers.py", "verify/ci_formats.py", "verify/gates/__init__.py", "verify/limits.py",
}  # fmt: skip
"""modules of verify with nothing in them that judges"""


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (n.name for n in names)
            case ast.ImportFrom(module=str(module)):
                yield module
            case ast.Constant(value=str(text)) if re.fullmatch(r"loop(\.\w+)+", text):
                yield text  # what importlib would be given


def test_what_decides_never_imports_what_tries() -> None:
    for path in (ROOT / "verify").rglob("*.py"):
        found = [m for m in imports(ast.parse(path.read_text())) if m.split(".")[0] == "loop"]
        assert not found, f"{named(path)} imports {found}"


def test_ci_runs_without_loop(tmp_path: Path) -> None:
    for package in ("verify", "lean"):
        (tmp_path / package).symlink_to(ROOT / package)
    (tmp_path / "accepted").mkdir()
    command = [sys.executable, "-m", "verify", "ci", "--all"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 1, done.stderr
    assert "nothing to re-prove" in done.stdout


@pytest.mark.parametrize("path", CODE, ids=named)
def test_modules_and_functions_are_short(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= MODULE_LINES
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node) or ""
            # a sentence on the length in the docstring is the reason
            assert (node.end_lineno or 0) - node.lineno < FUNCTION_LINES or "one table" in doc, f"{named(path)}: {node.name}"


@pytest.mark.parametrize("path", CODE, ids=named)
def test_modules_say_what_they_are_for(path: Path) -> None:
    doc = ast.get_docstring(ast.parse(path.read_text())) or ""
    assert doc
    if path.is_relative_to(ROOT / "verify") and named(path) not in SHOWS_OR_HOLDS:
        assert re.search(r"^(Decides|Refuses only): ", doc, re.MULTILINE), f"{named(path)} says neither"


def reason_classes() -> list[str]:
    return sorted(n for n, v in vars(reasons).items() if isinstance(v, type) and issubclass(v, Reason) and v is not Reason)


@pytest.mark.parametrize("name", reason_classes())
def test_every_reason_is_met_by_a_test(name: str) -> None:
    if name == "Counterexample":
        pytest.skip("the base of three reasons; it is never made itself")
    files = [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "tests" / "cases").rglob("expected")]
    texts = (p.read_text() for p in files if p != Path(__file__))
    assert any(re.search(rf"\b{name}\b", t) for t in texts)


def make(*arguments: str) -> str:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603, S607


def test_make_help_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    listed = re.findall(r"^make ([\w-]+) ", make("help"), re.MULTILINE)
    assert sorted(listed) == sorted(phony[1].split())
    assert {"run", "round", "test", "check", "ci", "clean", "help"} <= set(listed)


def test_readme_names_commands_that_exist() -> None:
    from loop.cli import app  # noqa: PLC0415

    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    known |= {str(g.name) for g in app.registered_groups}
    text = (ROOT / "README.md").read_text()
    assert set(re.findall(r"^ +qed (\w+)|`qed (\w+)", text, re.MULTILINE)) <= {(k, "") for k in known} | {("", k) for k in known}
    assert set(re.findall(r"^    make (\w+)|`make (\w+)`", text, re.MULTILINE)) <= {
        pair for t in re.findall(r"^make ([\w-]+) ", make("help"), re.MULTILINE) for pair in ((t, ""), ("", t))
    }


def tracked_texts() -> Iterator[tuple[str, str]]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.exists() and (path.suffix in {".py", ".md", ".toml", ".lean", ".js", ".json"} or path.name == "Makefile"):
            yield name, path.read_text()


def test_no_file_names_a_machine() -> None:
    for name, text in tracked_texts():
        if name != named(Path(__file__)):
            assert not re.search(r"/work/|/root/|/home/\w|/tmp/w/", text), name


@pytest.mark.parametrize("path", sorted((ROOT / "specs").rglob("*.py")), ids=named)
def test_shipped_specs_read(path: Path) -> None:
    assert to_specs(path.read_bytes(), named(path), DEFAULT)


def test_lean_project_names_its_files() -> None:
    root = re.findall(r"^public import QED\.(\w+)$", (ROOT / "lean" / "QED.lean").read_text(), re.MULTILINE)
    assert sorted(root) == sorted(p.stem for p in (ROOT / "lean" / "QED").glob("*.lean"))
    assert re.fullmatch(r"leanprover/lean4:v[0-9.]+\n", (ROOT / "lean" / "lean-toolchain").read_text())
