"""Self-play: levels near an even rate, a falsifier that learns, conditions that separate, rounds that go on where they were."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loop.bench import Bench, SearchStopped
from loop.cli import app
from loop.conjecture.candidates import Candidate
from loop.conjecture.conditions import PATTERNS, Condition, conditions, holding, separating, steered
from loop.conjecture.falsifier import Falsifier, differing
from loop.conjecture.grammar import GRAMMARS, KINDS, samples
from loop.conjecture.levels import EASIEST, Level, Levels
from loop.conjecture.play import Play, Round
from loop.conjecture.played import Played, load, save
from loop.conjecture.proving import Prover
from loop.conjecture.supply import Supply
from loop.journal import Journal, journal_path
from loop.rule_store import Accepted
from loop.tactic_order import TacticOrder
from loop.techniques.rules import Rule, accepted
from verify.gates.kernel import Kernel
from verify.gates.lemma import judge_lemma
from verify.task import Passed

BY_NAME = {g.name: g for g in GRAMMARS}
INTS, BITS = BY_NAME["ints"], BY_NAME["bits"]


# -- levels ---------------------------------------------------------------------------------------------------------------------


def learnt(**results: tuple[int, int]) -> Levels:
    """Return levels of the ints by size, each with successes and tries."""
    levels = Levels()
    for name, (won, tried) in results.items():
        for i in range(tried):
            levels.learn(Level("ints", int(name[1:])), proved=i < won)
    return levels


def test_the_level_nearest_to_an_even_rate_is_chosen() -> None:
    levels = learnt(s3=(9, 10), s4=(6, 10), s5=(1, 10))
    others = [Level("ints", size, c) for size in range(3, 7) for c in (1, 2)] + [Level("ints", 6)]
    assert levels.choose(["ints"], others) == Level("ints", 4)
    assert learnt(s3=(9, 10), s4=(9, 10), s5=(1, 10)).choose(["ints"], others) == Level("ints", 3)


def test_the_unknown_is_tried_once_what_is_easier_was() -> None:
    assert Levels().choose(["ints", "bits"]) == Level("ints", EASIEST)
    assert learnt(s3=(9, 10)).choose(["ints"]) == Level("ints", 3, 1)
    assert learnt(s3=(9, 10)).choose(["ints"], [Level("ints", 3, 1)]) == Level("ints", 4)
    assert Levels().choose(["ints"], [Level("ints", 3)]) == Level("ints", 3, 1)
    assert Levels().choose([]) is None


def test_old_results_fade() -> None:
    levels = learnt(s3=(60, 60))
    for _ in range(200):
        levels.learn(Level("ints", 3), proved=False)
    assert levels.rate(Level("ints", 3)) < Fraction(1, 20)
    assert Levels.from_data(json.loads(json.dumps(levels.to_data()))) == levels


# -- conditions -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda p: p.text)
def test_letters_are_made_to_meet_a_condition(pattern: object) -> None:
    for grammar in GRAMMARS:
        for c in conditions(grammar, grammar.letters):
            if c.pattern is pattern:
                met = [c.met(p) for p in samples(grammar, 50, 3)]
                if "%" not in c.text:
                    assert holding([c.text], met) == met
                assert len(holding([c.text], met)) > 40
                return
    pytest.fail("no grammar has it")


def test_the_weakest_condition_that_separates_is_asked() -> None:
    one = Candidate("(x // x)", "1")
    points = samples(INTS, 300, 0)
    broken = differing(one, points)
    good = [p for p in points if p not in broken]
    asked = separating(conditions(INTS, ["x"]), broken, good)
    assert isinstance(asked, Condition)
    assert asked.text == "x != 0"
    assert separating(conditions(INTS, ["x"]), points, good) is None


def test_samples_are_steered_to_where_conditions_hold() -> None:
    points = samples(INTS, 60, 1)
    found = steered(["x % y == 0", "y > 0"], INTS, points)
    assert holding(["x % y == 0", "y > 0"], found) == found
    assert len(found) > 30
    assert steered([], INTS, points) == points


# -- the falsifier --------------------------------------------------------------------------------------------------------------


def test_what_broke_one_conjecture_is_tried_first_on_the_next() -> None:
    falsifier = Falsifier()
    assert falsifier.order()[0] == "killers"
    rare = Candidate("(x % 1000003)", "x", ("x > 0",))  # holds below one of the edges
    assert falsifier.broken(rare, INTS, 0)
    (killer,) = (k.point for k in falsifier.killers["x"])
    assert differing(rare, [killer])
    falsifier.sources.clear()
    before = falsifier.sources.get("samples", (0, 0))
    assert falsifier.broken(Candidate("(x % 1000003)", "x", ("x >= 0",)), INTS, 1)[0] == killer
    assert falsifier.killers["x"][0].broke == 2
    assert falsifier.sources["killers"][0] == 1
    assert falsifier.sources.get("samples", (0, 0)) == before
    read = Falsifier.from_data(json.loads(json.dumps(falsifier.to_data())))
    assert read == falsifier


def test_what_holds_is_not_broken_and_costs_a_source_its_place() -> None:
    falsifier = Falsifier()
    assert falsifier.broken(Candidate("(x + y)", "(y + x)"), INTS, 0) == []
    assert falsifier.sources["samples"][0] == 0
    assert falsifier.order()[0] == "killers"  # it ran nothing yet
    assert falsifier.order()[-1] in ("powers", "samples")


# -- rounds ---------------------------------------------------------------------------------------------------------------------


@dataclass
class Scripted:
    """A prover that proves what is short, and a graph that takes it."""

    most: int = 18
    rules: list[Accepted] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lemmas: int = 0
    stop_after: int = 10**9

    def prove(self, one: Candidate, order: TacticOrder, lemmas: Sequence[Accepted]) -> tuple[Rule | None, int]:
        if len(self.asked) >= self.stop_after:
            raise SearchStopped
        self.asked.append(one.name)
        self.lemmas = max(self.lemmas, len(lemmas))
        return (one.rule() if len(one.left + one.right) <= self.most else None), 2

    def accept(self, rule: Rule) -> bool:
        self.rules.append(Accepted("0" * 64, rule, rule.stated.lemma(accepted(rule))))
        return True

    def play(self, state: Played, *grammars: str, seed: int = 0) -> Play:
        chosen = [BY_NAME[n] for n in grammars]
        return Play(chosen, seed, state, lambda: tuple(self.rules), self.prove, self.accept)


def total(rounds: Sequence[Round], name: str) -> int:
    return sum(r.counts.get(name, 0) for r in rounds)


def test_rounds_come_to_rules_conditions_and_open_problems() -> None:
    table = Scripted()
    game = table.play(Played(), "ints")
    rounds = list(game.run(5))
    assert [r.number for r in rounds] == [1, 2, 3, 4, 5]
    assert len(set(table.asked)) + total(rounds, "tried again") >= len(table.asked)  # nothing is asked twice but open problems
    assert total(rounds, "accepted") == len(table.rules) > 0
    assert any(a.rule.where for a in table.rules)
    assert total(rounds, "unproved") >= len(game.state.open) > 0
    asked = total(rounds, "proved") + total(rounds, "unproved") + total(rounds, "refuted by falsifier")
    assert total(rounds, "conjectured") == asked + total(rounds, "refuted by samples")
    assert rounds[0].as_data()["level"] == "ints 3"


def test_an_open_problem_is_tried_again_once_there_are_more_rules() -> None:
    table = Scripted(most=0)
    game = table.play(Played(), "ints")
    (first,) = game.run(1)
    assert first.counts["unproved"] == len(game.state.open) > 0
    (second,) = game.run(1)
    assert second.counts.get("tried again", 0) == 0
    rule = Candidate("(x + y)", "(y + x)").rule("exact Int.add_comm _ _")
    table.accept(rule)
    table.most = 100
    (third,) = game.run(1)
    assert third.counts["proved late"] == third.counts["tried again"] > 0
    assert table.lemmas == 1


@pytest.mark.slow
def test_who_goes_on_comes_to_the_same(tmp_path: Path) -> None:
    whole, halves = Scripted(), Scripted()
    game = whole.play(Played(), "folds", "bits")
    rounds = list(game.run(4))
    path, state, found = tmp_path / "play.json", Played(), []
    for _ in range(2):
        part = halves.play(state, "folds", "bits")
        found += list(part.run(2))
        assert save(path, part.state) == ""
        state, complaint = load(path)
        assert complaint == ""
    assert found == rounds
    assert state.to_data() == game.state.to_data()
    assert [a.rule for a in halves.rules] == [a.rule for a in whole.rules]


def test_what_is_stopped_in_a_round_is_conjectured_again() -> None:
    table = Scripted(stop_after=1)
    game = table.play(Played(), "bits")
    (one,) = game.run(1)
    assert one.counts["conjectured"] - one.counts.get("refuted by samples", 0) == 1
    assert len(game.state.tried) == one.counts["conjectured"]
    table.stop_after = 10**9
    (two,) = game.run(1)
    assert two.counts["conjectured"] > 0


def test_equations_under_a_condition_are_true_where_it_holds() -> None:
    supply, many = Supply(0), samples(INTS, 400, 9)
    made = supply.take(Level("ints", 4, 1), 20, lambda _: False, [])
    assert len(made) > 10
    assert all(len(c.where) == 1 for c in made)
    held = [c for c in made if not differing(c, steered(c.where, INTS, many))]
    assert len(held) * 2 > len(made)
    assert any(differing(Candidate(c.left, c.right), many) for c in held)


# -- what was learned -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [
    b"", b"{}", b"[1]", b'{"format": 2}', json.dumps({**Played().to_data(), "open": [["x"]]}).encode(),
    json.dumps({**Played().to_data(), "spare": [["n", "foo(x)", "x", [], "p", True]]}).encode(),
    json.dumps({**Played().to_data(), "falsifier": {"killers": {"x": [[1, ["a"]]]}, "sources": {}}}).encode(),
])  # fmt: skip
def test_another_file_is_as_good_as_nothing_learned(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "play.json"
    path.write_bytes(content)
    state, complaint = load(path)
    assert state == Played()
    assert str(path) in complaint


def test_wrong_usage_is_said(tmp_path: Path) -> None:
    for more in (["--grammar", "words"], ["--rounds", "0"], ["--budget", "soon"]):
        done = CliRunner().invoke(app, ["rules", "play", "--accepted", str(tmp_path / "graph"), *more])
        assert done.exit_code == 2, more


# -- with Lean ------------------------------------------------------------------------------------------------------------------

PROVED = {
    "divisible": Candidate("((x // y) * y)", "x", ("x % y == 0",)),
    "no bit in common": Candidate("(x + y)", "(x | y)", ("(x & y) == 0",)),
    "least": Candidate("max(x, min(y, z))", "x", ("y <= x",)),
}


@pytest.mark.parametrize("name", PROVED)
def test_conditional_rules_are_proved(name: str, warm: Kernel) -> None:
    one = PROVED[name]
    prover = Prover(Bench(warm, warm.library))
    rule = prover.prove(one)
    assert rule is not None
    assert rule.where == one.where
    judged = judge_lemma(warm, rule.stated.lemma(accepted(rule)))
    assert isinstance(judged, Passed), str(judged)
    assert prover.tries > 0


def test_without_its_condition_it_is_not(warm: Kernel) -> None:
    assert Prover(Bench(warm, warm.library)).prove(Candidate("max(x, min(y, z))", "x")) is None


@pytest.mark.slow
def test_a_play_fills_the_graph_and_goes_on(tmp_path: Path, warm: Kernel) -> None:
    del warm
    folder = tmp_path / "graph"
    arguments = ["rules", "play", "--grammar", "bits", "--rounds", "1", "--accepted", str(folder), "--json"]
    done = [CliRunner().invoke(app, arguments) for _ in range(2)]
    assert [d.exit_code for d in done] == [0, 0], done[0].output
    first, second = (json.loads(d.stdout) for d in done)
    assert first["rules"] == first["total"]["accepted"] > 0
    assert first["total"]["success_rate"] is not None
    assert second["rounds"][0]["round"] == 2
    journal = Journal(journal_path(folder))
    assert [e["rounds"][0]["round"] for e in journal.before("play ended")] == [1, 2]
    journal.close()
    shown = json.loads(CliRunner().invoke(app, ["rules", "show", "--accepted", str(folder), "--json"]).stdout)
    assert len(shown["rules"]) == second["rules"]
    assert set(KINDS) >= {n for r in shown["rules"] for n in r["left"] if n.isalpha()}
