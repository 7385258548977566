"""The round: what is judged, what is kept, what is learned, and what is not judged twice.

The graph, the journal, the specs and the proposer are the real ones; the judge accepts what a test says, so that no proof is
searched for here.
"""

import shutil
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from small_runs import BETTER, DRAFT, GOOD, JUDGE, SLOW, SPEC, WRONG, Asked, Bench, Failing, Judge

from loop.budget import Budget
from loop.examine import Examination
from loop.executors.executor import Answer, InProcess, Question, Say, answered
from loop.journal import Entry, Journal, journal_path, judge_digest
from loop.keep import standing
from loop.lemma_store import Draft
from loop.normal import normal_text
from loop.proposal import Brief, Proposal
from loop.proposers.replay import Replay
from loop.recording import Entry as Recorded
from loop.recording import Recorder, to_entries
from loop.rounds import Rounds
from loop.target import Plan
from loop.threads import in_thread
from verify.ir import Value
from verify.limits import DEFAULT
from verify.reasons import GraphCorrupt, Malformed, ProofMissing, Refusal, ToolBroken, Unsupported
from verify.source import to_source
from verify.spec import to_specs
from verify.task import Task
from verify.verdict import to_verdict


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "accepted")


def test_a_baseline_then_each_better_version_is_kept(bench: Bench) -> None:
    rounds = bench.run(Asked(WRONG, GOOD, BETTER))
    (target,) = rounds.targets
    assert [n.content("program.py") for n in standing(bench.graph(), bench.specs[0]).line] == [SPEC, GOOD, BETTER]
    assert (target.outcome, target.admitted, target.stands.order) == ("improved", 2, "always")
    assert (rounds.tally.accept, rounds.tally.reject, rounds.tally.judgements) == (3, 1, 4)
    assert [(e.verdict, e.reason) for e in bench.entries] == [
        ("accept", None), ("reject", "WrongResult"), ("accept", None), ("accept", None),
    ]  # fmt: skip
    assert bench.entries[-1].node == target.stands.head.id  # type: ignore[union-attr]


def test_nothing_to_improve_is_an_outcome(bench: Bench) -> None:
    (target,) = bench.run(Asked(SLOW)).targets
    assert target.outcome == "no improvement found"
    (target,) = bench.run(Asked()).targets
    assert target.outcome == "no improvement found"


def test_a_second_run_judges_nothing_and_starts_no_judge(bench: Bench) -> None:
    bench.run(Asked(WRONG, GOOD, BETTER, SLOW))
    rounds = bench.run(Asked(WRONG, GOOD, BETTER, SLOW))
    assert bench.judge.asked == []
    assert (rounds.tally.judgements, rounds.tally.known) == (0, 4)
    assert rounds.targets[0].outcome == "already improved"


def test_the_journal_admits_nothing(bench: Bench) -> None:
    bench.run(Asked(GOOD))
    shutil.rmtree(bench.folder)
    bench.run(Asked(GOOD))
    assert bench.judge.asked == [SPEC, GOOD]
    assert len(bench.graph().nodes) == 3


def test_another_judge_judges_again(bench: Bench) -> None:
    bench.run(Asked(SLOW))
    bench.judge_name = "8" * 64
    bench.run(Asked(SLOW))
    assert bench.judge.asked == [SLOW]


def test_names_comments_and_layout_make_no_new_candidate(bench: Bench) -> None:
    other = b"def f(n: int) -> int:\n    '''Slow.'''\n    # why\n    return (0 + n*(n-1)//2 + 0 + 0)\n"
    bench.run(Asked(SLOW, other))
    assert bench.judge.asked == [SPEC, SLOW]


def test_a_version_of_the_graph_is_no_new_candidate(bench: Bench) -> None:
    body = SPEC.split(b"\n", 6)[6].replace(b"total", b"acc").replace(b" i", b" k")
    bench.run(Asked(body))
    assert bench.judge.asked == [SPEC]


def test_what_is_wrong_is_not_judged_against_a_new_head_and_what_was_slow_is(bench: Bench) -> None:
    bench.run(Asked(WRONG, SLOW, GOOD))
    assert bench.judge.asked == [SPEC, WRONG, SLOW, GOOD, SLOW]


def test_refusals_and_counterexamples_are_learned_across_runs(bench: Bench) -> None:
    proposer = Asked(WRONG, SLOW)
    bench.run(proposer)
    assert bench.judge.corpora[-1] == ()
    assert [r.reason for r in proposer.briefs[1].refusals] == ["WrongResult", "CostNotLower"]
    later = Asked()
    bench.run(later)
    assert [r.program for r in later.briefs[0].refusals] == [WRONG.decode(), SLOW.decode()]
    assert (later.briefs[0].seed, later.briefs[0].round) == (7, 0)
    bench.run(Asked(GOOD))
    assert bench.judge.corpora[-1] == ((3,),)


