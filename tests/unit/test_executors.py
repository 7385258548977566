"""Executors: the same graph whoever judges; a worker that dies costs its question; what comes back is data.

The judge stands in for the gates; `tests/test_one_graph.py` has the real one.
"""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_runs import BETTER, GOOD, JUDGE, SLOW, SPEC, WRONG, Asked, Bench
from small_workers import Dies, Slowly, faulty

from bench.kills import prepare
from loop.budget import Budget
from loop.examine import Examination
from loop.executors.executor import Answer, InProcess
from loop.executors.lanes import Faulted, Lanes, Said, WorkerDied
from loop.executors.local import JUDGE_BYTES, Process, default_jobs, local
from loop.executors.wire import WireError, from_bytes, to_bytes
from loop.journal import OUTCOMES, Journal, journal_path
from loop.tactic_order import Outcome
from loop.target import Plan
from verify.limits import DEFAULT
from verify.reasons import CostNotLower
from verify.verdict import to_verdict

ROOT = Path(__file__).resolve().parents[2]
REFUSED = Examination(to_verdict(CostNotLower(what="it is not cheaper."), "kernel", (("kernel", 0.5),)))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "accepted")


@pytest.mark.parametrize("jobs", [1, 3])
def test_workers_come_to_the_graph_of_one_process(bench: Bench, tmp_path: Path, jobs: int) -> None:
    alone = Bench(tmp_path / "alone")
    programs = (WRONG, SLOW, GOOD, WRONG + b"\n", BETTER, SLOW)
    due = alone.run(Asked(*programs))
    executor = local(Slowly, jobs)
    try:
        rounds = bench.made(Asked(*programs), Budget(), executor=executor)
        rounds.run()
    finally:
        executor.close()
    assert bench.graph().nodes.keys() == alone.graph().nodes.keys()
    assert rounds.tally == due.tally
    assert [(e.candidate, e.verdict, e.reason, e.head) for e in bench.entries] == [
        (e.candidate, e.verdict, e.reason, e.head) for e in alone.entries
    ]


@pytest.mark.parametrize(("times", "reason"), [(1, "WrongResult"), (9, "TimedOut")])
def test_a_dead_worker_costs_its_question_and_no_more(bench: Bench, tmp_path: Path, times: int, reason: str) -> None:
    deaths = tmp_path / "deaths"
    deaths.mkdir()
    executor = local(lambda: Dies(deaths, times), 2)
    try:
        rounds = bench.made(Asked(WRONG, GOOD), Budget(), rounds=1, executor=executor)
        rounds.run()
    finally:
        executor.close()
    assert [(e.verdict, e.reason) for e in bench.entries] == [
        ("accept", None), ("reject" if times == 1 else "decline", reason), ("accept", None),
    ]  # fmt: skip
    assert len(list(deaths.iterdir())) == min(times, 2)
    assert rounds.targets[0].outcome == "improved"
    if times > 1:
        assert "2 workers died of it: it ended with signal 9" in bench.entries[1].message


def test_a_bug_of_a_judge_is_an_error_of_its_question(bench: Bench) -> None:
    executor = local(lambda: faulty, 1)
    try:
        rounds = bench.made(Asked(GOOD), Budget(), rounds=1, executor=executor)
        rounds.run()
    finally:
        executor.close()
    assert (rounds.tally.accept, rounds.tally.error) == (1, 1)
    assert "judging ended with LookupError: a bug" in bench.entries[-1].message


def test_closing_ends_a_worker_that_is_at_work(bench: Bench) -> None:
    worker = Process(Slowly())
    assert worker.pid is not None
    os.kill(worker.pid, 0)
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(worker.pid, 0)
    with pytest.raises(WorkerDied):
        worker.ask(b"x", lambda _: None)


def test_what_cannot_begin_ends_the_run(bench: Bench) -> None:
    def first() -> None:
        raise LookupError("no Lean")

    executor = local(Slowly, 1, first)
    rounds = bench.made(Asked(GOOD), Budget(), executor=executor)
    with pytest.raises(LookupError, match="no Lean"):
        rounds.run()
    executor.close()


def test_a_judge_fits_memory_and_cores() -> None:
    assert 1 <= default_jobs() <= len(os.sched_getaffinity(0))
    assert JUDGE_BYTES > 2**31


# -- an executor that is not believed -------------------------------------------------------------------------------------------


class Foreign(InProcess):
    """Judges here, and says that it is elsewhere."""

    trusted = False


