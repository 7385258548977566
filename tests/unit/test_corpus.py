"""Every shipped target has a row in the table of what is known to be best, and every row a target; a run is read as it was."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from rich.console import Console
from small_graph import chain, put

from bench.corpus import Outcome, Ran, RunLost, counts, ideas_of, main, ran, show, to_data
from bench.corpus_table import COSTS, FAMILIES, TABLE, Row, read
from loop.proposal import Proposal
from loop.recording import Entry, Recorder
from verify.interpreter import Interpreter
from verify.limits import DEFAULT
from verify.spec import to_candidate, to_specs

ROOT = Path(__file__).resolve().parents[2]
GOOD = 'f = { family = "sums", source = "a book", cost = "constant", best = "n * n" }\n'
ROW = Row("sums", "a book", "constant", "n * n")


def shipped() -> list[str]:
    files = sorted((ROOT / "specs").rglob("*.py"))
    return [spec.name for path in files for spec in to_specs(path.read_bytes(), path.name, DEFAULT)]


def test_every_target_has_a_row_and_every_row_a_target() -> None:
    names = shipped()
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert set(read()) - set(names) == set()
    assert set(names) - set(read()) == set()


def test_the_corpus_has_its_size() -> None:
    rows = read()
    assert len(rows) >= 60
    assert {row.family for row in rows.values()} >= set(FAMILIES) - {"bits"}
    assert "#" not in TABLE.read_text(encoding="utf-8")


def test_a_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert read(path) == {"f": ROW}


@pytest.mark.parametrize(
    ("old", "new", "due"),
    [
        ('family = "sums"', 'family = "logic"', "f: the family is one of sums, "),
        ('cost = "constant"', 'cost = "cheap"', f"f: the cost is one of {', '.join(COSTS)}"),
        ('best = "n * n"', 'best = " "', "f: no text in best"),
        ('best = "n * n"', "best = 3", "f: no text in best"),
        (', best = "n * n"', "", "f: the fields best, cost, family, source are due, and no others"),
        ("{ family", '{ more = "x", family', "f: the fields best, cost, family, source are due, and no others"),
        (GOOD.strip(), "f = 1", "f: the fields best, cost, family, source are due, and no others"),
    ],
)
def test_a_row_of_another_form(tmp_path: Path, old: str, new: str, due: str) -> None:
    path = tmp_path / "t.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=r"^t\.toml: ") as caught:
        read(path)
    assert due in str(caught.value)


def outcome(name: str, program: str | None, tier: str | None, ideas: tuple[str, ...] = ()) -> Outcome:
    return Outcome(
        name=name, spec=f"specs/{name}.py", outcome="improved" if program else "no improvement found", tier=tier,
        order="always" if program else None, old_cost="5 * n + 4", new_cost="(3)" if program else None, ideas=ideas,
        program=program, proposals=2, seconds=1.25, reason=None,
    )  # fmt: skip


RUN = Ran(
    outcomes=(outcome("f", "def f(n): ...", "kernel", ("a guess", "a better one")), outcome("g", None, None)),
    seconds=3.2, processor_seconds=5.0, summary={"accepted": 3},
)  # fmt: skip


def test_a_run_in_figures() -> None:
    rows = {"f": ROW, "g": Row("folds", "a book", "linear", "sum(xs)")}
    assert list(counts(RUN, rows)) == [
        "2 targets, 1 improved (1 kernel).",
        "by family: sums 1 of 1, folds 0 of 1",
        "3 s, 5 processor seconds.",
    ]


def test_a_run_as_a_table_and_as_data() -> None:
    out = Console(width=220, record=True, file=None, quiet=False)
    with out.capture() as printed:
        show(out, RUN, {"f": ROW})
    lines = printed.get().splitlines()
    row = next(line for line in lines if " f " in line)
    assert [part in row for part in ("5 * n + 4 -> 3", "a guess; then a better one", "constant: n * n")] == [True] * 3
    assert any("not in the table" in line and " g " in line for line in lines)
    data = json.loads(json.dumps(to_data(RUN, {"f": ROW})))
    assert (data["improved"], [t["improved"] for t in data["targets"]]) == (1, [True, False])
    assert (data["targets"][0]["known"]["best"], data["targets"][1]["known"]) == ("n * n", None)
    assert data["run"] == {"accepted": 3}


def ended(node: str | None, name: str = "f") -> dict[str, object]:
    """Return what `qed run --json` says of one target."""
    return {
        "name": name, "spec": "specs/f.py", "outcome": "improved", "tier": "kernel", "order": "always", "node": node,
        "cost": {"old": "5 * n", "new": "3"}, "proposals": 4, "seconds": 2.5, "reason": None,
    }  # fmt: skip


def stands_in(monkeypatch: pytest.MonkeyPatch, printed: str) -> list[list[str]]:
    """Put a process that prints a text in the place of `qed run`; return the commands that it is given."""
    asked: list[list[str]] = []

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0, printed)

    monkeypatch.setattr("bench.corpus.subprocess.run", run)
    return asked


def test_a_line_of_versions_is_read_with_the_idea_of_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, recording = tmp_path / "accepted", tmp_path / "r.jsonl"
    nodes = chain("f", 3)
    put(folder, *nodes)
    with Recorder(recording) as recorder:
        recorder.append(Entry(0, Proposal("f", nodes[2].content("program.py"), b"", "symbolic", "one")))
    asked = stands_in(monkeypatch, json.dumps({"targets": [ended(nodes[3].id), ended(nodes[1].id), ended(None)]}))
    run = ran(["a.py"], folder, recording, "5m", 2, 7)
    best, alone, none = run.outcomes
    assert (best.ideas, best.program, best.tier) == (("one", "?"), nodes[3].content("program.py").decode(), "kernel")
    assert [(o.ideas, o.program, o.tier, o.improved) for o in (alone, none)] == [((), None, None, False)] * 2
    (command,) = asked
    assert command[1:5] == ["-m", "loop", "run", "a.py"]
    assert {"--budget", "5m", "--rounds", "2", "--seed", "7", "--json", str(folder)} <= set(command)


def test_a_run_without_a_summary_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stands_in(monkeypatch, "qed: stopped")
    with pytest.raises(RunLost, match="ended with 0 and no summary"):
        ran(["a.py"], tmp_path / "accepted", tmp_path / "r.jsonl", "5m", 2, 7)


def test_the_idea_is_that_of_the_first_who_had_it(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    assert ideas_of(path) == {}
    with Recorder(path) as recorder:
        for program, idea in ((b"a", "one"), (b"b", "two"), (b"a", "three")):
            recorder.append(Entry(0, Proposal("f", program, b"", "symbolic", idea)))
    assert ideas_of(path) == {("f", b"a"): "one", ("f", b"b"): "two"}


def test_a_graph_that_holds_something_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["corpus.py", "--accepted", str(tmp_path)])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2


def test_a_budget_is_read_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["corpus.py", "--budget", "soon"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2


@pytest.mark.slow
@pytest.mark.lean
def test_a_run_finds_what_it_finds(tmp_path: Path) -> None:
    spec = ROOT / "specs" / "sums" / "odd_sums.py"
    run = ran([str(spec)], tmp_path / "accepted", tmp_path / "recording.jsonl", "5m", 1, 0)
    (found,) = run.outcomes
    assert (found.name, found.outcome, found.tier, len(found.ideas)) == ("sum_of_odds", "improved", "kernel", 1)
    assert found.program is not None
    (target,) = to_specs(spec.read_bytes(), spec.name, DEFAULT)
    _, head = to_candidate(found.program.encode(), "head.py", target, DEFAULT)
    assert Interpreter(head, DEFAULT).run((12,)).value == 144
    assert "?" not in found.ideas