@pytest.mark.parametrize(
    ("program", "lemmas", "reason"),
    [
        (b"def f(n: int) -> int:\n    return n / 2\n", b"", Unsupported),
        (b"def f(n", b"", Malformed),
        (b"\xff\xfe", b"", Malformed),
        (GOOD, b"\xff", Malformed),
    ],
)
def test_what_does_not_read_is_refused_before_any_judge(bench: Bench, program: bytes, lemmas: bytes, reason: type) -> None:
    bench.run(Asked(program, lemmas=lemmas))
    assert bench.judge.asked == [SPEC]
    assert bench.entries[-1].reason == reason.__name__
    assert bench.entries[-1].gate == "policy"


def test_a_baseline_that_is_refused_is_asked_about_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = Judge()

    def refuse(task: Task, **_: object) -> Examination:
        return Examination(to_verdict(ProofMissing(what="no proof was found."), "kernel", ()))

    monkeypatch.setattr(refusing, "examine", refuse)
    bench.judge = refusing
    proposer = Asked(GOOD)
    (target,) = bench.again(proposer).targets
    assert (target.outcome, type(target.reason)) == ("baseline not accepted", ProofMissing)
    assert not proposer.briefs
    (target,) = bench.run(proposer).targets
    assert (target.outcome, bench.judge.asked) == ("baseline not accepted", [])
    assert target.recorded is not None
    assert target.recorded.reason == "ProofMissing"


def test_a_broken_tool_has_judged_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run(Asked())

    def broken(task: Task, **_: object) -> Examination:
        return Examination(to_verdict(ToolBroken(what="Lean died."), "kernel", ()))

    monkeypatch.setattr(bench.judge, "examine", broken)
    assert bench.again(Asked(GOOD), rounds=1).tally.error == 1
    bench.run(Asked(GOOD))
    assert bench.judge.asked == [GOOD]


def test_a_proposer_that_fails_ends_the_asking_and_keeps_what_was_found(bench: Bench) -> None:
    rounds = bench.run(Failing())
    assert rounds.failed is not None
    assert rounds.failed.do == "Start it."
    assert rounds.targets[0].outcome == "improved"


def test_unusable_answers_are_counted_and_asked_for_again(bench: Bench) -> None:
    proposer = Asked()
    proposer.last_faults = ["malformed"]  # type: ignore[attr-defined]
    rounds = bench.run(proposer, rounds=3)
    assert (rounds.tally.faults, len(proposer.briefs)) == (3, 3)
    assert "malformed" in bench.watch.notes[0]


def test_no_time_means_nothing_is_begun(bench: Bench) -> None:
    rounds = bench.run(Asked(GOOD), seconds=0.0)
    assert rounds.targets[0].outcome == "not reached"
    assert bench.judge.asked == []


class Abreast:
    """Judges several questions at a time; one about a candidate takes longer than the run may."""

    jobs = window = 4
    trusted = True

    def submit(self, question: Question, _: Say) -> "Future[Answer]":
        def judged() -> Answer:
            time.sleep(0.8 if question.task.new else 0)
            return answered(Judge(), question)

        return in_thread(judged)

    def close(self) -> None:
        pass


def test_what_was_begun_in_time_is_settled_behind_what_was_not(bench: Bench) -> None:
    def named(text: bytes, name: str) -> bytes:
        return text.replace(b"def f(", b"def %s(" % name.encode())

    bench.specs = [s for name in "fghk" for s in to_specs(named(SPEC, name), f"{name}.py", DEFAULT)]

    class Proposing(Asked):
        def propose(self, brief: Brief) -> Iterator[Proposal]:
            for program in (WRONG, GOOD) if brief.spec.name in "fh" else (WRONG,):
                yield Proposal(brief.spec.name, named(program, brief.spec.name), b"", self.name)

    made = bench.made(Proposing(), Budget(seconds=0.4), executor=Abreast())
    made.run()
    assert made.how == "seconds"
    judged = [(e.target, e.program.encode()) for e in bench.entries if e.head is not None]
    assert judged == [(name, named(WRONG, name)) for name in "fghk"], "the second ones of f and h were not begun"


def test_a_head_that_somebody_else_admitted_is_gone_on_from(bench: Bench) -> None:
    bench.run(Asked())
    judge = Judge()

    def meanwhile() -> None:
        judge.meanwhile = lambda: None
        bench.run(Asked(GOOD))

    judge.meanwhile = meanwhile
    bench.judge = judge
    plan = Plan(folder=bench.folder, rounds=4, seed=0, limits=DEFAULT, judge=JUDGE)
    proposer, journal = Asked(BETTER), Journal(bench.folder.parent / "other.sqlite")
    Rounds(plan, bench.specs, {proposer.name: proposer}, InProcess(lambda _: judge), journal, bench.watch).run()
    assert [n.content("program.py") for n in standing(bench.graph(), bench.specs[0]).line] == [SPEC, GOOD, BETTER]


