"""Generations: the shapes of curves, the figures of a report, frozen copies, and a small evolution that is gone on with."""

import json
import shutil
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from scripted_runs import SPEC
from small_graph import TWICE, chain, lemma, put, using
from typer.testing import CliRunner

from loop.cli import app
from loop.generations.curve import fits
from loop.generations.evolve import Generation, Learnt, Tried
from loop.generations.frozen import PARTS, add_versions, freeze
from loop.generations.measure import Improved, Measured, measured_from
from loop.generations.report import markdown, report
from loop.journal import OUTCOMES, Journal, journal_path
from loop.search.learned import learned_path
from verify.graph import Graph, load
from verify.toolchain import ToolchainMissing
from verify.toolchain import find as find_lean

NOISE = (0.2, -0.1, -0.1)


def improved(count: int, *, after: float = 10.0, rules: int = 0, ideas: Sequence[str] | None = None) -> tuple[Improved, ...]:
    """Return targets, each improved so many seconds after the one before."""
    return tuple(
        Improved(
            name=f"t{i}", family=("even", "odd")[i % 2],
            tier="kernel", order="always", proof_lines=20, rules=rules, lemmas=0, after=after * (i + 1),
            ideas=(ideas[i % len(ideas)] if ideas else f"idea {i}",),
        )
        for i in range(count)
    )  # fmt: skip


def run(count: int, *, after: float = 10.0, rules: int = 0, ideas: Sequence[str] | None = None) -> Measured:
    """Return a measurement in which so many of twenty targets were improved, in 100 processor seconds."""
    some = improved(count, after=after, rules=rules, ideas=ideas)
    families = {"even": 10, "odd": 10}
    return Measured(targets=20, families=families, seen=20, improved=some, proposals=30, seconds=60.0, processor_seconds=100.0)


def generation(number: int, *tested: Measured) -> Generation:
    """Return a generation; its conjecturer tried 10 rules, and found 4."""
    learnt = Learnt(conjectures=10, rules=4, processor_seconds=5.0) if number else None
    return Generation(number=number, trained=run(9) if number else None, learnt=learnt, tested=tested)


# -- curves ---------------------------------------------------------------------------------------------------------------------

CURVES = {
    "flat": (5, 5, 5, 5, 5),
    "one-off": (4, 9, 9, 9, 9),
    "tapering": (4, 8, 10, 11, 11.5),
    "accelerating": (4, 4.5, 5.5, 7.5, 11.5),
}


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_of_a_shape_speaks_for_it(name: str) -> None:
    found = fits([[y + n for n in NOISE] for y in CURVES[name]])
    assert found is not None
    assert max(found, key=lambda n: found[n].weight) == name
    assert sum(f.weight for f in found.values()) == pytest.approx(1, abs=0.001)
    assert found[name].values == pytest.approx(CURVES[name], abs=0.6)


def test_gains_that_are_lost_again_are_no_growth() -> None:
    found = fits([[y + n for n in NOISE] for y in (9, 8, 7, 5, 2)])
    assert found is not None
    assert max(found, key=lambda n: found[n].weight) == "flat"
    assert found["accelerating"].weight + found["tapering"].weight < 0.5


def test_a_step_down_is_not_one_gain() -> None:
    found = fits([[7, 7, 6], [6, 6, 6], [6, 6, 6], [5, 6, 5]])
    assert found is not None
    assert max(found, key=lambda n: found[n].weight) == "flat"


@pytest.mark.parametrize("yields", [[[1, 1, 1], [2, 2, 2]], [[1], [2], [3]]])
def test_too_few_points_speak_for_nothing(yields: list[list[float]]) -> None:
    assert fits(yields) is None


# -- the report -----------------------------------------------------------------------------------------------------------------


def test_figures_are_of_the_held_out_runs() -> None:
    last = generation(2, run(8, after=4, rules=1), run(10))
    found = report([generation(0, run(4), run(6)), generation(1, run(8), run(8)), last], {})
    zero, one, two = found.rows
    assert (zero.found, zero.least, zero.most, zero.cost, zero.self_made) == (5, 4, 6, 20.0, None)
    assert zero.compute is None  # it never improved the eight of generation 1
    assert (one.compute, two.compute) == (80.0, 56.0)
    assert found.halved is False
    assert (one.self_made, one.rules_found, one.trained) == (0.25, 4, 9)
    assert two.rules == pytest.approx(8 / 18, abs=0.001)


def test_what_the_judges_spent_their_time_on_is_told_of_the_last_generation() -> None:
    one, two = ({"baselines": 30.0, "accepted": 50.0, "refused": 20.0}, {"baselines": 10.0, "accepted": 90.0})
    tested = tuple(replace(run(8), judged=spent) for spent in (one, two))
    found = report([generation(0, run(4)), generation(1, run(8)), generation(2, *tested)], {})
    assert found.judged == {"accepted": 0.7, "baselines": 0.2, "refused": 0.1}
    assert "70% accepted, 20% baselines, 10% refused" in markdown(found)
    assert "the judges' time" not in markdown(report([generation(0, run(4))], {}))
    assert measured_from(tested[0].as_data()) == tested[0]


def test_half_the_compute_is_said_to_be_half() -> None:
    found = report([generation(0, run(4)), generation(1, run(8)), generation(2, run(8, after=5))], {})
    assert found.halved is True
    assert "reaches generation 1's held-out yield with at most half" in markdown(found)


