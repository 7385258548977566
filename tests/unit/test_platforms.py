"""Where Linux's own calls are missing, as on macOS: what needs no sandbox works, and what needs one says so."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small_graph import chain, put

ROOT = Path(__file__).resolve().parents[2]
MACOS = """
import asyncio, ctypes, multiprocessing, os, platform, selectors, shutil, subprocess, sys, sysconfig, tempfile, uuid
from pathlib import Path
sysconfig.get_config_vars()  # of the system that this really is
sys.platform = "darwin"
platform.system = lambda: "Darwin"
for name in ("sched_getaffinity", "sched_setaffinity", "memfd_create", "pidfd_open", "eventfd", "splice", "posix_fadvise"):
    if hasattr(os, name):
        delattr(os, name)
library, read = ctypes.CDLL, Path.read_text
def cdll(name=None, *more, **options):
    if name is None:
        raise AssertionError("a call of Linux")
    return library(name, *more, **options)
def read_text(path, *more, **options):
    if str(path).startswith(("/proc", "/sys")):
        raise FileNotFoundError(2, "No such file or directory", str(path))
    return read(path, *more, **options)
ctypes.CDLL, Path.read_text = cdll, read_text
"""
"""what this process is made to look like before anything of this project is imported"""
LIBRARIES = "import cvc5, egglog, lean_dojo, numpy, optuna, sklearn.linear_model, z3\n"
"""those that look for files of another system's make"""
QED = "import sys\nfrom loop.cli import main\nsys.exit(main())\n"
SPEC = "from verify import target\n\n\n@target\ndef f(n: int) -> int:\n    return n + 0\n"


def on_macos(work: Path, code: str, *words: str | Path, before: str = "import numpy\n") -> subprocess.CompletedProcess[str]:
    env = {**{k: v for k, v in os.environ.items() if k in ("HOME", "PATH")}, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", before + MACOS + code, *map(str, words)]
    return subprocess.run(command, cwd=work, env=env, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture
def work(tmp_path: Path) -> Path:
    put(tmp_path / "accepted", *chain("f", 2))
    (tmp_path / "spec.py").write_text(SPEC)
    return tmp_path


@pytest.mark.slow
def test_every_module_is_imported(work: Path) -> None:
    paths = [p.relative_to(ROOT) for folder in ("verify", "loop") for p in (ROOT / folder).rglob("*.py")]
    modules = [".".join(p.with_suffix("").parts) for p in sorted(paths) if p.name not in ("__init__.py", "__main__.py")]
    done = on_macos(work, f"import importlib\nfor name in {modules!r}:\n    importlib.import_module(name)\n", before=LIBRARIES)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ("--version",), ("--help",), ("graph", "show"), ("graph", "log", "f", "--json"), ("certificate", "show", "f"),
        ("explain", "f", "--json"), ("export", "out"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_needs_no_sandbox_works(words: tuple[str, ...], work: Path) -> None:
    done = on_macos(work, QED, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_program_is_not_run_and_the_message_says_why(work: Path) -> None:
    done = on_macos(work, QED, "check", "spec.py", "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 4
    assert "NoSandbox" in done.stdout
    assert "it is part of Linux" in done.stdout
    assert "Traceback" not in done.stderr
    assert said


def test_a_run_ends_before_it_begins(work: Path) -> None:
    done = on_macos(work, QED, "run", "spec.py", "--budget", "5s", "--accepted", "mine")
    assert done.returncode == 4
    assert "no sandbox works here" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not any((work / "mine").glob("*/node.json"))


def test_doctor_names_what_mends_it(work: Path) -> None:
    done = on_macos(work, QED, "doctor", "--json")
    data = json.loads(done.stdout)
    (tool,) = [t for t in data["tools"] if t["name"] == "sandbox"]
    assert "on Linux" in tool["mend"]
    assert "apt-get" not in tool["mend"]
    assert {level["why"] for level in data["sandbox"]} == {"it is part of Linux"}