def test_a_graph_that_cannot_be_written_ends_the_run(tmp_path: Path) -> None:
    bench = Bench(Path("/proc/qed/accepted"))
    with pytest.raises(Refusal) as refusal:
        bench.run(Asked(GOOD))
    assert type(refusal.value.reason).__name__ == "GraphUnavailable"


def test_a_corrupt_graph_ends_the_run_before_anything_is_judged(bench: Bench) -> None:
    bench.run(Asked(GOOD))
    (bench.folder / "stray").write_text("x")
    with pytest.raises(Refusal) as refusal:
        bench.run(Asked(BETTER))
    assert type(refusal.value.reason) is GraphCorrupt
    assert bench.judge.asked == []


def test_a_recorded_run_gives_the_same_graph(bench: Bench, tmp_path: Path) -> None:
    with Recorder(tmp_path / "run.jsonl") as recorder:
        bench.run(Asked(WRONG, GOOD, BETTER), recorder=recorder)
    entries: tuple[Recorded, ...] = to_entries((tmp_path / "run.jsonl").read_bytes(), "run.jsonl")
    assert [e.round for e in entries] == [0, 0, 0, 1, 1, 1]
    other = Bench(tmp_path / "other")
    other.run(Replay(entries))
    assert other.graph().nodes.keys() == bench.graph().nodes.keys()


# -- lemmas -----------------------------------------------------------------------------------------------------------------


def _with_drafts(bench: Bench, *drafts: Draft) -> Rounds:
    bench.judge = Judge()
    bench.judge.drafts = drafts
    return bench.again(Asked(GOOD, BETTER))


def test_a_lemma_behind_a_proof_is_kept_once_and_used_by_the_next(bench: Bench) -> None:
    rounds = _with_drafts(bench, DRAFT, DRAFT)
    (node,) = [n for n in bench.graph().nodes.values() if n.kind == "lemma"]
    assert (node.target, rounds.tally.lemmas) == ("twice_form", 1)
    assert [n.uses for n in standing(bench.graph(), bench.specs[0]).line] == [(), (node.id,), (node.id,)]
    assert [bool(store.about(DRAFT.slice)) for store in bench.judge.stores] == [False, True, True]
    again = _with_drafts(bench, DRAFT)
    assert again.tally.lemmas == 0


def test_a_run_with_lemmas_gives_the_same_graph_again(bench: Bench, tmp_path: Path) -> None:
    _with_drafts(bench, DRAFT)
    other = Bench(tmp_path / "other")
    _with_drafts(other, DRAFT)
    assert other.graph().nodes.keys() == bench.graph().nodes.keys()


# -- what earlier runs found ----------------------------------------------------------------------------------------------


ENTRY = Entry(
    target="f", spec="1" * 64, head=None, candidate="2" * 64, judge=JUDGE, verdict="reject", reason="WrongResult", message="m",
    gate="examples", seconds=0.5, arguments=(3, True, -(10**30)),
)  # fmt: skip
LISTS = b"""from verify import target


@target
def f(xs: list[int], p: tuple[int, bool]) -> int:
    return len(xs)
"""


def test_of_a_journal_the_inputs_of_the_right_types_are_tried_once(bench: Bench) -> None:
    bench.specs = to_specs(LISTS, "spec.py", DEFAULT)
    spec = bench.run(Asked()).targets[0].stands.spec.id
    good: tuple[Value, ...] = ([1, 2], (3, True))
    odd: list[tuple[Value, ...]] = [
        ((1, 2), (3, True)), ([True], (3, True)), ([1], [3, True]), ([1], (3, 1)), ([1],), ([1], (3, True), 0),
    ]  # fmt: skip
    for given in [good, *odd, ([1, 2], (3, True))]:
        Journal(journal_path(bench.folder)).append(replace(ENTRY, spec=spec, arguments=given))
    bench.run(Asked(b"def f(xs: list[int], p: tuple[int, bool]) -> int:\n    return len(xs) + 0\n"))
    assert bench.judge.corpora == [(good,)]


def test_the_judge_has_another_name_for_another_lean() -> None:
    assert judge_digest(DEFAULT, "auto") != judge_digest(DEFAULT, "native")
    assert judge_digest(DEFAULT, "auto") == judge_digest(DEFAULT, "auto")


def test_the_normal_text_keeps_what_matters() -> None:
    def text(code: str) -> str:
        return normal_text(to_source(code.encode(), "x", DEFAULT), "f")

    one = text("def f(a: int, b: int) -> int:\n    c: int = a\n    '''x'''\n    return max(c, b)\n")
    assert one == text("def f(x: int, y: int) -> int:\n    z = x\n    pass\n    return max(z, y)\n")
    assert one != text("def f(x: int, y: int) -> int:\n    z = y\n    pass\n    return max(z, y)\n")
    assert one != text("def f(x: int, y: int) -> int:\n    z = x\n    pass\n    return min(z, y)\n")