def test_collapse_rings() -> None:
    before = [generation(0, run(6)), generation(1, run(8))]
    assert report([*before, generation(2, run(5))], {}).rows[-1].alarm == "fewer targets than in any run before"
    assert report([*before, generation(2, run(8, ideas=["the one"]))], {}).rows[-1].alarm == "half as many ideas as before"
    assert report([*before, generation(2, run(7))], {}).rows[-1].alarm == ""


def test_families_have_their_own_figures() -> None:
    found = report([generation(0, run(4), run(5)), generation(1, run(9))], {})
    assert [dict(row.families) for row in found.rows] == [{"even": 2.5, "odd": 2}, {"even": 5, "odd": 4}]
    assert "even: 2.5, 5.0 of 10, by generation." in markdown(found)


def test_what_became_of_rankings_is_told() -> None:
    tried = Tried(accepted=False, won=2, lost=3, why="its evidence may be chance")
    found = report([generation(0, run(4)), replace(generation(1, run(8)), tried=tried)], {})
    assert [row.ranking for row in found.rows] == ["", "left out, 2 better, 3 worse"]


def test_ablations_are_means() -> None:
    found = report([generation(0, run(4))], {"rules": (run(2), run(4))})
    assert found.ablations == {"rules": (3, 33.333)}


def test_a_measurement_is_read_as_it_was_written() -> None:
    one = run(3)
    assert measured_from(json.loads(json.dumps(one.as_data()))) == one


# -- frozen copies --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """Give a graph with a target and a lemma, a journal with outcomes and a judgement, and what a search learned."""
    folder = tmp_path / "work" / "accepted"
    put(folder, *chain("f", 2), lemma())
    with closing(Journal(journal_path(folder))) as journal:
        journal.begin({})
        journal.add(OUTCOMES, {"turn": 0, "number": 0, "counts": {"a": 1}})
    learned_path(folder).write_text("{}", encoding="utf-8")
    return folder


def test_a_frozen_copy_holds_what_was_learned_and_no_target(learned: Path, tmp_path: Path) -> None:
    freeze(learned, tmp_path / "frozen" / "accepted")
    graph = load(tmp_path / "frozen" / "accepted")
    assert isinstance(graph, Graph)
    assert [n.kind for n in graph.nodes.values()] == ["lemma"]
    assert learned_path(tmp_path / "frozen" / "accepted").exists()
    with closing(Journal(journal_path(tmp_path / "frozen" / "accepted"))) as journal:
        assert [c["counts"] for c in journal.before(OUTCOMES)] == [{"a": 1}]
        assert journal.entries == []
        assert journal.unfinished() is None


def test_the_versions_of_a_graph_come_with_what_they_rest_on_and_nothing_else(tmp_path: Path) -> None:
    source, to = tmp_path / "source", tmp_path / "to"
    spec, base = chain("f", 1)
    used, alone = lemma(), lemma(replace(TWICE, name="twice_again"))
    better = using(spec, b"def f(n: int) -> int:\n    return n  # 1\n", base, used)
    put(source, spec, base, used, alone, better)
    to.mkdir()
    add_versions(source, to)
    add_versions(source, to)
    assert {p.name for p in to.iterdir()} == {spec.id, base.id, used.id, better.id}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_can_be_left_out(part: str, learned: Path, tmp_path: Path) -> None:
    to = tmp_path / "frozen" / "accepted"
    freeze(learned, to, (part,))
    graph = load(to)
    assert isinstance(graph, Graph)
    assert bool(graph.nodes) == (part != "lemmas")
    assert learned_path(to).exists() == (part != "search")
    assert journal_path(to).exists() == (part != "tactics")


# -- the command ----------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_small_evolution_is_measured_and_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        find_lean("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    for family, term in (("own", "i"), ("other", "2 * i + 1")):
        (tmp_path / "specs" / family).mkdir(parents=True)
        (tmp_path / "specs" / family / "it.py").write_text(SPEC.format(name=family, term=term), encoding="utf-8")
    out = tmp_path / "out"
    arguments = [
        "evolve", str(out), "--specs", str(tmp_path / "specs"), "--held-out", "other", "--generations", "1", "--seeds", "1",
        "--train", "60s", "--learn", "1s", "--test", "60s", "--trial", "1s", "--json",
    ]  # fmt: skip
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert [(r["generation"], r["found"], r["trained"]) for r in data["rows"]] == [(0, 1, None), (1, 1, 1)]
    assert (out / "report.md").read_text(encoding="utf-8").startswith("# Generations")
    # what was learned stands in the frozen copy, and what it was learned from does not
    graph = load(out / "frozen" / "1 seed 0" / "accepted")
    assert isinstance(graph, Graph)
    assert {n.target for n in graph.nodes.values() if n.kind == "spec"} == {"other"}
    shutil.rmtree(out / "frozen")
    (out / "stages" / "test-1-seed-0.json").unlink()
    monkeypatch.setattr("loop.generations.evolve.Evolution._learn", lambda *_: pytest.fail("it was learned before"))
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 0, again.output
    assert [r["found"] for r in json.loads(again.stdout)["rows"]] == [1, 1]
    other = CliRunner().invoke(app, [*arguments[:-2], "61s", "--json"])
    assert other.exit_code == 2
    assert "begun with another plan" in other.stderr