def test_what_a_foreign_worker_accepted_enters_only_when_it_is_proved_again(bench: Bench) -> None:
    from loop.rounds import Rounds  # noqa: PLC0415
    from verify.graph import Graph  # noqa: PLC0415
    from verify.node import Node  # noqa: PLC0415
    from verify.reasons import ProofFailed  # noqa: PLC0415
    from verify.verdict import Accept, Verdict  # noqa: PLC0415

    asked: list[bytes] = []

    def again(graph: Graph, node: Node) -> Verdict:
        asked.append(node.content("program.py"))
        assert graph.nodes[node.id] == node
        if node.content("program.py") == GOOD or node.certificate is None:
            return to_verdict(ProofFailed(what="no."), "kernel", ())
        return Accept(node.certificate)

    def made(again_: object) -> Rounds:
        plan = Plan(folder=bench.folder, rounds=1, seed=0, limits=DEFAULT, judge=JUDGE)
        proposer, journal = Asked(GOOD, BETTER), Journal(journal_path(bench.folder))
        executor = Foreign(lambda _: bench.judge)
        return Rounds(plan, bench.specs, {"asked": proposer}, executor, journal, bench.watch, again=again_)  # type: ignore[arg-type]

    with pytest.raises(TypeError, match="not trusted"):
        made(None)
    rounds = made(again)
    rounds.run()
    assert asked == [SPEC, GOOD, BETTER]
    assert [n.content("program.py") for n in rounds.targets[0].stands.line] == [SPEC, BETTER]
    assert [(e.verdict, e.reason) for e in bench.entries] == [("accept", None), ("decline", "ProofFailed"), ("accept", None)]


# -- what goes over the wire ----------------------------------------------------------------------------------------------------


class Calls:
    """Runs something when it is read."""

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, ("made-by-reading",)


@dataclass
class Unknown:
    """A record that is not ours."""


def test_an_answer_comes_back_as_it_was() -> None:
    said = Said(Answer(REFUSED, (Outcome("none equal", "omega", succeeded=True),), 1.5))
    assert from_bytes(to_bytes(said), Said) == said


@pytest.mark.parametrize(
    "content",
    [b"", b"x", b"\x80\x05.", pickle.dumps(Calls()), pickle.dumps(Unknown()), pickle.dumps({"a": Calls()}), pickle.dumps(1),
     pickle.dumps(print), pickle.dumps(Path("x")), to_bytes(Faulted("x"))],
)  # fmt: skip
def test_what_is_no_answer_calls_nothing(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WireError):
        from_bytes(content, Said)
    assert list(tmp_path.iterdir()) == []


def test_a_worker_outside_its_protocol_is_a_broken_tool(bench: Bench) -> None:
    class Babbling:
        def ask(self, question: bytes, say: object) -> bytes:
            return b"accept"

        def close(self) -> None:
            pass

    executor = Lanes(Babbling, 1, trusted=True)
    rounds = bench.made(Asked(GOOD), Budget(), executor=executor)
    rounds.run()
    executor.close()
    assert (rounds.targets[0].outcome, rounds.tally.error) == ("baseline not accepted", 1)


# -- what scripts came to -------------------------------------------------------------------------------------------------------


def test_outcomes_are_written_down_where_a_search_came_to_its_end(bench: Bench) -> None:
    class Telling:
        def __init__(self) -> None:
            self.outcomes: list[Outcome] = []

        def examine(self, task: object, **given: object) -> Examination:
            self.outcomes += [Outcome("c", "omega", succeeded=False), Outcome("c", "grind", succeeded=True)]
            return bench.judge.examine(task, **given)  # type: ignore[arg-type]  # as they came

    rounds = bench.made(Asked(WRONG, GOOD), Budget(), rounds=1, executor=InProcess(lambda _: Telling()))
    rounds.run()
    found = [c["counts"] for c in Journal(journal_path(bench.folder)).before(OUTCOMES)]
    # the refusal cut the search off at a moment of its own
    assert found == [{"c": {"grind": [1, 1], "omega": [0, 1]}}] * 2


# -- whole commands -------------------------------------------------------------------------------------------------------------


def command(place: Path, accepted: Path, *options: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "bench/kills.py", "--child", str(place / "specs"), "--proposer", f"replay:{place / 'recording'}",
            "--rounds", "1", "--accepted", str(accepted), "--json", *options]  # fmt: skip
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280)  # noqa: S603


def nodes(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    prepare(tmp_path / "place", targets=2, steps=2)
    return tmp_path / "place"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_ray_cluster_comes_to_the_same_graph(place: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    here = command(place, tmp_path / "local", "--jobs", "2")
    assert here.returncode == 0, here.stderr
    there = command(place, tmp_path / "ray", "--executor", "ray", "--jobs", "2")
    assert there.returncode == 0, there.stderr
    assert nodes(tmp_path / "ray") == nodes(tmp_path / "local")
    one, two = (json.loads(done.stdout) for done in (here, there))
    assert (one["spent"]["judgements"], two["spent"]["judgements"]) == (10, 10)
    assert [t["node"] for t in one["targets"]] == [t["node"] for t in two["targets"]]


@pytest.mark.slow
def test_a_cluster_that_is_not_there_is_wrong_usage(place: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray")
    for address in ("ray-is-not-here.invalid:1", "127.0.0.1:1", "ray://[::1]:99999"):
        done = command(place, tmp_path / "ray", "--executor", "ray", "--address", address)
        assert done.returncode == 2, done.stderr
        assert f"there is no Ray cluster at {address}" in done.stderr
