"""`qed export`: which heads go into a package and under which names; their code is that of their nodes, and a change shows."""

import ast
import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import icontract
import pytest
from small_graph import implementation, put, solved
from test_strengthening import BASE, BETTER, CARRIED, FIRST, STRONGER, WEAKER
from typer.testing import CliRunner, Result

from loop.cli import app
from loop.export.module_text import documented
from loop.export.recheck import functions, main
from verify.canonical import digest
from verify.components import linked
from verify.graph import load
from verify.limits import DEFAULT
from verify.node import Node, spec_node

ROOT = Path(__file__).resolve().parents[2]
GCD_SPEC = b"""from icontract import ensure, require
from verify import pure, target


@pure
def positive(x: int) -> bool:
    return x > 0


@target
@require(
    lambda a, b: positive(a)
    and positive(b)
)
@ensure(lambda a, b, result: result > 0)
def gcd(a: int, b: int) -> int:
    '''The greatest common divisor \\x1b[2J of \\\\d \"two\".'''
    while a != b:
        if a > b:
            a = a - b
        else:
            b = b - a
    return a
"""
GCD = b"""from verify import decreases


def positive(x: int) -> int:
    return x if [x].count(x) else 0  # another one than the contract's


def gcd(a: int, b: int) -> int:
    # swaps
    "tier kernel, order always: what a candidate says of itself"; c = b
    while c > 0:
        decreases(c)
        a, c = c, a % c
    return positive(a)
"""
LCM_SPEC = """from icontract import require
from verify import component, target

divisor = component("{gcd}")


@target
@require(lambda a, b: a > 0 and b > 0)
def lcm(a: int, b: int) -> int:
    total = a
    while total % b != 0:
        total += a
    return total + 0 * divisor(a, b)
"""
LCM = """from verify import component

gcd = component("{gcd}")


def lcm(a: int, b: int) -> int: return a * b // gcd(a, b)
"""
HASH = b"""from verify import target


@target
def {name}(n: int) -> int:
    return n * n + 1
"""


def plain(name: str, more: bytes = b"") -> tuple[Node, Node]:
    content = HASH.replace(b"{name}", name.encode()) + more
    spec = spec_node(name, content)
    return spec, implementation(spec, content, None)


GCD_NODE = spec_node("gcd", GCD_SPEC)
SLOW = implementation(GCD_NODE, GCD_SPEC, None)
FAST = implementation(GCD_NODE, GCD, SLOW, "eventually", 3)
LCM_NODES = {n.id: n for n in (GCD_NODE, SLOW, FAST)}
LCM_NODE = spec_node("lcm", linked(LCM_SPEC.format(gcd=FAST.id).encode(), "lcm.py", LCM_NODES, DEFAULT))
LCM_SLOW = implementation(LCM_NODE, LCM_NODE.content("spec.py"), None)
LCM_FAST = implementation(LCM_NODE, linked(LCM.format(gcd=FAST.id).encode(), "c.py", LCM_NODES, DEFAULT), LCM_SLOW)
BITS = b'@target(tier="smt")\n'.join(HASH.replace(b"{name}", b"bits").split(b"@target\n"))
BITS_NODE = spec_node("bits", BITS)
BITS_HEAD = solved(BITS_NODE, BITS, None)
NODES = (GCD_NODE, SLOW, FAST, LCM_NODE, LCM_SLOW, LCM_FAST, BITS_NODE, BITS_HEAD, *plain("hash"), *plain("recheck"),
         *plain("match"), *plain("a" * 60))  # fmt: skip


def export(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["export", *map(str, words)])


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    put(tmp_path / "accepted", *NODES)
    assert not hasattr(load(tmp_path / "accepted"), "what")
    return tmp_path / "accepted"


@pytest.fixture
def exported(graph: Path, tmp_path: Path) -> Path:
    done = export(tmp_path / "out", "--name", "some_heads", "--checked", "--accepted", graph)
    assert done.exit_code == 0, done.output
    return tmp_path / "out"


@pytest.fixture
def module(exported: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], ModuleType]]:
    monkeypatch.syspath_prepend(exported / "src")
    yield importlib.import_module
    for name in [n for n in sys.modules if n.partition(".")[0] == "some_heads"]:
        del sys.modules[name]


def run_node(node: Node) -> Callable[..., Any]:
    space: dict[str, Any] = {"__name__": "node"}
    exec(compile(node.content("program.py"), "program.py", "exec"), space)  # noqa: S102
    found: Callable[..., Any] = space[node.target]
    return found


