"""What is held enters by a person's word and a proof, never by one alone; a run goes on as if it were not there."""

import json
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from small_graph import TWICE, accept, accepting, chain, lemma, lemma_certificate, put, run
from small_runs import BETTER, DRAFT, GOOD, SLOW, SPEC, WRONG, Asked, Bench, Judge
from test_resume import Careful, Instants, Killed, outcome, proposer
from typer.testing import CliRunner

from loop.budget import Budget
from loop.cli import app
from loop.commands.common import UsageError
from loop.commands.review import ReviewArguments, approve, reject
from loop.commands.run import plan_of
from loop.commands.run_arguments import RunArguments, run_arguments
from loop.conjecture import keeping
from loop.governance import governor
from loop.governance.door import admit_or_hold
from loop.governance.measured import Measured, measured, measured_from
from loop.governance.queue import Held, hold, queue_path, queued
from loop.journal import HELD, MEASURED, REVIEWED, Journal, journal_path
from loop.keep import keep, standing
from loop.rounds import Rounds
from loop.views.waiting import state
from verify.governance import POLICY
from verify.graph import Graph, graph_of, load
from verify.limits import DEFAULT
from verify.node import Node, node_to_files
from verify.reasons import GraphConflict, GraphCorrupt, HeldForReview, NotByPolicy, ProofFailed, Reason, Refusal
from verify.spec import to_candidate, to_specs
from verify.task import Task, Version
from verify.verdict import Verdict, to_verdict

ADA = '[review]\nimplementation = ["ada"]\n'


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path / "accepted")
    made.review = True
    return made


def entries(bench: Bench) -> list[Held]:
    return [h for h in queued(bench.folder).values() if isinstance(h, Held)]


def held(bench: Bench, program: bytes) -> Held:
    versions = [h for h in entries(bench) if h.node.kind == "implementation"]
    (found,) = [h for h in versions if h.node.content("program.py") == program]
    return found


def said(bench: Bench, what: Held, by: str = "ada", why: str = "") -> ReviewArguments:
    return ReviewArguments(accepted=bench.folder, name=what.node.id, by=by, why=why, as_json=True)


def events(bench: Bench, kind: str) -> list[Any]:
    with closing(Journal(journal_path(bench.folder))) as journal:
        return list(journal.before(kind))


def failing(_: Graph, __: Node) -> Verdict:
    return to_verdict(ProofFailed(what="no."), "kernel", ())


def programs(bench: Bench) -> set[bytes]:
    return {n.content("program.py") for n in bench.graph().nodes.values() if n.kind == "implementation"}


# -- the run --------------------------------------------------------------------------------------------------------------------


def test_what_improves_a_target_waits_and_the_head_stays(bench: Bench) -> None:
    rounds = bench.run(Asked(WRONG, GOOD, BETTER))
    assert programs(bench) == {SPEC}
    assert {h.node.content("program.py") for h in entries(bench)} == {GOOD, BETTER}
    for one in entries(bench):
        edge = one.node.edge("supersedes")
        assert edge is not None
        assert bench.graph().nodes[edge.to].content("program.py") == SPEC
        assert (one.why, one.idea) == ("the run was asked to hold it", "asked")
    (target, other) = rounds.targets[0], rounds.targets[-1]
    assert (target.outcome, target.held, target.admitted) == ("held for review", 2, 0)
    assert other.held in (0, 2)
    assert [c["node"] for c in events(bench, HELD)] == [held(bench, p).node.id for p in (GOOD, BETTER)]
    # each was judged once, in all rounds
    assert bench.judge.asked == [SPEC, WRONG, GOOD, BETTER]


def test_what_waits_or_was_rejected_is_not_judged_again(bench: Bench) -> None:
    bench.run(Asked(GOOD, BETTER))
    bench.run(Asked(GOOD, BETTER))
    assert bench.judge.asked == []
    assert reject(said(bench, held(bench, GOOD), why="too clever")) == 0
    bench.run(Asked(GOOD, BETTER))
    assert bench.judge.asked == []
    assert [h.node.content("program.py") for h in entries(bench)] == [BETTER]
    # the same text with other lemmas is the same change
    bench.run(Asked(BETTER, lemmas=b"-- another way\n"))
    assert bench.judge.asked == []


