"""As many nodes are proved again as were due, and a count that is short is never an acceptance."""

from collections.abc import Callable
from pathlib import Path

import pytest
from small_graph import CURRENT, accept, chain, implementation, lemma, never, put, run, solved, using

import verify.ci as ci_module
from verify.ci import Report, Row, ci
from verify.graph import Graph
from verify.node import Node
from verify.reasons import GraphConflict, NotAllReproved, Reason, TimedOut, ToolBroken, WrongTheorem
from verify.verdict import Accept, Broken, Declined, Rejected, Verdict, to_verdict

SPEC, BASE, BETTER = chain("f", 2)
OTHER, OTHER_BASE = chain("g", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path, SPEC, BASE, BETTER, OTHER, OTHER_BASE)
    return tmp_path


@pytest.mark.parametrize(
    "change", [lambda rows: rows[1:], lambda rows: (), lambda rows: (rows[0], rows[0], rows[1]), lambda rows: rows[:1] * 3]
)
def test_rows_that_are_missing_or_stand_twice_are_not_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[tuple[Row, ...]], tuple[Row, ...]]
) -> None:
    real = ci_module._reprove_all
    monkeypatch.setattr(ci_module, "_reprove_all", lambda *arguments: change(real(*arguments)))
    report = run(folder, everything=True)
    assert [type(p) for p in report.problems] == [NotAllReproved]
    assert f"{report.reproved} nodes were proved again; 3 were due." in report.problems[0].what
    assert report.expected == 3
    assert report.exit_code == Rejected.exit_code


def test_a_failed_row_speaks_for_itself(folder: Path) -> None:
    def judged(_: Graph, node: Node) -> Verdict:
        return to_verdict(TimedOut(what="late."), "kernel", ()) if node == BETTER else accept(node)

    report = run(folder, everything=True, reprove=judged)
    assert (report.problems, report.verdict, report.reproved, report.expected) == ((), "decline", 2, 3)
    assert [type(r.reason) for r in report.rows if r.reason] == [TimedOut]


def test_the_verdict_is_the_worst_and_a_short_count_an_error() -> None:
    assert Report(folder="g", everything=True, base=None).verdict == "accept"
    assert Report(folder="g", everything=True, base=None, expected=2, reproved=1).verdict == "error"
    assert Report(folder="g", everything=True, base=None, expected=1, reproved=2).verdict == "error"
    late, wrong, dead = TimedOut(what=""), WrongTheorem(what=""), ToolBroken(what="")
    cases = (((late,), "decline"), ((late, dead), "error"), ((late, dead, wrong), "reject"), ((wrong, late), "reject"))
    for problems, due in cases:
        report = Report(folder="g", everything=True, base=None, problems=problems)
        assert report.verdict == due
        assert report.exit_code == {"reject": Rejected, "decline": Declined, "error": Broken}[due].exit_code
    assert Report(folder="g", everything=True, base=None).exit_code == Accept.exit_code


def test_what_is_counted_is_what_the_graph_holds(tmp_path: Path) -> None:
    known = lemma()
    user = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BETTER, known)
    base = solved(OTHER, OTHER.content("spec.py"), None)
    put(tmp_path, SPEC, BASE, BETTER, OTHER, base, known, user)
    report = run(tmp_path, everything=True)
    assert (report.nodes, report.implementations, report.smt, report.lemmas, report.stronger) == (7, 4, 1, 1, 0)
    assert (report.expected, report.reproved, report.exit_code) == (5, 5, 0)
    assert sorted(report.targets) == [("f", user.id), ("g", base.id)]
    assert {r.node for r in report.rows} == {n.id for n in (BASE, BETTER, base, known, user)}


def test_changes_to_the_judge_are_allowed_where_somebody_says_so_alone(folder: Path) -> None:
    assert Report(folder="g", everything=True, base=None).trust_allowed is False
    assert run(folder, everything=True).trust_allowed is False


def test_where_the_graph_is_not_sound_nothing_is_judged(folder: Path) -> None:
    twin = implementation(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE)
    put(folder, twin)
    report = ci(folder, everything=True, base=None, reprove=never, current=CURRENT, workers=1,
                on_progress=None)  # fmt: skip
    assert [type(p) for p in report.problems] == [GraphConflict]
    assert (report.rows, report.expected, report.exit_code) == ((), 0, Rejected.exit_code)


def test_a_spec_without_a_version_is_a_problem_and_nothing_is_judged(tmp_path: Path) -> None:
    put(tmp_path, SPEC, BASE, OTHER)
    found: list[Reason] = list(run(tmp_path, everything=True, reprove=never).problems)
    assert len(found) == 1
    assert OTHER.id in str(found[0])
