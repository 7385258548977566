"""The benchmarks that make their own inputs: mutants, how accepted ones are held against their originals, generated targets."""

import json
import random
from pathlib import Path

import pytest
from attack_case import about
from targets import PYRAMID, spec_of

from bench import ci_graph, mutants
from bench.mutants import Line, Original, compared, named, read, report
from bench.mutation import mutant
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.spec import to_candidate
from verify.task import Version

TEXT = """def f(n: int) -> int:
    total = 0
    for i in range(1, n + 1):
        if i % 2 == 0:
            total += i * i
        else:
            total = max(total, i)
    return total
"""


def some(count: int, seed: int = 0) -> list[str]:
    rng = random.Random(seed)
    return [mutant(TEXT, "f", rng) for _ in range(count)]


def test_mutants_are_many_kinds_of_programs() -> None:
    found = some(300)
    assert len({named(m, "f") for m in found}) > 150
    for part in ("i % 2 != 0", "i * 2 == 0", "range(0, n + 1)", "range(1, n + 2)", "min(total, i)", "total -= ",
                 "not i % 2 == 0", "pass"):
        assert any(part in m for m in found), part


def test_a_seed_fixes_the_mutants() -> None:
    assert some(20) == some(20)
    assert some(20) != some(20, seed=1)


def test_names_are_of_what_a_program_says() -> None:
    assert named(TEXT, "f") == named(TEXT.replace("total", "t").replace("    return", "    # a remark\n    return"), "f")
    assert named(TEXT, "f") != named(TEXT.replace("i * i", "i * 2"), "f")


def test_no_mutant_comes_twice_and_none_is_an_original() -> None:
    spec = spec_of(PYRAMID)
    source = Version(spec.source, spec.program)
    text = "def f(n: int) -> int:\n    return n * (n + 1) * (2 * n + 1) // 6\n"
    found = [name for (_, _, name),
             _ in zip(mutants.mutants([Original(spec, source, "f", text, "")], 3), range(80), strict=False)]
    assert len(found) == len(set(found)) == 80
    assert named(text, "f") not in found


OLD = "t = 0\n    for i in range(x):\n        t += 2\n    return t"


@pytest.mark.parametrize(
    ("new", "order", "slack", "said"),
    [
        ("return 2 * x", "always", 0, ""),
        ("return 2 * x if x < 200 else 0", "always", 0, "value"),
        ("return 2 * x + 0 // (x - 77)", "eventually", 9, "ZeroDivisionError"),
        ("return 2 * x + 0 + 0 + 0 + 0 + 0", "always", 0, "ticks"),
        ("return 2 * x + 0 + 0 + 0 + 0 + 0", "eventually", 9, ""),
        (OLD, "always", 0, "no input on which it is cheaper"),
    ],
)
def test_what_was_accepted_is_held_against_its_original(new: str, order: str, slack: int, said: str) -> None:
    ran, differs = compared(about("x >= 0", OLD, new), order, slack)
    assert said in differs
    assert bool(said) == bool(differs)
    assert ran > 0


def test_one_that_differs_is_a_failure(capsys: pytest.CaptureFixture[str]) -> None:
    good = Line("j", "f", "1", TEXT, "accept", "", "", "always", 1.0, 300)
    bad = Line("j", "f", "2", TEXT, "accept", "", "", "always", 1.0, 300, "(3,): 4 and 5")
    assert report([good], 1)
    assert not report([good, bad], 2)
    assert "(3,): 4 and 5" in capsys.readouterr().out


def test_a_file_is_read_for_one_judge_without_errors_and_torn_lines(tmp_path: Path) -> None:
    path = tmp_path / "0.jsonl"
    rows = [("j", "1", "reject"), ("other", "2", "reject"), ("j", "3", "error")]
    fields = {"original": "", "program": "", "reason": "", "gate": "", "order": "", "seconds": 1}
    lines = [json.dumps({"judge": judge, "name": name, "verdict": verdict, **fields}) for judge, name, verdict in rows]
    path.write_text("\n".join([*lines, lines[0][:40]]))
    assert list(read(path, "j")) == ["1"]


def test_generated_targets_are_their_own_and_their_improvements_right() -> None:
    made = [ci_graph.made(i) for i in range(67)]
    assert len({m.spec.name for m in made}) == len({m.spec.digest for m in made}) == 67
    for m in made[:9]:
        new = Version(*to_candidate(m.better, "better.py", m.spec, DEFAULT))
        old, better = (Interpreter(p, DEFAULT) for p in (m.spec.program, new.program))
        for n in (0, 1, 2, 7, 40):
            assert old.run([n]).value == better.run([n]).value
        assert old.run([40]).ticks > better.run([40]).ticks