def test_every_head_is_there_under_a_name_of_its_own(module: Callable[[str], ModuleType]) -> None:
    package = module("some_heads")
    assert package.__all__ == ["a" * 60, "bits", "gcd", "hash_", "lcm", "match_", "recheck_"]
    assert (package.hash_.__name__, package.recheck_(3), package.match_(2)) == ("hash", 10, 5)
    assert all(callable(getattr(package, name)) for name in package.__all__)


@pytest.mark.parametrize("node", [FAST, LCM_FAST], ids=lambda n: n.target)
def test_what_is_imported_does_what_the_node_does(node: Node, module: Callable[[str], ModuleType]) -> None:
    mine, its = getattr(module("some_heads"), node.target), run_node(node)
    for arguments in product(range(1, 25), repeat=2):
        assert mine(*arguments) == its(*arguments)


@pytest.mark.parametrize("node", [FAST, LCM_FAST, BITS_HEAD], ids=lambda n: n.target)
def test_the_text_is_that_of_the_node_line_by_line(node: Node, exported: Path) -> None:
    lines = (exported / "src" / "some_heads" / "heads" / f"{node.target}.py").read_text().split("\n")
    program = node.content("program.py").decode()
    for name, of_node in functions(ast.parse("\n".join(lines))).items():
        text = program.split("\n")[(its := functions(ast.parse(program))[name]).lineno - 1 : its.end_lineno]
        mine = lines[of_node.lineno - 1 : of_node.end_lineno]
        if name != node.target:
            assert mine == text
        else:
            doc = of_node.body[0]
            assert isinstance(doc, ast.Expr)
            left = [line for i, line in enumerate(lines, 1) if of_node.lineno <= i <= (of_node.end_lineno or 0)
                    and not doc.lineno <= i <= (doc.end_lineno or 0)]  # fmt: skip
            own = '"tier kernel, order always: what a candidate says of itself"; '
            assert " ".join(left).split() == " ".join(text).replace(own, "").split()


def test_helpers_of_a_component_come_along_under_their_own_names(exported: Path) -> None:
    found = functions(ast.parse((exported / "src" / "some_heads" / "heads" / "lcm.py").read_text()))
    mark = FAST.id[:12]
    assert list(found) == ["lcm", "gcd", f"positive_{mark}"]
    assert all(not f.decorator_list for f in found.values())


def test_a_docstring_says_what_is_claimed_and_by_whom(module: Callable[[str], ModuleType]) -> None:
    package = module("some_heads")
    gcd, bits = package.gcd.__doc__, package.bits.__doc__
    assert gcd.startswith("The head of the target `gcd`: tier kernel, order eventually.\n")
    assert bits.startswith("The head of the target `bits`: tier smt, the baseline.\n")
    assert "no kernel has seen it" in bits
    assert "no kernel" not in gcd
    for line in (f"Node: {FAST.id}", f"Spec: {GCD_NODE.id}", "- its result meets result > 0", "at most 3 ticks more"):
        assert line in gcd
    assert "says of itself" not in gcd
    assert "\x1b" not in gcd
    assert r"> The greatest common divisor \x1b[2J of \d" in gcd
    assert f"Holds the text of `gcd`, node {FAST.id}" in package.lcm.__doc__


def test_an_import_runs_nothing_but_definitions(exported: Path) -> None:
    for path in (exported / "src").rglob("*.py"):
        if path.name == "recheck.py":
            continue
        for node in ast.parse(path.read_text()).body:
            named = isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["__all__"]
            text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            assert named or text or isinstance(node, ast.FunctionDef | ast.ImportFrom), path
            assert "checked" in path.parts or not getattr(node, "decorator_list", [])


def test_checked_versions_hold_callers_to_the_contract(module: Callable[[str], ModuleType]) -> None:
    checked = module("some_heads.checked")
    assert (checked.gcd(12, 18), checked.lcm(4, 6)) == (6, 12)
    assert "checked at every call" in checked.gcd.__doc__
    with pytest.raises(icontract.ViolationError):
        checked.gcd(0, 4)
    with pytest.raises(icontract.ViolationError):
        checked.lcm(3, -1)


