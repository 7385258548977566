"""The mutants of the trusted modules: one fault each, judged by the tests of a copy, and never by the bytes alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bench import trusted_mutants
from bench.module_faults import Mutant, mutants
from bench.trusted_mutants import EXPLAIN, TESTS, WHOLE, Digests, difference, drawn, read

ROOT = Path(__file__).parents[2]
TEXT = '''"""Doc."""

import os

KINDS = frozenset({"a", "b"})


def f(x: int, y: int = 1) -> bool:
    """Doc 1 < 2."""
    if x < 0 and y:
        raise ValueError(f"{x + 1} < 0")
    what = x + 1
    for i in range(x, y):
        if i == 3:
            continue
    return not any(k in KINDS for k in "ab" if k != "c") or g(x, what=3)
'''


def changes(kind: str, text: str = TEXT) -> list[tuple[str, str]]:
    return [(m.before, m.after) for m in mutants(text) if m.kind == kind]


def test_each_kind_of_fault_is_made() -> None:
    assert changes("comparison") == [
        ("x < 0", "(x <= 0)"), ("x < 0", "(x >= 0)"), ("i == 3", "(i != 3)"), ("k in KINDS", "(k not in KINDS)"),
        ('k != "c"', "(k == 'c')"),
    ]  # fmt: skip
    assert changes("and/or")[0] == ("x < 0 and y", "(x < 0 or y)")
    assert ("x < 0 and y", "(x < 0)") in changes("dropped condition")
    assert ('k != "c"', "True") in changes("dropped condition")
    assert changes("negated condition")[0] == ("x < 0 and y", "(not (x < 0 and y))")
    assert [a for _, a in changes("dropped not")] == ["(any((k in KINDS for k in 'ab' if k != 'c')))"]
    assert changes("constant") == [("1", "(2)"), ("1", "(0)"), ("0", "(1)"), ("3", "(4)"), ("3", "(2)")]
    assert changes("dropped raise") == [('raise ValueError(f"{x + 1} < 0")', "pass")]
    assert [b[:6] for b, _ in changes("dropped return")] == ["return"]
    assert changes("dropped element") == [('{"a", "b"}', "({'b'})"), ('{"a", "b"}', "({'a'})")]
    assert changes("swapped arguments") == [("range(x, y)", "(range(y, x))")]
    assert changes("function") == [("any", "all")]
    assert changes("loop") == [("continue", "break")]
    assert changes("operator", "a = b & c\n") == [("b & c", "(b | c)")]
    assert changes("constant", "a = True\n") == [("True", "False")]
    assert changes("dropped statement", "f()\n") == [("f()", "pass")]
    assert changes("negated condition", "match a:\n    case 1 if b:\n        pass\n") == [("b", "(not b)")]


def test_texts_for_people_and_types_are_left_alone() -> None:
    assert not any(m.before in {"x + 1", "int", '"""Doc."""', "import os"} for m in mutants(TEXT))
    text = 'def f(a: "tuple[1, 2]") -> None:\n    """Doc."""\n    what, do = 1, 2\n    raise E(what=1, do=2)\n'
    assert [m.kind for m in mutants(text)] == ["dropped raise"]


def test_a_mutant_is_the_text_with_one_place_changed() -> None:
    found = mutants(TEXT)
    assert len({m.text for m in found}) == len(found)
    for m in found:
        assert m.text.count("\n") <= TEXT.count("\n")
        assert m.text != TEXT
    assert difference("m.py", TEXT, next(m.text for m in found if m.kind == "loop")) == (
        "@@ -15 +15 @@\n-            continue\n+            break"
    )
    assert {m.function for m in found} == {"", "f"}


@pytest.mark.parametrize("module", TESTS)
def test_each_module_has_tests_and_the_functions_that_are_named(module: str) -> None:
    assert all((ROOT / test.partition("::")[0]).is_file() for test in TESTS[module])
    defined = {"", *re.findall(r"def (\w+)\(", (ROOT / module).read_text())}
    assert {name.rpartition(".")[2] for name in WHOLE.get(module, frozenset()) | EXPLAIN.get(module, frozenset())} <= defined


def test_a_seed_fixes_the_order_and_the_kinds_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "m.py"
    monkeypatch.setattr(trusted_mutants, "WHOLE", {module: frozenset({""})})
    monkeypatch.setattr(trusted_mutants, "EXPLAIN", {module: frozenset({"g"})})
    found = mutants(TEXT + TEXT.partition("\n\n\n")[2].replace("def f", "def g"))
    order = drawn(found, module, 0)
    assert order == drawn(found, module, 0) != drawn(found, module, 1)
    whole = [m for m in found if m.function == ""]
    assert len(whole) == 2
    assert order[: len(whole)] == whole
    rest = order[len(whole) :]
    kinds = {m.kind for m in rest}
    assert len({m.kind for m in rest[: len(kinds)]}) == len(kinds)
    assert {m.text for m in order} == {m.text for m in found if m.function != "g"}
    assert {m.function for m in found} == {"", "f", "g"}


# -- a tree of its own ----------------------------------------------------------------------------------------------------------

SMALL = """import time


