"""QED Loop outside of its repository: what is in its wheel and its sdist, and that commands work where neither is near."""

import json
import subprocess
import sys
import tarfile
import venv
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from installed import OWN, ROOT, Environment, built, made
from test_export import FAST, NODES, put

from loop import __version__
from loop.hosting.pins import read_pins
from verify.canonical import digest_bytes
from verify.environment import trusted_files
from verify.toolchain import Toolchain

SPEC = """from icontract import ensure, require
from verify import target


@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: result >= n)
def thirds(n: int) -> int:
    total = 0
    for i in range(n):
        total += 3
    return total
"""
FASTER = "def thirds(n: int) -> int:\n    return 3 * n\n"
WRONG = "def thirds(n: int) -> int:\n    return 3 * n if n != 7 else 20\n"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(packages: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return made(tmp_path_factory.mktemp("installed"), packages[1])


def names_in(packages: tuple[Path, Path]) -> tuple[set[str], set[str]]:
    with tarfile.open(packages[0]) as sdist, zipfile.ZipFile(packages[1]) as wheel:
        return {n.partition("/")[2] for n in sdist.getnames()}, set(wheel.namelist())


def metadata(packages: tuple[Path, Path]) -> Message:
    with zipfile.ZipFile(packages[1]) as wheel:
        return message_from_bytes(wheel.read(f"qedloop-{__version__}.dist-info/METADATA"))


# -- what is in them ------------------------------------------------------------------------------------------------------------


def test_the_wheel_holds_the_judge_of_the_repository_and_no_other(packages: tuple[Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(packages[1]) as wheel:
        wheel.extractall(tmp_path)  # noqa: S202 - made just now
    here, there = trusted_files(ROOT), trusted_files(tmp_path)
    assert {n: digest_bytes(c) for n, c in here.items()} == {n: digest_bytes(c) for n, c in there.items()}
    assert "lean/QED/Semantics.lean" in there


def test_what_is_needed_is_in_and_nothing_else(packages: tuple[Path, Path]) -> None:
    sdist, wheel = names_in(packages)
    for path in (p for folder in ("verify", "loop", "lean") for p in (ROOT / folder).rglob("*") if p.is_file()):
        name = path.relative_to(ROOT).as_posix()
        kept = "__pycache__" not in path.parts and ".lake" not in path.parts
        assert (name in wheel) == kept, name
        assert (name in sdist) == kept, name
    assert {"loop/py.typed", "verify/py.typed", "verify/driver.js", "verify/driver.lean", "verify/syntax_allowed.toml"} < wheel
    tops = {n.partition("/")[0] for n in wheel}
    assert tops == {"verify", "loop", "lean", f"qedloop-{__version__}.dist-info"}
    assert not {n for n in sdist if n.split("/")[0] in ("tests", "bench", ".ci", ".git", ".venv", ".qed")}
    assert {"LICENSE", "README.md", "pyproject.toml", "docs/language.md"} < sdist
    assert f"qedloop-{__version__}.dist-info/licenses/LICENSE" in wheel


def test_the_metadata_says_what_holds(packages: tuple[Path, Path]) -> None:
    said = metadata(packages)
    assert (said["Name"], said["Version"], said["License-Expression"]) == ("qedloop", __version__, "Apache-2.0")
    assert said["Requires-Python"] == "<3.13,>=3.11"
    classifiers = said.get_all("Classifier") or []
    assert "Operating System :: POSIX :: Linux" in classifiers
    assert not [c for c in classifiers if "Windows" in c]
    assert said["Description-Content-Type"] == "text/markdown"
    assert "# QED Loop" in str(said.get_payload())
    assert not said.get_all("Project-URL")


def test_every_pinned_node_is_carried(packages: tuple[Path, Path]) -> None:
    _, wheel = names_in(packages)
    for pin in read_pins().values():
        assert {p.name for p in (ROOT / "accepted" / pin.node).iterdir()} == {
            n.rpartition("/")[2] for n in wheel if n.startswith(f"loop/hosting/accepted/{pin.node}/")
        }


# -- what works where it is installed -------------------------------------------------------------------------------------------


def test_the_command_says_its_version(installed: Environment) -> None:
    for command in (("qed", "--version"), ("python", "-m", "loop", "--version")):
        done = installed.run(*command)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"qed {__version__}\n", "")


def test_nothing_of_this_environment_was_written_over(installed: Environment) -> None:
    (site,) = installed.root.glob("lib/python*/site-packages")
    assert all((site / name).is_dir() and not (site / name).is_symlink() for name in OWN)


def test_the_judge_is_the_repositorys(installed: Environment) -> None:
    code = (
        "from verify.canonical import digest\nfrom verify.certificate import trusted_pairs\n"
        "from verify.environment import ROOT, trusted_files\nprint(ROOT)\n"
        "print(digest('judge', dict(trusted_pairs(trusted_files(ROOT)))))"
    )
    there = installed.run("python", "-c", code)
    assert there.returncode == 0, there.stderr
    place, digest = there.stdout.split()
    assert Path(place).is_relative_to(installed.root)
    here = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert here.stdout.split()[1] == digest


def test_the_loops_own_functions_run_in_their_accepted_versions(installed: Environment) -> None:
    done = installed.run("qed", "doctor", "--json")
    hosted = json.loads(done.stdout)["hosted"]
    assert {h["name"]: h["node"] for h in hosted} == {name: pin.node for name, pin in read_pins().items()}
    assert "warning" not in done.stderr.lower()


def test_pins_are_written_in_a_checkout_only(installed: Environment) -> None:
    done = installed.run("python", "-m", "loop.hosting.pin", ".")
    assert done.returncode == 2
    assert "in a checkout" in done.stderr


def test_the_gate_works_without_a_repository(installed: Environment) -> None:
    put(installed.work / "graph", *NODES)
    for command in (("qed", "ci"), ("python", "-m", "verify", "ci")):
        nothing = installed.run(*command, "--accepted", "not-there")
        assert (nothing.returncode, nothing.stdout) == (2, "")
        assert "there is no graph at not-there" in nothing.stderr
        done = installed.run(*command, "--accepted", "graph", "--json")
        # these nodes were bound by hand, and are no proofs: the judge that is installed reads them, and refuses each
        said = json.loads(done.stdout)
        assert done.returncode in (1, 3, 4), done.stderr
        assert len(said["rows"]) == said["expected"] > 0
        assert "accept" not in {row["verdict"] for row in said["rows"]}


def test_heads_are_exported_and_the_package_installed(installed: Environment) -> None:
    put(installed.work / "heads", *NODES)
    done = installed.run("qed", "export", "some-sums", "--checked", "--accepted", "heads")
    assert done.returncode == 0, done.stderr
    command = [sys.executable, "-m", "pip", "--python", str(installed.python), "install", "--no-deps", "--no-index", "-q"]
    command += ["--no-build-isolation", "--disable-pip-version-check", str(installed.work / "some-sums")]
    pip = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert pip.returncode == 0, pip.stderr
    use = "import sys, some_sums; from some_sums.checked import lcm; print(some_sums.gcd(12, 18), lcm(4, 6), some_sums.__file__)"
    said = installed.run("python", "-c", use)
    assert said.stdout.startswith("6 12 "), said.stderr
    assert "site-packages" in said.stdout
    # pip has compiled the programs among the nodes, which changes none of them
    checked = installed.run("python", "-m", "some_sums.recheck", "--no-proofs")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    proved = installed.run("python", "-m", "some_sums.recheck")
    assert proved.returncode in (1, 3, 4), proved.stdout
    assert FAST.id[:12] in proved.stdout


def test_a_typed_spec_sees_the_types(installed: Environment) -> None:
    text = "from verify import pure\n\n\n@pure\ndef f(n: int) -> int:\n    return n\n\n\nreveal_type(f)\n"
    (installed.work / "typed.py").write_text(text)
    done = installed.run("python", "-m", "mypy", "--strict", "--follow-imports=silent", "typed.py")
    assert 'Revealed type is "def (n: int) -> int"' in done.stdout.replace("builtins.", ""), done.stdout
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.lean
def test_a_candidate_is_accepted_and_its_graph_proved_again(installed: Environment, toolchain: Toolchain) -> None:
    for name, text in (("mine.py", SPEC), ("faster.py", FASTER), ("wrong.py", WRONG)):
        (installed.work / name).write_text(text)
    wrong = installed.run("qed", "check", "mine.py", "wrong.py", seconds=600)
    assert wrong.returncode == 1, wrong.stdout + wrong.stderr
    for words in (("mine.py",), ("mine.py", "faster.py")):
        done = installed.run("qed", "check", *words, "--admit", "--accepted", "accepted", seconds=600)
        assert done.returncode == 0, done.stdout + done.stderr
    again = installed.run("python", "-m", "verify", "ci", "--all", seconds=600)
    assert again.returncode == 0, again.stdout + again.stderr


@pytest.mark.slow
def test_pip_installs_it_with_all_that_it_needs(packages: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    venv.create(tmp_path / "venv", with_pip=True)
    env = Environment(tmp_path / "venv", tmp_path / "work")
    done = env.run("python", "-m", "pip", "install", "-q", packages[0], seconds=1_000)
    if "No matching distribution" in done.stderr or "Could not find a version" in done.stderr:
        pytest.skip("there is no package index here")
    assert done.returncode == 0, done.stderr[-2000:]
    assert env.run("qed", "--version").stdout == f"qed {__version__}\n"
    assert json.loads(env.run("qed", "doctor", "--json").stdout)["tools"]