def test_without_review_nothing_changes(bench: Bench) -> None:
    bench.review = False
    bench.run(Asked(GOOD, BETTER))
    assert programs(bench) == {SPEC, GOOD, BETTER}
    assert not queue_path(bench.folder).exists()
    assert not events(bench, MEASURED)


def test_policy_toml_holds_the_kinds_that_it_names(bench: Bench) -> None:
    bench.review = False
    (bench.folder.parent / POLICY).write_text('[review]\nimplementation = ["ada"]\nlemma = ["ada"]\n')
    bench.judge.drafts = (DRAFT,)
    bench.again(Asked(GOOD))
    assert {n.kind for n in bench.graph().nodes.values()} == {"spec", "implementation"}
    assert sorted(h.node.kind for h in entries(bench)) == ["implementation", "lemma"]
    assert held(bench, GOOD).why == "policy.toml has it reviewed"


def test_a_target_waits_with_its_baseline_where_specs_are_reviewed(bench: Bench) -> None:
    bench.review = False
    (bench.folder.parent / POLICY).write_text('[review]\nspec = ["ada"]\n')
    rounds = bench.run(Asked(GOOD))
    assert not bench.graph().nodes
    assert rounds.targets[0].outcome == "held for review"
    (one,) = entries(bench)
    assert [n.kind for n in one.nodes] == ["spec", "implementation"]
    bench.run(Asked(GOOD))
    assert bench.judge.asked == []
    assert approve(said(bench, one), accepting) == 0
    bench.run(Asked(GOOD))
    assert programs(bench) == {SPEC, GOOD}


def test_killed_at_any_instant_a_run_with_review_comes_to_the_same_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instants = Instants(monkeypatch)
    monkeypatch.setattr(governor, "hold", instants.around(governor.hold))

    def place(name: str) -> Bench:
        made = Bench(tmp_path / name / "accepted")
        made.review, made.judge = True, Careful()
        return made

    def begun(bench: Bench, *, resume: bool = False) -> Rounds:
        made = bench.made(proposer(), Budget(), resume=resume)
        made.run()
        return made

    whole = place("whole")
    rounds = begun(whole)
    due, points = (outcome(rounds), [t.held for t in rounds.targets]), instants.met
    assert len(entries(whole)) == 2
    for k in range(0, points, 2):
        bench = place(str(k))
        instants.left = k
        with pytest.raises(Killed):
            begun(bench)
        if Journal(journal_path(bench.folder)).unfinished() is None:
            continue
        rounds = begun(bench, resume=True)
        assert (outcome(rounds), [t.held for t in rounds.targets]) == due, k
        assert [h.node.id for h in entries(bench)] == [h.node.id for h in entries(whole)], k
        assert bench.graph().nodes.keys() == whole.graph().nodes.keys(), k


# -- the word -------------------------------------------------------------------------------------------------------------------


