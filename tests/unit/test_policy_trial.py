"""What is counted of a run for a policy's evidence, and what becomes of a policy that was tried."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from loop.commands.run import prepared
from loop.commands.run_arguments import RunArguments, run_arguments
from loop.governance.queue import Held, queued
from loop.journal import Entry, Journal, journal_path
from loop.policies.deciding import TRIED, decide
from loop.policies.in_use import policies_of, policy_data
from loop.policies.trial import MEASURE, MOST, Trial, left_of
from loop.search.settings import Settings
from verify.canonical import to_json
from verify.graph import Graph, graph_of, load
from verify.policy import Evidence
from verify.reasons import Refusal, Verdict

POLICY = to_json(policy_data("settings", {"batch": 5}))
EMPTY = graph_of((), "nowhere")
NAMES = tuple("abcdef")


def judged(target: str, verdict: Verdict, *, baseline: bool = False) -> Entry:
    """Make a judgement."""
    return Entry(
        target=target, spec="s" * 64, head=None if baseline else "h" * 64, candidate="c" * 64, judge="j" * 64, verdict=verdict,
        reason=None, message="", gate="", seconds=0.0,
    )  # fmt: skip


def test_what_is_left_is_counted_up_to_the_first_improvement(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    with closing(Journal(journal_path(folder))) as journal:
        for name, verdict, baseline in (
            ("a", "accept", True), ("b", "accept", True), ("a", "decline", False), ("b", "accept", False), ("a", "accept", False),
            ("a", "accept", False), ("c", "decline", True), ("d", "accept", True), *((("d", "reject", False),) * MOST),
            ("d", "accept", False),
        ):  # fmt: skip
            journal.append(judged(name, verdict, baseline=baseline))  # type: ignore[arg-type]  # texts of the table
    assert left_of(folder) == {"a": MOST - 1, "b": MOST, "c": 0, "d": 0}


def evidence(after: tuple[int, ...]) -> Evidence:
    """Make evidence against a side that improved nothing."""
    return Evidence(MEASURE, "1 s for 6 targets", NAMES, (0,), (0,) * 6, after)


def tried(folder: Path) -> list[dict[str, object]]:
    """Return what the journal says of policies."""
    with closing(Journal(journal_path(folder))) as journal:
        return [dict(c) for c in journal.before(TRIED)]


def test_a_policy_that_did_better_enters_and_is_used(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    graph, decided = decide(EMPTY, tmp_path / "accepted", POLICY, evidence((9, 9, 9, 9, 9, 0)))
    assert (decided.node in graph.nodes, decided.why) == (True, "")
    there = load(tmp_path / "accepted")
    assert isinstance(there, Graph)
    assert policies_of(there).settings == Settings(batch=5)
    assert [t["accepted"] for t in tried(tmp_path / "accepted")] == [True]


def test_a_policy_that_did_not_is_in_the_journal_only(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    graph, decided = decide(EMPTY, tmp_path / "accepted", POLICY, evidence((9, 9, 9, 9, 0, 0)))
    assert (decided.node, graph.nodes) == (None, {})
    assert "chance" in decided.why
    assert load(tmp_path / "accepted") == EMPTY
    (said,) = tried(tmp_path / "accepted")
    assert (said["accepted"], said["won"], said["policy"]) == (False, 4, POLICY.decode())


def test_what_was_decided_on_this_evidence_is_not_decided_again(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    folder = tmp_path / "accepted"
    for after in ((9,) * 6, (9, 9, 9, 9, 0, 0)):
        graph, first = decide(EMPTY, folder, POLICY, evidence(after))
        assert decide(graph, folder, POLICY, evidence(after)) == (graph, first)
    assert len(tried(folder)) == 2


def test_a_policy_waits_where_policies_are_reviewed(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    (tmp_path / "policy.toml").write_text('[review]\npolicy = ["ada"]\n', encoding="utf-8")
    graph, decided = decide(EMPTY, tmp_path / "accepted", POLICY, evidence((9,) * 6))
    assert (decided.node, graph.nodes) == (None, {})
    assert "waits for a person's word" in decided.why
    (held,) = queued(tmp_path / "accepted").values()
    assert isinstance(held, Held)
    assert held.node.kind == "policy"


def test_what_is_no_policy_is_not_tried(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    with pytest.raises(Refusal):
        decide(EMPTY, tmp_path / "accepted", b'{"kind":"magic"}\n', evidence((9,) * 6))
    assert not (tmp_path / ".qed").exists()


def test_a_trial_goes_on_where_it_was_and_starts_anew_for_another_policy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[int, bool]] = []

    def measure(specs: object, folder: Path, seconds: int, seed: int, jobs: object, more: list[str], **_: object) -> None:
        ran.append((seed, bool(more)))
        with closing(Journal(journal_path(folder))) as journal:
            for verdict in ("decline", "accept") if not more else ("accept",):
                journal.append(judged("t", verdict))  # type: ignore[arg-type]  # as above

    monkeypatch.setattr("loop.policies.trial.measure", measure)
    (tmp_path / "accepted").mkdir()
    trial = Trial(source=tmp_path / "accepted", specs=(), out=tmp_path / "out", seconds=1, seeds=2)
    found = trial.of(POLICY)
    assert (found.before, found.after, found.targets, found.seeds) == ((31, 31), (32, 32), ("t",), (0, 1))
    assert sorted(ran) == [(0, False), (0, True), (1, False), (1, True)]
    assert ran[0][1] != ran[2][1]  # each side is first once
    assert trial.of(POLICY) == found
    assert len(ran) == 4
    trial.of(to_json(policy_data("settings", {"batch": 6})))
    assert len(ran) == 8


def test_a_run_that_is_gone_on_with_keeps_to_the_policies_that_it_began_with(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    folder = tmp_path / "accepted"
    decide(EMPTY, folder, POLICY, evidence((9,) * 6))
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "f.py").write_text(
        "from verify import target\n\n\n@target\ndef f(n: int) -> int:\n    return n + n\n", encoding="utf-8"
    )  # fmt: skip
    plain = RunArguments(specs=(tmp_path / "specs",), accepted=folder)
    with closing(Journal(journal_path(folder))) as journal:
        begun = prepared(plain, plain.to_budget(), journal)
    assert begun.policies.settings == Settings(batch=5)
    written = run_arguments(json.loads(json.dumps(begun.arguments.as_data())))
    later = to_json(policy_data("settings", {"batch": 7}))
    graph = load(folder)
    assert isinstance(graph, Graph)
    decide(graph, folder, later, evidence((9,) * 6))
    with closing(Journal(journal_path(folder))) as journal:
        assert prepared(plain, plain.to_budget(), journal).policies.settings == Settings(batch=7)
        journal.resumed = True
        assert prepared(written, written.to_budget(), journal).policies == begun.policies