def test_the_same_graph_gives_the_same_bytes(graph: Path, tmp_path: Path) -> None:
    folders = [tmp_path / "a" / "x", tmp_path / "b" / "x"]
    for seed, folder in enumerate(folders):
        command = [sys.executable, "-m", "loop", "export", str(folder), "--accepted", str(graph)]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env={"PYTHONHASHSEED": str(seed)})  # noqa: S603
    first, second = ({p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders)
    assert first == second
    assert len(first) > 40


def test_mypy_finds_nothing(exported: Path, tmp_path: Path) -> None:
    use = tmp_path / "use.py"
    use.write_text("from some_heads import gcd, hash_\nfrom some_heads.checked import lcm\n\nn: int = gcd(4, lcm(hash_(2), 3))\n")
    wrong = tmp_path / "wrong.py"
    wrong.write_text('from some_heads import gcd\n\nt: str = gcd(4, "6")\n')
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\n")
    line = [sys.executable, "-m", "mypy", "--strict", "--config-file", str(config), "--cache-dir", str(tmp_path / "cache")]
    env = {"MYPYPATH": str(exported / "src")}


    def said(*words: str) -> str:
        return subprocess.run([*line, *words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False).stdout  # noqa: S603

    assert said("-p", "some_heads").startswith("Success")
    assert said(str(use)).startswith("Success")
    assert said(str(wrong)).count("error:") == 2


# -- what is exported -----------------------------------------------------------------------------------------------------------


def heads_of(*words: str | Path) -> tuple[list[str], dict[str, str]]:
    done = export(*words, "--json")
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    return [h["name"] for h in data["heads"]], {out["target"]: out["why"] for out in data["left_out"]}


def test_under_kernel_nothing_of_the_tier_smt_is_exported(graph: Path, tmp_path: Path) -> None:
    names, left = heads_of(tmp_path / "out", "--tier", "kernel", "--accepted", graph)
    assert "bits" not in names
    assert left == {"bits": "its tier is smt"}
    assert not (tmp_path / "out" / "certificates" / BITS_HEAD.id).exists()
    refused = export(tmp_path / "two", "--targets", "bits", "--tier", "kernel", "--accepted", graph)
    assert refused.exit_code == 2
    assert "its tier is smt" in refused.stderr
    assert not (tmp_path / "two").exists()


def test_targets_and_orders_say_what_is_meant(graph: Path, tmp_path: Path) -> None:
    assert heads_of(tmp_path / "a", "--targets", "gcd", "lcm", "--accepted", graph)[0] == ["gcd", "lcm"]
    assert heads_of(tmp_path / "b", "--targets", f"lcm,{FAST.id[:14]}", "--accepted", graph)[0] == ["gcd", "lcm"]
    names, left = heads_of(tmp_path / "c", "--order", "always", "--accepted", graph)
    assert names == ["lcm"]
    assert left["gcd"] == "its order is eventually"
    assert "baseline" in left["hash"]
    # what a head rests on comes along as a node, not as a function
    assert (tmp_path / "c" / "certificates" / FAST.id).is_dir()


def test_only_the_head_of_a_target_is_exported(graph: Path, tmp_path: Path) -> None:
    better = implementation(GCD_NODE, GCD.replace(b"# swaps", b"# swops"), FAST)
    put(graph, better)
    assert export(tmp_path / "out", "--accepted", graph).exit_code == 0
    text = (tmp_path / "out" / "src" / "out" / "heads" / "gcd.py").read_text()
    assert better.id in text
    assert f"what version {FAST.id[:12]} returns" in text
    assert "weakest order of their steps: eventually" in text


@pytest.mark.parametrize(
    ("nodes", "due"),
    [
        ((WEAKER, BASE, BETTER, STRONGER, FIRST), BETTER),  # the stronger spec does not speak for the target yet
        ((WEAKER, BASE, BETTER, STRONGER, FIRST, CARRIED), CARRIED),
    ],
)  # fmt: skip
def test_of_specs_that_strengthen_each_other_one_speaks(nodes: tuple[Node, ...], due: Node, tmp_path: Path) -> None:
    put(tmp_path / "graph", *nodes)
    names, _ = heads_of(tmp_path / "out", "--accepted", tmp_path / "graph")
    assert names == [due.target]
    manifest = json.loads((tmp_path / "out" / "src" / "out" / "heads.json").read_text())
    assert [h["node"] for h in manifest["heads"]] == [due.id]
    assert main([str(tmp_path / "out"), "--no-proofs"]) == 0


def test_targets_of_one_name_are_told_apart(graph: Path, tmp_path: Path) -> None:
    other, upper = plain("gcd", b"# another\n"), plain("LCM")
    put(graph, *other, *upper)
    names, _ = heads_of(tmp_path / "out", "--accepted", graph)
    short = {n.id: n.id[:12] for n in (GCD_NODE, other[0], LCM_NODE, upper[0])}
    assert {f"gcd_{short[GCD_NODE.id]}", f"gcd_{short[other[0].id]}"} < set(names)
    assert {f"lcm_{short[LCM_NODE.id]}", f"LCM_{short[upper[0].id]}"} < set(names)
    assert main([str(tmp_path / "out"), "--no-proofs"]) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--targets", "nothing"], "no accepted target 'nothing'"),
        (["--tier", "tested"], "--tier is one of kernel, smt"),
        (["--order", "sometimes"], "--order is one of always"),
        (["--name", "json"], "would hide a module"),
        (["--name", "class"], "a word of Python's own"),
        (["--name", "a b"], "cannot be imported"),
        (["--accepted", "not-there"], "there is no graph at not-there"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said_and_writes_nothing(words: list[str], said: str, graph: Path, tmp_path: Path) -> None:
    done = export(tmp_path / "out", "--accepted", graph, *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_empty_graph_is_said(tmp_path: Path) -> None:
    (tmp_path / "accepted").mkdir()
    done = export(tmp_path / "out", "--accepted", tmp_path / "accepted")
    assert done.exit_code == 2
    assert "nothing to export" in done.stderr


def test_a_folder_that_holds_something_is_left_alone_without_force(exported: Path, graph: Path) -> None:
    (exported / "NOTES").write_text("mine")
    assert export(exported, "--name", "some_heads", "--accepted", graph).exit_code == 2
    done = export(exported, "--name", "other", "--targets", "hash", "--force", "--accepted", graph)
    assert done.exit_code == 0, done.output
    assert (exported / "NOTES").read_text() == "mine"
    assert not (exported / "src" / "some_heads").exists()
    assert len(list((exported / "certificates").iterdir())) == 2
    assert main([str(exported), "--no-proofs"]) == 0


def test_force_removes_nothing_outside_of_the_folder(exported: Path, graph: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    manifest = exported / "src" / "some_heads" / "heads.json"
    data = json.loads(manifest.read_text())
    data["files"] += ["../precious", str(tmp_path / "precious"), "link/precious"]
    manifest.write_text(json.dumps(data))
    (exported / "link").symlink_to(tmp_path)
    assert export(exported, "--name", "some_heads", "--force", "--accepted", graph).exit_code == 0
    assert (tmp_path / "precious").read_text() == "mine"


# -- the check of a package -----------------------------------------------------------------------------------------------------


def test_a_package_checks_itself_with_python_alone(exported: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-S", "-m", "some_heads.recheck"]
    env = {"PYTHONPATH": str(exported / "src")}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (3, "")
    assert "7 functions are those of their nodes; 16 nodes" in done.stdout
    assert "Nothing was proved again" in done.stdout
    without = subprocess.run([*command, "--no-proofs"], cwd=tmp_path, env=env, capture_output=True, check=False)  # noqa: S603
    assert without.returncode == 0


def test_the_proofs_are_asked_for_where_the_judge_is_installed(exported: Path, capfd: pytest.CaptureFixture[str]) -> None:
    # the nodes are bound by hand and were never proved: the judge must refuse them
    assert main([str(exported)]) in (1, 3)
    assert "re-proved" in capfd.readouterr().out


SOURCE = Path("src") / "some_heads"


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (SOURCE / "heads" / "gcd.py", "a % c", "a % c + 0", "`gcd` is not the function of the node"),
        (SOURCE / "heads" / "gcd.py", "return x if", "return 0 if", "`positive` is not the function of the node"),
        (SOURCE / "heads" / "gcd.py", "def positive", "import os\n\n\ndef positive", "`import os` is not due"),
        (SOURCE / "heads" / "gcd.py", "def gcd", "@print\ndef gcd", "has a decorator"),
        (SOURCE / "heads" / "bits.py", "tier smt, the", "tier kernel, the", "does not begin with"),
        (SOURCE / "heads.json", '"tier": "smt"', '"tier": "kernel"', "another tier"),
        (SOURCE / "heads.json", FAST.id, SLOW.id, "is not the head"),
        (SOURCE / "checked" / "gcd.py", "and positive(b)", "and positive(a)", "is not the contract of the spec"),
        (SOURCE / "checked" / "gcd.py", "def gcd", "@(lambda f: lambda *a: 0)\ndef gcd", "`gcd` has a decorator"),
        (SOURCE / "heads" / "gcd.py", "def gcd", "@print\ndef gcd(): ...\n\n\ndef gcd", "it defines `gcd` twice"),
        (SOURCE / "checked" / "gcd.py", "def positive", "@print\ndef positive", "`positive` has a decorator"),
        (SOURCE / "checked" / "gcd.py", "return x > 0", "return x > -1", "`positive` is not the function of the spec"),
        (SOURCE / "_vocabulary.py", "def invariant", "print()\ndef invariant", "is not what `qed export` writes"),
        (SOURCE / "__init__.py", "import hash as", "import recheck as", "is not what `qed export` writes"),
        (Path("certificates") / FAST.id / "program.py", "a % c", "a % b", "SHA-256"),
        (Path("certificates") / FAST.id / "node.json", '"eventually"', '"always"', "is not the name of its folder"),
    ],
)  # fmt: skip
def test_what_was_changed_is_found(
    file: Path, old: str, new: str, said: str, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (exported / file).read_text()
    assert old in text
    (exported / file).write_text(text.replace(old, new))
    assert main([str(exported), "--no-proofs"]) == 1
    assert said in capsys.readouterr().out


def test_a_node_of_an_odd_form_is_found_and_no_crash(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = {"kind": "implementation", "target": "bits", "files": {}, "certificate": None,
           "edges": [{"type": "implements", "to": BITS_NODE.id}]}  # fmt: skip
    folder = exported / "certificates" / digest("node", odd)
    folder.mkdir()
    (folder / "node.json").write_text(json.dumps(odd))
    manifest = exported / SOURCE / "heads.json"
    text = manifest.read_text()
    manifest.write_text(text.replace(BITS_HEAD.id, folder.name))
    assert main([str(exported), "--no-proofs"]) == 1
    assert "bits.py" in capsys.readouterr().out
    for broken in ("[]", '{"heads": 3}', '{"heads": [{}], "checked": true}', "{", text.replace('"gcd"', '"../gcd"')):
        manifest.write_text(broken)
        assert main([str(exported), "--no-proofs"]) == 1
        assert "differs: " in capsys.readouterr().out


def test_what_was_added_or_taken_is_found(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (exported / SOURCE / "more.py").write_text("")
    (exported / SOURCE / "heads" / "gcd.so").write_text("what Python would rather import than gcd.py")
    with (exported / SOURCE / "recheck.py").open("a") as file:
        file.write("# and so on\n")
    (exported / SOURCE / "heads" / "bits.py").unlink()
    (exported / SOURCE / "heads" / "__pycache__").mkdir()
    (exported / SOURCE / "heads" / "__pycache__" / "gcd.cpython-311.pyc").write_text("what Python would rather run than gcd.py")
    assert main([str(exported), "--no-proofs"]) == 1
    said = capsys.readouterr().out
    assert "more.py: it is no file of this package" in said
    assert "gcd.so: it is no file of this package" in said
    assert "gcd.cpython-311.pyc: it is compiled" in said
    assert "recheck.py: it is not what `qed export` writes" in said
    assert "bits.py: it defines nothing" in said


@pytest.mark.parametrize(
    "text",
    [
        "def f(n: int) -> int: return n",
        "def f(n: int) -> int: 'doc'; m = (n +\n 1); return m",
        "def f(\n    n: int,\n) -> int:  # why\n    # because\n\n    return n",
        "def f(n: int) -> int:\n  'a' 'b'  # c\n  return n",
        "def f(n: int) -> int:\n    ('''a\n    b''')\n    if n:\n        return 1\n    return n",
        "def f(n: int) -> int:\n    '''a'''; m = 1; \\\n    return_ = m\n    return return_",
    ],
)  # fmt: skip
def test_a_docstring_is_put_in_and_nothing_else_changes(text: str) -> None:
    node = functions(ast.parse(text))["f"]
    said = 'a \\ and a """ and \\" and ü \x1b and n\nm ending in "'
    new = functions(ast.parse(made := documented(text.split("\n"), node, [said, "", "x"])))["f"]
    assert "\x1b" not in (ast.get_docstring(new) or "")
    assert (ast.get_docstring(new) or "").startswith('a \\ and a """ and \\" and ü')
    assert made.isascii()
    own = int(ast.get_docstring(node) is not None)
    assert [ast.dump(s) for s in new.body[1:]] == [ast.dump(s) for s in node.body[own:]]
