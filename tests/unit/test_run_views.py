"""Runs as people look at them: from journals that runs wrote, while another process writes, and from such as do not read."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from small_runs import BETTER, GOOD, WRONG, Asked, Bench, Failing
from targets import HEAD

from loop.budget import Spent
from loop.chain import Chain
from loop.journal import ADMISSION, ASKED, BEGUN, CAME, ENDED, STOPPED, Entry, Journal, going_on, journal_path
from loop.views.runs import run_view, runs
from verify.graph import Graph, graph_of, load
from verify.limits import DEFAULT
from verify.reasons import GraphUnavailable, Refusal
from verify.spec import to_specs

WRITER = """
import sys
from pathlib import Path
from loop.journal import ASKED, Journal
journal = Journal(Path(sys.argv[1]))
journal.begin({"seed": 3, "targets": ["x"], "arguments": {"proposer": "symbolic"}})
print(journal.run, flush=True)
for i in range(10**9):
    journal.add(ASKED, {"turn": i, "target": "f", "proposer": "symbolic", "round": i})
"""
EMPTY = graph_of((), "nothing")
assert isinstance(EMPTY, Graph)


def read(bench: Bench) -> Graph:
    found = load(bench.folder)
    assert isinstance(found, Graph)
    return found


def stages(folder: Path) -> list[str]:
    found = run_view(folder, EMPTY)
    return [s.stage for s in found.stages] if found else []


def begun(journal: Journal, seed: int = 0) -> None:
    journal.begin({"seed": seed, "targets": ["1", "2"], "arguments": {"proposer": "openai"}})


def entry(target: str = "f", verdict: str = "reject", **more: object) -> Entry:
    given: dict[str, object] = {
        "target": target,
        "spec": "5" * 64,
        "head": None,
        "candidate": "1" * 64,
        "judge": "2" * 64,
        "verdict": verdict,
        "reason": "WrongResult",
        "message": "it is wrong.",
        "gate": "examples",
        "seconds": 0.5,
        "program": "def f(n): ...",
        **more,
    }
    return Entry(**given)  # type: ignore[arg-type]  # as the test says


def test_a_run_says_what_came_of_each_target(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "accepted")
    bench.run(Asked(WRONG, GOOD, BETTER))
    graph = read(bench)
    (summary,) = runs(bench.folder)
    assert (summary.state, summary.ended_by, summary.targets) == ("done", "", 1)
    assert (summary.accepted, summary.rejected, summary.declined, summary.errors, summary.held) == (3, 1, 0, 0, 0)
    assert summary.spent.judgements == 4
    found = run_view(bench.folder, graph)
    assert found is not None
    assert found.summary == summary
    (stage,) = found.stages
    assert (stage.target, stage.stage, stage.judged, stage.accepted, stage.order) == ("f", "improved", 4, 3, "always")
    assert graph.nodes[stage.head or ""].content("program.py") == BETTER
    assert [n for n in found.entered if graph.nodes[n].kind == "implementation"][-1] == stage.head
    (refused,) = found.refusals
    assert (refused.target, refused.verdict, refused.reason, refused.gate) == ("f", "reject", "WrongResult", "examples")
    assert refused.counterexample == (("n", "3"),)
    assert refused.program == WRONG.decode()
    assert not refused.baseline


def test_runs_come_newest_first_and_one_is_found_by_its_number(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "accepted")
    bench.run(Asked(GOOD))
    bench.run(Failing())
    first, second = reversed(runs(bench.folder))
    assert second.number > first.number
    newest, older = run_view(bench.folder, read(bench)), run_view(bench.folder, read(bench), first.number)
    assert newest is not None
    assert older is not None
    assert (newest.summary.number, older.summary.number) == (second.number, first.number)
    assert (len(older.entered), newest.entered) == (3, ())
    assert run_view(bench.folder, read(bench), 10**6) is None


def test_a_target_that_a_run_found_improved_is_shown_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "accepted")
    bench.run(Asked(GOOD))
    bench.run(Asked(GOOD))
    found = run_view(bench.folder, read(bench))
    assert found is not None
    assert [(s.target, s.stage, s.judged) for s in found.stages] == [("f", "improved", 0)]


@pytest.mark.parametrize(
    ("last", "how", "state", "budget"),
    [
        (ENDED, "", "done", ""),
        (ENDED, "money", "budget used up", "money"),
        (STOPPED, "stopped", "stopped", ""),
        (None, "", "interrupted", ""),
    ],
)
def test_how_a_run_ended_is_told(tmp_path: Path, last: str | None, how: str, state: str, budget: str) -> None:
    folder = tmp_path / "accepted"
    with closing(Journal(journal_path(folder))) as journal:
        begun(journal, seed=7)
        if last:
            journal.add(last, {"how": how, "spent": Spent(seconds=2, tokens=5).as_data()})
    (found,) = runs(folder)
    assert (found.state, found.ended_by, found.proposer, found.seed, found.targets) == (state, budget, "openai", 7, 2)
    assert found.spent.tokens == (5 if last else 0)


def test_a_run_of_this_process_goes_on_until_it_closes_its_journal(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    with closing(Journal(journal_path(folder))) as journal:
        begun(journal)
        journal.add(ASKED, {"turn": 0, "target": "f", "proposer": "openai", "round": 0})
        assert stages(folder) == ["asking for proposals"]
        journal.add(CAME, {"turn": 0, "number": 0, "target": "f", "program": ""})
        assert stages(folder) == ["judging proposals"]
        journal.add(ADMISSION, {"turn": 0, "number": 0, "target": "f", "nodes": ["7" * 64]})
        found = run_view(folder, EMPTY)
        assert found is not None
        assert (found.summary.state, found.stages[0].stage, found.entered) == ("going on", "a version has entered", ("7" * 64,))
        # whoever looks must not take the place of who is at it
        assert going_on(journal.path, journal.run or 0)
    assert [r.state for r in runs(folder)] == ["interrupted"]


def test_a_run_of_another_process_is_read_while_it_writes_and_when_it_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    path = journal_path(folder)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdout is not None
        number = int(child.stdout.readline())
        try:
            rows = []
            for _ in range(20):
                found = run_view(folder, EMPTY, number)
                assert found is not None
                assert found.summary.state == "going on"
                rows.append(found.last_event)
            assert rows == sorted(rows)
            assert not going_on(path, number + 10**6)
        finally:
            child.send_signal(signal.SIGKILL)
    (killed,) = runs(folder)
    assert killed.state == "interrupted"


def test_refusals_come_newest_first_and_the_rest_is_counted(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    with closing(Journal(journal_path(folder))) as journal:
        begun(journal)
        for i in range(9):
            journal.append(entry(message=f"number {i}", arguments=(i, [True, i])), 0, i)
        journal.append(entry(verdict="decline", reason="TimedOut", message="late", gate="kernel"), 0, 9)
        journal.append(entry("g", verdict="decline", message="its baseline", program="the spec"), 0, -1)
    found = run_view(folder, EMPTY, refusals=4)
    assert found is not None
    assert [r.message for r in found.refusals] == ["its baseline", "late", "number 8", "number 7"]
    assert found.refusals_left_out == 7
    assert found.refusals[2].counterexample == (("argument 1", "8"), ("argument 2", "[True, 8]"))
    assert (found.refusals[0].baseline, found.refusals[0].program) == (True, "")
    assert [(s.target, s.stage) for s in found.stages] == [
        ("f", "no improvement so far"),
        ("g", "baseline not accepted: decline"),
    ]


def test_who_looks_again_sees_the_same_as_who_looks_for_the_first_time(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    seen = None
    with closing(Journal(journal_path(folder))) as journal:
        begun(journal)
        for i in range(12):
            journal.add(ASKED, {"turn": i, "target": "fgh"[i % 3], "proposer": "openai", "round": i})
            journal.append(entry("fgh"[i % 3], ("reject", "decline", "accept", "error")[i % 4]), i, -1 if i == 5 else 0)
            seen = run_view(folder, EMPTY, before=seen)
            assert seen == run_view(folder, EMPTY)
        number = journal.run
        journal.begin({"seed": 1, "targets": []})
        assert run_view(folder, EMPTY, before=seen) == run_view(folder, EMPTY)
        assert run_view(folder, EMPTY, number, before=seen) == run_view(folder, EMPTY, number)
    assert seen is not None
    assert [(c.target, c.judged) for c in seen.counts] == [("f", 4), ("g", 4), ("h", 4)]
    assert (seen.summary.accepted, seen.summary.rejected, seen.summary.declined, seen.summary.errors) == (3, 3, 3, 3)


def test_counterexamples_have_the_names_of_the_parameters(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "accepted")
    text = HEAD + "@target\n@require(lambda wide: wide >= 0)\ndef f(wide: int) -> int:\n    return wide + 0\n"
    bench.specs = to_specs(text.encode(), "f.py", DEFAULT)
    bench.run(Asked(WRONG))
    found = run_view(bench.folder, read(bench))
    assert found is not None
    assert all(name == "wide" for r in found.refusals for name, _ in r.counterexample)


def test_a_graph_without_a_journal_has_no_runs_and_gets_none(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    assert runs(folder) == ()
    assert run_view(folder, EMPTY) is None
    assert not journal_path(folder).parent.exists()


def test_what_a_frozen_copy_holds_is_no_run(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    with closing(Journal(journal_path(folder))) as journal:
        journal.begin({"frozen": True})
        journal.add(ENDED, {"how": "frozen"})
    assert runs(folder) == ()


def test_a_journal_that_does_not_read_is_named(tmp_path: Path) -> None:
    path = journal_path(tmp_path / "accepted")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all, and long enough to be sure of it" * 20)
    with pytest.raises(Refusal) as caught:
        runs(tmp_path / "accepted")
    assert isinstance(caught.value.reason, GraphUnavailable)
    assert str(path) in str(caught.value.reason)


def test_rows_that_somebody_put_in_do_not_end_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    with closing(Journal(journal_path(folder))) as journal:
        begun(journal)
        number = journal.run or 0
        chain = journal._chain
        assert isinstance(chain, Chain)
        chain.append("judgement", {"target": 7, "verdict": "reject", "seconds": "long"}, number)
        chain.append(ADMISSION, {"nodes": "none"}, number)
        chain.append(ENDED, {"how": None, "spent": [1]}, number)
        chain.append(BEGUN, {"arguments": 3, "targets": "many", "seed": "x"})
    newest, older = runs(folder)
    assert (newest.targets, newest.seed) == (0, 0)
    assert older.spent == Spent()
    found = run_view(folder, EMPTY, older.number)
    assert found is not None
    assert found.refusals == ()
    assert found.entered == ()
