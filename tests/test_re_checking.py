"""Every command of docs/re-checking.md does what the page says.

The commands run as they stand there. For a native Lean and a program `cvc5` others stand in, which read the same files: the
portable Lean, in which the theorem is audited for its axioms, and cvc5's library.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from targets import task_of

from verify.limits import DEFAULT
from verify.obligations import to_obligations

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "re-checking.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NODE, FILES, LIBRARY, BOUND, NAME, BUILD, AXIOMS, SMT = BLOCKS
LAKE = f"""#!{sys.executable}
import pathlib, sys
sys.path.insert(0, {str(ROOT)!r})
from verify.limits import DEFAULT
from verify.standby import start_kernel
from verify.toolchain import find

def elaborated(kernel, text):
    body = "\\n".join("" if line in ("module", "public import QED") else line for line in text.split("\\n"))
    done = kernel.session.elaborate(kernel.library, body, keep=True, timeout=600)
    if done.errors:
        sys.exit("\\n".join(m.text for m in done.messages))
    return done.env

match sys.argv[1:]:
    case ["build"]:
        pass
    case ["env", "lean", "-o", out, file]:
        kernel = start_kernel(find("portable"), DEFAULT)
        with kernel.session:
            elaborated(kernel, pathlib.Path(file).read_text())
        pathlib.Path(out).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(out).write_text(pathlib.Path(file).read_text())
    case ["env", "lean", file]:
        first, check, axioms = pathlib.Path(file).read_text().splitlines()
        name, type_ = check.removeprefix("#check (").removesuffix(")").split(" : ")
        assert (first, axioms) == ("import Check", f"#print axioms {{name}}")
        kernel = start_kernel(find("portable"), DEFAULT)
        with kernel.session:
            env = elaborated(kernel, pathlib.Path(".lake/build/lib/lean/Check.olean").read_text())
            audit = kernel.session.audit(kernel.library, env, name)
        assert audit.exists and audit.type_const == type_
        print(f"{{name}} : {{audit.type_const}}")
        print(f"'{{name}}' depends on axioms: [{{', '.join(a.name for a in audit.axioms if a.kind == 'axiom')}}]")
    case other:
        sys.exit(f"lake: {{other}}")
"""
CVC5 = f"""#!{sys.executable}
import sys, cvc5
flag, file = sys.argv[1:]
assert flag == "--incremental"
solver = cvc5.Solver(cvc5.TermManager())
solver.setOption("incremental", "true")
parser = cvc5.InputParser(solver)
parser.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, file)
while not (command := parser.nextCommand()).isNull():
    sys.stdout.write(str(command.invoke(solver, parser.getSymbolManager())))
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a folder with the graph and the library, and the programs that stand in for missing ones."""
    shutil.copytree(ROOT / "accepted", tmp_path / "accepted")
    shutil.copytree(ROOT / "lean", tmp_path / "lean", ignore=shutil.ignore_patterns(".lake"))
    (tmp_path / "bin").mkdir()
    for name, text in {"lake": LAKE, "cvc5": CVC5}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def shell(checkout: Path, *blocks: str, **variables: str) -> list[str]:
    """Run blocks of the page in one shell, and return the lines that the last one prints."""
    own = f"{checkout}/bin:{Path(sys.executable).parent}:{os.environ['PATH']}"
    marked = [*blocks[:-1], "echo =====\n", blocks[-1]]
    done = subprocess.run(  # noqa: S603 - the page's own commands
        ["/bin/sh", "-e", "-c", "".join(marked)], cwd=checkout, env={**os.environ, "PATH": own, **variables},
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.partition("=====\n")[2].splitlines()


def record(checkout: Path) -> tuple[Path, dict[str, str]]:
    """Return the folder of the page's node, and its certificate."""
    (name,) = shell(checkout, NODE, 'echo "$node"\n')
    data = json.loads((checkout / name / "node.json").read_text())
    assert data["target"] == "fallen"
    certificate = data["certificate"]
    assert isinstance(certificate, dict)
    return checkout / name, certificate


def sums(lines: list[str]) -> dict[str, str]:
    """Return what sha256sum printed, by the file's name."""
    found = [re.fullmatch(r"([0-9a-f]{64})  (\S+)", line) for line in lines]
    return {Path(m[2]).name: m[1] for m in found if m}


def test_the_page_has_these_commands_and_no_others() -> None:
    assert PAGE.count("```") == 2 * len(BLOCKS)
    assert NODE.startswith("node=")


def test_the_node_is_one_that_supersedes(checkout: Path) -> None:
    assert shell(checkout, NODE) == ["node.json", "notes.json", "program.py", "proof.lean", "statement.lean"]
    _, certificate = record(checkout)
    assert certificate["old"] is not None