def low(n):
    while n > 9:
        n = n - 1
    return n


def unseen(n):
    return n == 3
"""
TESTED = """import subprocess, sys
from pathlib import Path
from verify.small import low


def test_low():
    assert low(12) == 9


def test_child():
    child = [sys.executable, "-c", "from verify.small import low; print(low(5))"]
    assert subprocess.run(child, capture_output=True, text=True).stdout == "5\\n"
"""
PINNED = """

def test_bytes():
    assert len(Path("verify/small.py").read_bytes()) == %d
"""
RUN = """import json, sys, time
from dataclasses import asdict
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from bench import trusted_mutants
from bench.module_faults import mutants
root = Path(sys.argv[2])
trusted_mutants.LEAST, trusted_mutants.TIMES = 10.0, 3.0
found = [m for m in mutants((root / "verify" / "small.py").read_text()) if m.label in sys.argv[3:]]
try:
    lines = trusted_mutants.judge(root, "verify/small.py", ("tests/test_small.py",), found, root / "lines.jsonl",
                                  end=time.monotonic() + 100, say=lambda _: None)
    print(json.dumps([asdict(line) for line in lines]))
except trusted_mutants.Unfit as unfit:
    print(json.dumps(str(unfit)))
"""


def label(before: str, after: str) -> str:
    (found,) = [m for m in mutants(SMALL) if (m.before, m.after) == (before, after)]
    return found.label


CHOSEN = KILLED, ENDLESS, ALIVE = label("n > 9", "(n >= 9)"), label("n - 1", "(n + 1)"), label("n == 3", "(n != 3)")


def tree(folder: Path, more: str = "") -> Path:
    for name, text in (("verify/small.py", SMALL), ("verify/__init__.py", ""), ("tests/test_small.py", TESTED + more),
                       (".gitignore", "__pycache__\nlines.jsonl\n")):  # fmt: skip
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)  # noqa: S607 - the git of this machine
    return folder


def judged(folder: Path) -> object:
    command = [sys.executable, "-c", RUN, str(ROOT), str(folder), *CHOSEN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def outcomes(folder: Path) -> dict[str, tuple[str, str]]:
    lines = judged(folder)
    assert isinstance(lines, list), lines
    return {line["label"]: (line["outcome"], line["by"]) for line in lines}


@pytest.mark.slow
def test_mutants_are_killed_time_out_or_survive_and_are_judged_once(tmp_path: Path) -> None:
    folder = tree(tmp_path)
    found = outcomes(folder)
    assert found == {KILLED: ("killed", "tests/test_small.py::test_low"), ENDLESS: ("timed out", ""), ALIVE: ("survived", "")}
    lines = (folder / "lines.jsonl").read_bytes()
    assert outcomes(folder) == found
    assert (folder / "lines.jsonl").read_bytes() == lines, "nothing is judged again"
    (folder / "tests" / "test_small.py").write_text(
        TESTED + "\n\ndef test_unseen():\n    from verify.small import unseen\n    assert unseen(3)\n"
    )
    assert outcomes(folder)[ALIVE] == ("killed", "tests/test_small.py::test_unseen")
    assert (folder / "lines.jsonl").read_bytes().startswith(lines)


def test_a_mutant_is_not_killed_by_its_bytes(tmp_path: Path) -> None:
    said = judged(tree(tmp_path, PINNED % len(SMALL)))
    assert isinstance(said, str)
    assert said.startswith("verify/small.py: its tests fail on it with a comment more")
    assert not (tmp_path / "lines.jsonl").read_bytes()


def test_a_kill_rests_on_the_test_that_killed_and_the_rest_on_all(tmp_path: Path) -> None:
    tree(tmp_path)
    other = tmp_path / "tests" / "test_other.py"
    other.write_text("")
    tests = ("tests/test_small.py", "tests/test_other.py")

    def now() -> tuple[str, str]:
        digests = Digests(tmp_path, "verify/small.py", tests)
        return digests.of("killed", "tests/test_small.py::test_low"), digests.of("survived", "")

    before = now()
    other.write_text("# more\n")
    assert now()[0] == before[0]
    assert now()[1] != before[1]
    (tmp_path / "tests" / "helper.py").write_text("# helps\n")
    assert now()[0] != before[0]


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    line = {"module": "m", "mutant": "d", "function": "", "kind": "k", "label": "l", "outcome": "survived", "by": "",
            "seconds": 1.0, "rests_on": "r"}  # fmt: skip
    file.write_text(json.dumps(line) + "\n" + json.dumps({**line, "outcome": "killed"}) + "\n" + json.dumps(line)[:40])
    assert [found.outcome for found in read(file).values()] == ["killed"]
    assert read(tmp_path / "none") == {}


def test_labels_stand_on_one_line() -> None:
    mutant = Mutant("f", "k", 3, 4, "a\n  b", "c" * 200, "")
    assert mutant.label == f"3: a b -> {'c' * 87}..."