def test_what_is_approved_enters_and_ci_passes(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    (bench.folder.parent / POLICY).write_text(ADA)
    bench.run(Asked(GOOD, BETTER))
    one = held(bench, GOOD)
    assert approve(said(bench, one, why="plain"), accepting) == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "approve"
    assert programs(bench) == {SPEC, GOOD}
    report = run(bench.folder, everything=True)
    assert (report.exit_code, report.journal is not None) == (0, True)
    (event,) = events(bench, REVIEWED)
    assert event == {"node": one.node.id, "target": "f", "decision": "approve", "by": "ada", "why": "plain"}
    # the head has moved: what waited for the old one has to be proved anew
    stale = held(bench, BETTER)
    with pytest.raises(Refusal, match="the head of `f` is") as refused:
        approve(said(bench, stale), accepting)
    assert type(refused.value.reason) is GraphConflict
    bench.run(Asked(BETTER))
    fresh = [h for h in entries(bench) if not state(bench.graph(), h.nodes)]
    assert len(fresh) == 1
    assert approve(said(bench, fresh[0]), accepting) == 0
    assert programs(bench) == {SPEC, GOOD, BETTER}


@pytest.mark.parametrize("by", ["mallory", "Ada", "ada ", "", "ada\n"])
def test_a_stranger_may_neither_approve_nor_reject(bench: Bench, by: str) -> None:
    (bench.folder.parent / POLICY).write_text(ADA)
    bench.run(Asked(GOOD))
    one = held(bench, GOOD)
    for action in (lambda a: approve(a, accepting), reject):
        with pytest.raises(UsageError, match="may not decide on this"):
            action(said(bench, one, by=by, why="so"))
    assert programs(bench) == {SPEC}
    assert entries(bench) == [one]
    assert not events(bench, REVIEWED)


def test_no_word_admits_what_is_not_proved(bench: Bench) -> None:
    bench.run(Asked(GOOD))
    one = held(bench, GOOD)
    with pytest.raises(Refusal) as refused:
        approve(said(bench, one), failing)
    assert type(refused.value.reason) is ProofFailed
    other = held(bench, GOOD).node.certificate
    assert other is not None
    with pytest.raises(Refusal):  # an acceptance of something else is none of this
        approve(said(bench, one), lambda *_: accept(chain("g", 1)[1]))
    assert programs(bench) == {SPEC}
    assert entries(bench) == [one]
    assert not events(bench, REVIEWED)


def _edit(place: Path, one: Held) -> None:
    (place / one.node.id / "program.py").write_bytes(GOOD.replace(b"+ 0", b"+ 1"))


def _swap(place: Path, one: Held) -> None:
    (place / one.node.id).rename(place / ("0" * 64))


def _record(place: Path, one: Held) -> None:
    (place / "entry.json").write_text((place / "entry.json").read_text().replace(one.node.id, "0" * 64))


def _more(place: Path, one: Held) -> None:
    shutil.copytree(place / one.node.id, place / ("1" * 64))


def _no_record(place: Path, one: Held) -> None:
    (place / "entry.json").write_text("{}\n")


def _link(place: Path, one: Held) -> None:
    (place / one.node.id / "program.py").rename(place.parent / "moved")
    (place / one.node.id / "program.py").symlink_to(place.parent / "moved")


@pytest.mark.parametrize("made", [_edit, _swap, _record, _more, _no_record, _link])
def test_a_tampered_entry_is_refused_and_can_be_rejected(bench: Bench, made: Callable[[Path, Held], None]) -> None:
    bench.run(Asked(GOOD))
    one = held(bench, GOOD)
    made(queue_path(bench.folder) / one.node.id, one)
    with pytest.raises(Refusal) as refused:
        approve(said(bench, one), accepting)
    assert type(refused.value.reason) is GraphCorrupt
    assert programs(bench) == {SPEC}
    listed = json.loads(CliRunner().invoke(app, ["review", "list", "--accepted", str(bench.folder), "--json"]).stdout)
    assert "unreadable" in listed["entries"][0]["state"]
    assert reject(said(bench, one, why="it was tampered with")) == 0
    assert not queued(bench.folder)


def test_another_node_under_the_same_name_is_judged_from_its_bytes(bench: Bench) -> None:
    """Whoever writes the queue can put a whole node there; it is proved from its bytes, or it does not enter."""
    bench.run(Asked(GOOD))
    graph = bench.graph()
    (baseline,) = [n for n in graph.nodes.values() if n.kind == "implementation"]
    other = chain("f", 2)[2]
    hold(bench.folder, Held((other,), "forged"))
    with pytest.raises(Refusal) as refused:
        approve(said(bench, Held((other,), "forged")), accepting)
    assert type(refused.value.reason) is GraphConflict
    assert bench.graph().nodes.keys() == graph.nodes.keys()
    assert baseline.id in graph.nodes


def test_policy_toml_has_the_last_word(bench: Bench) -> None:
    bench.run(Asked(GOOD))
    (bench.folder.parent / POLICY).write_text('[accept]\norders = ["eventually"]\n')
    with pytest.raises(Refusal) as refused:
        approve(said(bench, held(bench, GOOD)), accepting)
    assert type(refused.value.reason) is NotByPolicy
    assert programs(bench) == {SPEC}


def test_a_word_has_to_stand_in_a_sound_journal(bench: Bench) -> None:
    from test_journal_in_ci import tamper  # noqa: PLC0415 - for this test alone

    bench.run(Asked(GOOD))
    tamper(bench.folder, "DELETE FROM events WHERE id = 2")
    with pytest.raises(UsageError, match="row 2"):
        approve(said(bench, held(bench, GOOD)), accepting)
    assert programs(bench) == {SPEC}


def test_an_approval_that_was_killed_after_it_was_admitted_is_gone_on_with(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run(Asked(GOOD))
    one = held(bench, GOOD)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "add", killed)
        with pytest.raises(Killed):
            approve(said(bench, one), accepting)
    assert programs(bench) == {SPEC, GOOD}
    assert state(bench.graph(), one.nodes) == "it is in the graph already"
    assert approve(said(bench, one), failing) == 0
    assert [e["decision"] for e in events(bench, REVIEWED)] == ["approve"]
    assert not entries(bench)


def test_a_rejection_says_why(bench: Bench) -> None:
    bench.run(Asked(GOOD))
    with pytest.raises(UsageError, match="--why"):
        reject(said(bench, held(bench, GOOD)))
    assert entries(bench)


# -- other ways to the door -----------------------------------------------------------------------------------------------------


def test_a_kind_that_is_reviewed_waits_whoever_brings_it(tmp_path: Path) -> None:
    folder, one = tmp_path / "accepted", lemma()
    (tmp_path / POLICY).write_text('[review]\nlemma = ["ada"]\n')
    empty = graph_of((), "nowhere")
    assert isinstance(empty, Graph)
    assert type(admit_or_hold(empty, folder, (one,), failing(empty, one))) is ProofFailed
    assert not queued(folder)
    assert type(admit_or_hold(empty, folder, (one,), accept(one))) is HeldForReview
    assert list(queued(folder)) == [one.id]
    arguments = ReviewArguments(accepted=folder, name=TWICE.name, by="ada", why="no", as_json=True)
    assert reject(arguments) == 0
    again = admit_or_hold(empty, folder, (one,), accept(one))
    assert type(again) is HeldForReview
    assert "rejected" in again.what
    assert not queued(folder)
    (tmp_path / POLICY).unlink()
    assert isinstance(admit_or_hold(empty, folder, (one,), accept(one)), Graph)
    assert keeping.admit_or_hold is admit_or_hold
    assert lemma_certificate(TWICE) == one.certificate


def test_a_policy_waits_and_enters_by_the_door_of_policies(tmp_path: Path) -> None:
    from test_policy_nodes import node  # noqa: PLC0415 - for this test alone

    folder, one = tmp_path / "accepted", node()
    (tmp_path / POLICY).write_text('[review]\npolicy = ["ada"]\n')
    empty = graph_of((), "nowhere")
    assert isinstance(empty, Graph)
    assert type(admit_or_hold(empty, folder, (one,), None)) is HeldForReview
    assert approve(ReviewArguments(accepted=folder, name=one.id[:10], by="ada", as_json=True), failing) == 0
    found = load(folder)
    assert isinstance(found, Graph)
    assert list(found.nodes) == [one.id]


def test_what_is_checked_and_admitted_by_hand_waits_too(bench: Bench) -> None:
    bench.review = False
    bench.run(Asked())
    graph, (spec, *_) = bench.graph(), bench.specs
    (bench.folder.parent / POLICY).write_text(ADA)
    better = Version(*to_candidate(GOOD, "good.py", spec, DEFAULT))
    task = Task(spec, Version(spec.source, spec.program), better)
    reason = keep(graph, bench.folder, standing(graph, spec), task, Judge().examine(task))
    assert type(reason) is HeldForReview
    assert bench.graph() == graph
    assert held(bench, GOOD).why == "policy.toml has it reviewed"


def test_a_run_is_not_gone_on_with_under_another_policy(bench: Bench) -> None:
    spec = bench.folder.parent / "spec.py"
    spec.write_bytes(SPEC)
    arguments = RunArguments(specs=(spec,), accepted=bench.folder, review=True)
    assert run_arguments(json.loads(json.dumps(arguments.as_data()))).review
    plan = plan_of(arguments, Budget())
    with closing(Journal(journal_path(bench.folder))) as journal:
        targets = [one.digest for one in to_specs(SPEC, str(spec), DEFAULT)]
        journal.begin({**plan.arguments, "seed": 0, "judge": plan.judge, "nodes": [], "targets": targets, "held": []})
    (bench.folder.parent / POLICY).write_text(ADA)
    done = qed(bench, "resume")
    assert done.exit_code == 2
    assert "policy.toml has changed since the run began" in done.stderr


# -- measured times -------------------------------------------------------------------------------------------------------------


def test_both_versions_are_measured_on_one_input(bench: Bench) -> None:
    (spec, *_) = bench.specs
    old, new = Version(spec.source, spec.program), Version(*to_candidate(GOOD, "good.py", spec, DEFAULT))
    found = measured(Task(spec, old, new), DEFAULT)
    assert found is not None
    assert not found.slower
    assert found.old > found.new
    assert measured_from(json.loads(json.dumps(found.as_data()))) == found
    back = measured(Task(spec, new, old), DEFAULT)
    assert back is not None
    assert back.slower
    assert measured(Task(spec, old), DEFAULT) is None
    for odd in (None, 3, {}, {"old": 1}, {**found.as_data(), "old": "1"}, {**found.as_data(), "more": 1}):
        assert measured_from(odd) is None


@pytest.mark.parametrize("word", ["allow", "hold", "refuse"])
def test_what_is_measured_slower_enters_waits_or_stays_out(bench: Bench, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    times = Measured(100, 200, slower=True, input="n = 3")
    asked: list[object] = []
    monkeypatch.setattr(governor, "measured", lambda task, _: asked.append(task) or (times if task.new else None))
    bench.review = False
    (bench.folder.parent / POLICY).write_text(f'[accept]\nmeasured_slower = "{word}"\n')
    bench.run(Asked(GOOD))
    assert programs(bench) == ({SPEC, GOOD} if word == "allow" else {SPEC})
    assert [h.measured for h in entries(bench)] == ([times] if word == "hold" else [])
    assert [e["times"] for e in events(bench, MEASURED)] == ([] if word == "allow" else [times.as_data()])
    assert bool(asked) == (word != "allow")
    if word == "refuse":
        assert [(e.verdict, e.reason, e.gate) for e in bench.entries][1:] == [("reject", "NotByPolicy", "policy.toml")]
        assert "measured slower, 100 ns -> 200 ns at n = 3" in bench.entries[1].message
    bench.run(Asked(GOOD))
    assert bench.judge.asked == []
    # with another word, what was judged under this one is judged again
    (bench.folder.parent / POLICY).unlink()
    bench.run(Asked(GOOD))
    if word == "refuse":
        assert programs(bench) == {SPEC, GOOD}


def test_what_a_clock_said_is_said_again_after_a_kill(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    instants, clock = Instants(monkeypatch), iter(range(10**6))

    def timed(task: Task, _: object) -> Measured | None:
        return Measured(1, next(clock), slower=True, input="n = 3") if task.new else None

    monkeypatch.setattr(governor, "measured", timed)
    bench.review = False
    (bench.folder.parent / POLICY).write_text('[accept]\nmeasured_slower = "hold"\n')
    met = 0
    for left in range(1, 40):
        shutil.rmtree(bench.folder, ignore_errors=True)
        shutil.rmtree(bench.folder.parent / ".qed", ignore_errors=True)
        instants.left = left
        try:
            bench.run(Asked(GOOD, SLOW), rounds=1)
            break
        except Killed:
            instants.left = None
        before = events(bench, MEASURED)
        met += len(before)
        with closing(Journal(journal_path(bench.folder))) as journal:
            if journal.unfinished() is None:
                continue
        bench.made(Asked(GOOD, SLOW), Budget(), rounds=1, resume=True).run()
        after = events(bench, MEASURED)
        assert after[: len(before)] == before
        assert len(after) == 1, left
        assert [h.measured.as_data() for h in entries(bench) if h.measured] == [after[0]["times"]]
    assert met > 3


def test_tiers_and_orders_keep_a_run_from_what_they_do_not_allow(bench: Bench) -> None:
    bench.review = False
    (bench.folder.parent / POLICY).write_text('[accept]\norders = ["eventually"]\n')
    rounds = bench.run(Asked(GOOD))
    assert programs(bench) == {SPEC}
    assert (rounds.tally.accept, rounds.tally.reject) == (2 if len(rounds.targets) > 1 else 1, rounds.tally.reject)
    assert [(e.verdict, e.reason) for e in bench.entries][-1] == ("reject", "NotByPolicy")


# -- the commands ---------------------------------------------------------------------------------------------------------------


def qed(bench: Bench, *words: str) -> Any:
    return CliRunner().invoke(app, [*words, "--accepted", str(bench.folder)])


def test_what_there_is_to_judge_is_shown(bench: Bench) -> None:
    (bench.folder.parent / POLICY).write_text(ADA)
    bench.run(Asked(GOOD))
    one = held(bench, GOOD)
    listed = qed(bench, "review", "list")
    assert listed.exit_code == 0
    assert one.node.id[:12] in listed.stdout
    shown = qed(bench, "review", "show", one.node.id[:8])
    assert shown.exit_code == 0, shown.output
    parts = ("reviewers: ada", "+    return n * (n - 1) // 2 + 0", "Claimed", "Cost", "Rests on", "proposed by asked")
    for due in parts:
        assert due in shown.stdout, due
    data = json.loads(qed(bench, "review", "show", "f", "--json").stdout)
    assert (data["node"], data["state"], data["reviewers"]) == (one.node.id, "waits", ["ada"])
    assert data["explained"]["order"] == "always"
    assert "-    total = 0" in data["diff"]


@pytest.mark.parametrize(
    "words", [("show", "nothing"), ("approve", "nothing", "--by", "ada"), ("reject", "0" * 8, "--by", "a", "--why", "b")]
)
def test_what_is_not_there_is_told(bench: Bench, words: tuple[str, ...]) -> None:
    done = qed(bench, "review", *words)
    assert done.exit_code == 2
    assert "entries of the queue are meant by" in done.stderr
    assert "Traceback" not in done.output


def test_an_empty_queue_is_told(bench: Bench) -> None:
    assert qed(bench, "review", "list").exit_code == 0
    assert json.loads(qed(bench, "review", "list", "--json").stdout)["entries"] == []


def test_an_entry_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from loop.governance import queue  # noqa: PLC0415 - for this test alone

    one, folder = Held((lemma(),), "x"), tmp_path / "accepted"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(queue, "_write", full)
        with pytest.raises(Refusal, match="No space left"):
            hold(folder, one)
    assert queued(folder) == {}
    hold(folder, one)
    hold(folder, Held((lemma(),), "another reason"))
    assert queued(folder) == {one.node.id: one}
    assert [p.name for p in queue_path(folder).iterdir()] == [one.node.id]
    assert isinstance(load(folder), Graph | Reason)
    put(folder, one.node)
    assert node_to_files(one.node).keys() == {p.name for p in (folder / one.node.id).iterdir()}
    assert Judge().asked == []
