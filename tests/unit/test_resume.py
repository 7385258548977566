"""A run that is killed at any point and gone on with comes to the graph, and to the counts, of one that nobody killed.

A kill is an exception that nothing catches, and objects that are thrown away: what is left is the graph's folder and the journal.
That a process may be killed inside a write is the business of the tests of the journal and of `bench/kills.py`.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from small_runs import BETTER, DRAFT, GOOD, SLOW, SPEC, WRONG, Asked, Bench, Judge

from loop import settle
from loop.budget import Budget, stop_files
from loop.chain import Chain
from loop.journal import Journal, journal_path
from loop.proposal import Brief, Proposal
from loop.rounds import Rounds
from loop.strategy import InTurn, Told
from verify.graph import Graph
from verify.limits import DEFAULT
from verify.spec import to_specs


class Killed(BaseException):
    """Nothing catches it."""


class Instants:
    """Kills at one instant of a run: before or after something is written, entered, or judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left: int | None = None
        self.met = 0
        for owner, name in ((Chain, "append"), (settle, "enter"), (settle, "keep_lemma"), (Judge, "examine")):
            monkeypatch.setattr(owner, name, self.around(getattr(owner, name)))

    def around(self, action: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*given: Any, **named: Any) -> Any:
            self.instant()
            outcome = action(*given, **named)
            self.instant()
            return outcome

        return acted

    def instant(self) -> None:
        self.met += 1
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed


class Both(Asked):
    """Proposes for two targets, the second time something else."""

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        self.briefs.append(brief)
        for program in self.programs[: 4 if brief.round else 3]:
            own = program.replace(b"def f(", f"def {brief.spec.name}(".encode())
            yield Proposal(brief.spec.name, own, self.lemmas, self.name)


def proposer() -> Both:
    return Both(WRONG, SLOW, GOOD, BETTER)


class Careful(Judge):
    """Takes both targets for the one that the judge knows."""

    def __init__(self) -> None:
        super().__init__()
        self.drafts = (DRAFT,)


def place(folder: Path) -> Bench:
    bench = Bench(folder)
    bench.specs = to_specs(SPEC, "spec.py", DEFAULT)
    bench.judge = Careful()
    return bench


def begun(bench: Bench, *, resume: bool = False, strategy: InTurn | None = None) -> Rounds:
    made = bench.made(proposer(), Budget(), resume=resume, strategy=strategy)
    made.run()
    return made


def outcome(rounds: Rounds) -> object:
    """Return what a run came to, but for its times."""
    lines = [[n.id for n in t.stands.line] for t in rounds.targets]
    taught = [(t.refusals, t.corpus, t.admitted, t.proposals, t.outcome) for t in rounds.targets]
    return lines, taught, asdict(rounds.tally), sorted(rounds.graph.nodes)


def test_killed_at_any_instant_a_run_comes_to_the_same_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instants = Instants(monkeypatch)
    whole = place(tmp_path / "whole")
    due = outcome(begun(whole))
    points = instants.met
    assert points > 60
    for k in range(points):
        bench = place(tmp_path / str(k))
        instants.left = k
        with pytest.raises(Killed):
            begun(bench)
        if Journal(journal_path(bench.folder)).unfinished() is not None:
            assert outcome(begun(bench, resume=True)) == due, k
        else:
            assert k == points - 1 or k == 0, k  # before it was begun, and after it had ended
            begun(bench)
        assert bench.graph().nodes.keys() == whole.graph().nodes.keys(), k
        assert Journal(journal_path(bench.folder)).broken() == "", k
        assert Journal(journal_path(bench.folder)).unfinished() is None, k


def test_killed_twice_a_run_comes_to_the_same_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instants = Instants(monkeypatch)
    due = outcome(begun(place(tmp_path / "whole")))
    points = instants.met
    for k in range(5, points - 20, 11):
        bench = place(tmp_path / str(k))
        for resume, left in ((False, k), (True, 7)):
            instants.left = left
            with pytest.raises(Killed):
                begun(bench, resume=resume)
        assert outcome(begun(bench, resume=True)) == due, k


def test_what_was_judged_is_not_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = place(tmp_path / "whole")
    begun(whole)
    bench, asked = place(tmp_path / "killed"), len(whole.judge.asked)
    instants = Instants(monkeypatch)
    for left in range(0, 200, 9):
        instants.left = left
        try:
            begun(bench, resume=left > 0)
        except Killed:
            continue
        break
    instants.left = None
    kills = left // 9
    assert kills > 3
    # each kill costs the judgement in flight and no more
    assert len(bench.judge.asked) <= asked + kills


def test_a_run_that_was_stopped_goes_on(tmp_path: Path) -> None:
    whole, bench = place(tmp_path / "whole"), place(tmp_path / "stopped")
    due = outcome(begun(whole))
    (file, _) = stop_files(bench.folder)
    bench.judge.meanwhile = file.touch
    rounds = begun(bench)
    assert (rounds.how, rounds.tally.judgements) == ("stopped", 1)
    assert begun(bench, resume=True).how == "stopped"
    file.unlink()
    bench.judge.meanwhile = lambda: None
    assert outcome(begun(bench, resume=True)) == due
    assert Journal(journal_path(bench.folder)).unfinished() is None


@pytest.mark.parametrize(("budget", "judged"), [(Budget(judgements=3), 3), (Budget(proposals=1), 2), (Budget(judgements=0), 0)])
def test_a_budget_is_kept_to_the_judgement(tmp_path: Path, budget: Budget, judged: int) -> None:
    bench = place(tmp_path / "accepted")
    rounds = bench.made(proposer(), budget)
    rounds.run()
    assert (rounds.tally.judgements, len(bench.judge.asked)) == (judged, judged)
    assert rounds.how == ("proposals" if budget.proposals else "judgements")
    assert rounds.spent.proposals <= (budget.proposals or 99)
    assert Journal(journal_path(bench.folder)).unfinished() is None


def test_a_strategy_is_told_the_same_in_the_same_order_after_a_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Noting(InTurn):
        def __init__(self) -> None:
            super().__init__(4, ("asked",))
            self.heard: list[object] = []

        def told(self, outcome: Told) -> None:
            self.heard.append((outcome.turn, outcome.proposal.program, outcome.came, outcome.verdict, outcome.reason))

    one, two = Noting(), Noting()
    begun(place(tmp_path / "whole"), strategy=one)
    instants, bench = Instants(monkeypatch), place(tmp_path / "killed")
    instants.left = 50
    with pytest.raises(Killed):
        begun(bench, strategy=Noting())
    begun(bench, resume=True, strategy=two)
    assert one.heard == two.heard
    assert {h[2] for h in one.heard} == {"accepted", "refused", "known"}  # type: ignore[index]  # tuples


def test_a_node_that_is_gone_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil  # noqa: PLC0415

    from verify.reasons import Refusal  # noqa: PLC0415

    bench = place(tmp_path / "accepted")
    instants = Instants(monkeypatch)
    instants.left = 60
    with pytest.raises(Killed):
        begun(bench)
    graph = bench.graph()
    assert isinstance(graph, Graph)
    shutil.rmtree(bench.folder)
    with pytest.raises(Refusal, match="the graph has lost the node"):
        begun(bench, resume=True)