def test_the_digests_of_its_files_are_those_that_it_names(checkout: Path) -> None:
    _, certificate = record(checkout)
    lines = shell(checkout, NODE, FILES)
    found = sums(lines)
    assert found.keys() == {"notes.json", "program.py", "proof.lean", "statement.lean"}
    for name, digest in found.items():
        assert f'    "{name}": "{digest}"' in [line.rstrip(",") for line in lines]
    assert (found["proof.lean"], found["statement.lean"]) == (certificate["proof"], certificate["statement"])
    assert f'"proof": "{certificate["proof"]}"' in "\n".join(lines)


def test_the_digests_of_the_library_stand_beside_those_of_the_certificate(checkout: Path) -> None:
    lines = shell(checkout, NODE, LIBRARY)
    found = sums(lines)
    assert {p.name for p in (ROOT / "lean").rglob("*.lean") if ".lake" not in p.parts} == found.keys()
    named = {m[1]: m[2] for m in re.finditer(r'"lean/(?:QED/)?(\w+\.lean)": "([0-9a-f]{64})"', "\n".join(lines))}
    assert named.keys() <= found.keys()
    assert named


def test_the_names_of_spec_and_programs_come_out(checkout: Path) -> None:
    _, certificate = record(checkout)
    lines = shell(checkout, NODE, BOUND)
    assert [line.removesuffix("  -") for line in lines[:3]] == [certificate[k] for k in ("spec", "implementation", "old")]
    assert sorted(line.strip().rstrip(",") for line in lines[3:]) == sorted(
        f'"{key}": "{certificate[key]}"' for key in ("spec", "implementation", "old")
    )


def test_the_name_of_the_node_comes_out(checkout: Path) -> None:
    folder, _ = record(checkout)
    assert shell(checkout, NODE, NAME) == [folder.name, folder.name]


def test_a_changed_byte_is_seen(checkout: Path) -> None:
    folder, certificate = record(checkout)
    for name, new in (("node.json", b'"slack": 1'), ("program.py", b"return  "), ("proof.lean", b"theorem  ")):
        content, old = (folder / name).read_bytes(), {b'"slack": 1': b'"slack": 0'}.get(new, new[:-1])
        assert old in content
        (folder / name).write_bytes(content.replace(old, new, 1))
    named, _ = shell(checkout, NODE, NAME)
    assert named != folder.name
    found = sums(shell(checkout, NODE, FILES))
    assert found["proof.lean"] != certificate["proof"]
    assert not shell(checkout, NODE, BOUND)[1].startswith(certificate["implementation"])


@pytest.mark.parametrize(
    ("new", "passes"), [("return (x >> 1) + 1", True), ("return (x >> 1) + 2", False), ("return (x + 1 + 1 + 0) // 2", False)]
)
def test_both_solvers_answer_what_is_due(checkout: Path, new: str, passes: bool) -> None:  # noqa: FBT001 - a parameter of the test
    spec = '@target(tier="smt")\n@require(lambda x: 0 <= x <= 255)\ndef f(x: int) -> int:\n    return (x + 1 + 1) // 2\n'
    script = to_obligations(task_of(spec, f"def f(x: int) -> int:\n    {new}\n"), DEFAULT).text
    (checkout / "node").mkdir()
    (checkout / "node" / "statement.smt2").write_text(script)
    if passes:
        assert shell(checkout, SMT, smt="node") == []
        return
    for command in [line for line in SMT.split("\n") if "diff" in line]:
        first = SMT.split("\n", maxsplit=1)[0] + "\n"
        with pytest.raises(AssertionError, match=r"\d[acd]\d"):
            shell(checkout, first, command + "\n", smt="node")


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.timeout(900)
def test_the_proof_is_checked_and_its_axioms_are_the_allowed_ones(checkout: Path, toolchain: object) -> None:
    lines = shell(checkout, NODE, BUILD, AXIOMS)
    assert lines[0] == "QED.Proof.accepted : QED.Statement"
    found = re.fullmatch(r"'QED\.Proof\.accepted' depends on axioms: \[(.*)\]", lines[1])
    assert found
    assert set(found[1].split(", ")) <= {"propext", "Classical.choice", "Quot.sound"}
    assert not list((checkout / "lean").glob("*s.lean"))


@pytest.mark.slow
@pytest.mark.lean
@pytest.mark.timeout(900)
def test_a_proof_that_is_none_stops_there(checkout: Path, toolchain: object) -> None:
    folder, _ = record(checkout)
    text = (folder / "proof.lean").read_text()
    (folder / "proof.lean").write_text(text.replace("statement_of same post cost gain", "statement_of same post cost cost"))
    with pytest.raises(AssertionError, match="ismatch"):
        shell(checkout, NODE, BUILD)
