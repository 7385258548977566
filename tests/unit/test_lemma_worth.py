"""What lemmas are worth: weights and the order of offers, measurements by a scripted prover, and what a run begins with."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import certificate, lemma, put
from small_runs import GOOD, JUDGE, Asked, Judge, Watch
from targets import HEAD, SUM
from typer.testing import CliRunner

from loop.cli import app
from loop.executors.executor import InProcess
from loop.generations.frozen import freeze
from loop.journal import ADMISSION, Journal, journal_path
from loop.lemma_store import Draft, LemmaStore, store_of, unknown
from loop.library.goals import History, Past, history, may_ask_for, past_goals
from loop.library.measures import Goal, Measures, Outcome, measures_path, read_measures, weights_in, write_measures
from loop.library.offering import Offering, Weight, Weights
from loop.library.weighing import ALL, Weighing, weights_of
from loop.rounds import Rounds
from loop.slices import Slice
from loop.target import Plan
from verify.canonical import Data, Digest, digest_bytes
from verify.graph import Graph, graph_of
from verify.lemma import Lemma
from verify.limits import DEFAULT
from verify.node import Node, implementation_node, spec_node
from verify.spec import Order, to_specs

PROOF = "theorem accepted : Statement := by omega\n"
HALVES = Lemma("halves", "", "∀ (a : Int), fdiv a 2 = a / 2", PROOF)
THIRDS = Lemma("thirds", "", "∀ (a : Int), fdiv a 3 = a / 3", PROOF)
NEVER = Lemma("never", "", "∀ (a : Int), absent a = a", PROOF)
SUMMED = (HEAD + SUM).encode()
NONE = History({}, {}, ())
NO_PROOF = Outcome(proved=False, order=None, characters=0, lines=0, checks=50)


def _outcome(checks: int, characters: int = 100, order: Order | None = "always") -> Outcome:
    return Outcome(proved=True, order=order, characters=characters, lines=10, checks=checks)


def _implementation(spec: Node, program: bytes, old: Node | None) -> Node:
    """Make a version whose statement speaks of `fdiv`."""
    order: Order | None = "always" if old else None
    notes: dict[str, Data] = {"order": order, "slack": 0, "old": [], "new": []}
    statement, proof = b"def value := fdiv 1 2", PROOF.encode()
    made = replace(certificate(spec, program, old, order, 0), statement=digest_bytes(statement), proof=digest_bytes(proof))
    return implementation_node(
        spec, program=program, proof=proof, statement=statement, notes=notes, certificate=made, supersedes=old
    )


SPEC = spec_node("f", SUMMED)
BASELINE = _implementation(SPEC, SUMMED, None)
HEADED = _implementation(SPEC, GOOD, BASELINE)
LEMMAS = tuple(lemma(one) for one in (HALVES, THIRDS, NEVER))
HALF, THIRD, OTHER = LEMMAS


def _graph(*nodes: Node) -> Graph:
    graph = graph_of(nodes, "accepted")
    assert isinstance(graph, Graph)
    return graph


GRAPH = _graph(SPEC, BASELINE, HEADED, *LEMMAS)

# -- weights and offers -------------------------------------------------------------------------------------------------------


def test_what_helped_is_kept_and_what_never_did_is_forgotten_after_some_goals() -> None:
    assert Weight().standing(2) == "on probation"
    assert Weight(measured=1, saved=-3).standing(2) == "on probation"
    assert Weight(measured=2, saved=-3).standing(2) == "forgotten"
    assert Weight(shortened=1, measured=9, saved=1).standing(2) == "kept"
    assert Weight(proved=1, measured=2, saved=-9).standing(2) == "kept"
    # one goal gained and one lost is no help
    assert Weight(proved=-1, shortened=1, measured=2).standing(2) == "forgotten"


def test_a_lemma_about_a_function_is_forgotten_sooner_than_one_about_the_library() -> None:
    of_function = lemma(Lemma("g_form", "def g (x : Int) : Int := x\n", "∀ (x : Int), g x = x", PROOF))
    graph = _graph(of_function, HALF)
    weights = Weights({of_function.id: Weight(measured=2), HALF.id: Weight(measured=2)})
    assert store_of(graph, weights, Offering(goals=2, library_goals=3, untried=True)).withheld == {of_function.id}
    assert store_of(graph, weights, Offering(goals=3, library_goals=2, untried=True)).withheld == {HALF.id}


def test_lemmas_are_offered_by_worth_then_use_then_age() -> None:
    weights = Weights({
        "old": Weight(), "young": Weight(), "dear": Weight(measured=1, saved=-3),
        "good": Weight(shortened=1, saved=5, measured=2),
        "better": Weight(shortened=1, saved=7, measured=2), "proves": Weight(proved=1, measured=2),
    })  # fmt: skip
    uses = {"young": 2}
    names = ["unknown-b", "unknown-a", *weights.of]
    ranked = sorted(names, key=lambda n: weights.rank(n, uses.get(n, 0)))
    assert ranked == ["proves", "better", "good", "young", "old", "unknown-a", "unknown-b", "dear"]


def test_a_store_offers_as_many_as_the_budget_says_and_none_that_is_forgotten() -> None:
    text = "fdiv absent"
    assert [s.node for s in store_of(GRAPH, Weights(), ALL).mentioning(text)] == sorted(n.id for n in LEMMAS)
    weights = Weights({OTHER.id: Weight(shortened=1, saved=4, measured=1), HALF.id: Weight(measured=9)})
    store = store_of(GRAPH, weights, Offering(library=2, untried=True))
    assert [s.node for s in store.mentioning(text)] == [OTHER.id, THIRD.id]
    assert [s.node for s in store_of(GRAPH, weights, Offering(library=1, untried=True)).mentioning(text)] == [OTHER.id]


def test_a_lemma_about_the_library_is_not_offered_before_it_was_seen_to_help() -> None:
    """Of many that have nothing to do with a goal each may make a tactic lose its way."""
    assert store_of(GRAPH).mentioning("fdiv absent") == ()
    helped = Weights({OTHER.id: Weight(shortened=1, saved=4, measured=1), THIRD.id: Weight(measured=1)})
    assert [s.node for s in store_of(GRAPH, helped).mentioning("fdiv absent")] == [OTHER.id]


def test_a_forgotten_lemma_is_still_known() -> None:
    definitions = "def g (x : Int) : Int := x\n"
    node = lemma(Lemma("g_form", definitions, "∀ (x : Int), g x = x", PROOF))
    store = store_of(_graph(node, *LEMMAS), Weights({node.id: Weight(measured=9), HALF.id: Weight(measured=9)}))
    own = Slice("x", ("x",), ("int",), "g", definitions)
    assert store.about(own) == ()
    assert unknown(store, [Draft(own, ())]) == ()
    assert store.knows("", HALVES.statement)
    held = f"theorem halves : {HALVES.statement} := by omega\n\n{PROOF}"
    assert store.held_in(held) == (HALF.id,)


def test_most_lemmas_about_one_function_are_the_worthiest() -> None:
    definitions = "def g (x : Int) : Int := x\n"
    nodes = [lemma(Lemma(f"g{i}", definitions, f"∀ (x : Int), g x = x + {i}", PROOF)) for i in range(3)]
    weights = Weights({nodes[1].id: Weight(shortened=1, saved=1, measured=1)})
    store = store_of(_graph(*nodes), weights, Offering(function=1))
    assert [s.node for s in store.about(Slice("x", ("x",), ("int",), "g", definitions))] == [nodes[1].id]


def test_a_lemma_without_constants_is_about_its_operators() -> None:
    squares = lemma(Lemma("squares", "", "∀ (a : Int), 0 ≤ a * a", PROOF))
    sums = lemma(Lemma("sums", "", "∀ (a b : Int), a + b = b + a", PROOF))
    graph = _graph(squares, sums)
    store = store_of(graph, Weights(), ALL)
    assert [s.node for s in store.mentioning("n * n")] == [squares.id]
    assert store.mentioning("n + n") == ()
    assert store_of(graph).mentioning("n * n") == ()
    helped = Weights({squares.id: Weight(shortened=1, measured=1)})
    assert [s.node for s in store_of(graph, helped).mentioning("n * n")] == [squares.id]


# -- what is measured ---------------------------------------------------------------------------------------------------------


def test_fewer_checks_are_shorter_and_of_as_many_the_shorter_proof() -> None:
    assert _outcome(5).is_shorter(_outcome(6))
    assert _outcome(6, 90).is_shorter(_outcome(6))
    assert not _outcome(7, 90).is_shorter(_outcome(6))
    assert not _outcome(6).is_shorter(_outcome(6))
    assert not _outcome(1).is_shorter(NO_PROOF)
    assert _outcome(99).proves_more(NO_PROOF)
    assert _outcome(9).proves_more(_outcome(3, order="eventually"))
    assert not _outcome(1, order="eventually").proves_more(_outcome(9))
    assert not NO_PROOF.proves_more(NO_PROOF)


class Scripted:
    """Proves goals as a table says, by the goal and the one lemma in the store; asks the store as a prover would."""

    def __init__(self, table: dict[tuple[Digest, Digest | None], Outcome | None], asks: str = "fdiv") -> None:
        self.table, self.asks = table, asks
        self.calls: list[tuple[Digest, Digest | None]] = []

    def __call__(self, past: Past, store: LemmaStore) -> Outcome | None:
        given = next((s.node for some in store.by_definitions.values() for s in some), None)
        self.calls.append((past.node.id, given))
        store.mentioning(self.asks)
        return self.table[past.node.id, given]


TABLE: dict[tuple[Digest, Digest | None], Outcome | None] = {
    (BASELINE.id, None): _outcome(5, order=None), (BASELINE.id, HALF.id): _outcome(4, order=None),
    (BASELINE.id, THIRD.id): _outcome(8, order=None), (HEADED.id, None): _outcome(9), (HEADED.id, HALF.id): _outcome(3),
    (HEADED.id, THIRD.id): _outcome(12),
}  # fmt: skip


def _weighing(
    prove: Scripted, measures: Measures, known: History = NONE, over: Callable[[], bool] = lambda: False
) -> tuple[Weighing, list[dict[str, Data]]]:
    saved: list[dict[str, Data]] = []
    return Weighing(GRAPH, known, measures, prove, over, lambda m: saved.append(m.to_data())), saved


def _goals(known: History = NONE) -> list[Past]:
    return list(past_goals(GRAPH, known, DEFAULT))


def test_past_goals_are_what_the_proofs_of_a_graph_were_of() -> None:
    goals = _goals()
    assert [(p.node.id, p.task.new is None, p.lemmas) for p in goals] == [(BASELINE.id, True, ""), (HEADED.id, False, "")]
    assert goals[1].task.judged.source.content == GOOD
    asked = may_ask_for(goals[0], store_of(GRAPH, Weights(), ALL), DEFAULT)
    assert {s.node for s in asked} == {HALF.id, THIRD.id}


def test_what_was_handed_in_goes_along_and_a_whole_proof_is_no_goal() -> None:
    known = History({("f", GOOD): "theorem mine : True := trivial\n"}, {}, ())
    assert [p.lemmas for p in _goals(known)] == ["", "theorem mine : True := trivial\n"]
    assert [p.node.id for p in _goals(History({("f", GOOD): PROOF}, {}, ()))] == [BASELINE.id]


def test_a_journal_tells_where_lemmas_came_from(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "journal.sqlite")) as journal:
        journal.add(ADMISSION, {"nodes": [SPEC.id, BASELINE.id, THIRD.id]})
        journal.add(ADMISSION, {"nodes": [SPEC.id, HEADED.id, HALF.id, "0" * 64]})
        known = history(journal, GRAPH)
    assert known.origins == {THIRD.id: BASELINE.id, HALF.id: HEADED.id}
    assert known.order == (SPEC.id, BASELINE.id, THIRD.id, HEADED.id, HALF.id)


def test_each_lemma_is_weighed_by_itself_and_not_where_it_came_from() -> None:
    known = History({}, {HALF.id: BASELINE.id, THIRD.id: BASELINE.id}, (THIRD.id, HALF.id))
    prove, measures = Scripted(TABLE), Measures(JUDGE)
    weighing, saved = _weighing(prove, measures, known)
    assert weighing.run(_goals(known)) == 1
    assert sorted(prove.calls, key=str) == sorted([(HEADED.id, None), (HEADED.id, HALF.id), (HEADED.id, THIRD.id)], key=str)
    assert measures.weights.weight(HALF.id) == Weight(shortened=1, saved=6, measured=1)
    assert measures.weights.weight(THIRD.id) == Weight(saved=-3, measured=1)
    assert list(measures.weights.of) == [THIRD.id, HALF.id, OTHER.id]
    assert Measures.from_data(saved[-1]) == measures


def test_where_nothing_says_whence_a_lemma_came_one_goal_that_it_helped_does_not_count() -> None:
    measures = Measures(JUDGE)
    _weighing(Scripted(TABLE), measures)[0].run(_goals())
    assert measures.weights.weight(HALF.id) == Weight(shortened=1, saved=6, measured=1)
    assert measures.weights.weight(THIRD.id) == Weight(saved=-3, measured=1)


def test_a_lemma_that_costs_a_proof_saves_nothing_there() -> None:
    measures = Measures(JUDGE)
    known = History({}, {HALF.id: BASELINE.id, THIRD.id: HEADED.id}, ())
    lost = Scripted({**TABLE, (HEADED.id, HALF.id): replace(NO_PROOF, checks=1), (BASELINE.id, None): NO_PROOF})
    _weighing(lost, measures, known)[0].run(_goals(known))
    assert measures.weights.weight(HALF.id) == Weight(proved=-1, measured=1)
    assert measures.weights.weight(THIRD.id) == Weight(proved=1, saved=42, measured=1)


def test_a_lemma_that_no_proof_asked_for_was_not_measured() -> None:
    measures = Measures(JUDGE)
    _weighing(Scripted(TABLE, asks="another"), measures)[0].run(_goals())
    assert {o for g in measures.goals.values() for o in g.with_.values()} == {None}
    assert measures.weights.weight(HALF.id) == Weight()


def test_what_was_interrupted_is_gone_on_with() -> None:
    whole = Measures(JUDGE)
    _weighing(Scripted(TABLE), whole)[0].run(_goals())
    part = Measures(JUDGE)
    cut = Scripted({**TABLE, (BASELINE.id, max(HALF.id, THIRD.id)): None})
    weighing, saved = _weighing(cut, part, over=lambda: len(cut.calls) >= 3)
    weighing.run(_goals())
    assert len(cut.calls) == 3
    again = Scripted(TABLE)
    kept = Measures.from_data(saved[-1])
    _weighing(again, kept)[0].run(_goals())
    assert len(again.calls) == len(TABLE) - 2
    assert kept == whole
    nothing = Scripted({})
    assert _weighing(nothing, kept)[0].run(_goals()) == 0
    assert nothing.calls == []


def test_no_more_goals_are_looked_at_than_asked_for() -> None:
    prove = Scripted(TABLE)
    assert _weighing(prove, Measures(JUDGE))[0].run(_goals(), most=1) == 1
    assert {goal for goal, _ in prove.calls} == {BASELINE.id}


def test_with_another_judge_a_weight_stands_until_it_is_measured_anew() -> None:
    before = Weights({OTHER.id: Weight(shortened=1, saved=2, measured=3), THIRD.id: Weight(shortened=1, saved=2, measured=3)})
    measures = Measures(JUDGE, {HEADED.id: Goal(_outcome(9), {THIRD.id: _outcome(12)})}, before)
    found = weights_of(GRAPH, measures, History({}, {THIRD.id: BASELINE.id}, ()))
    assert found.weight(OTHER.id) == before.weight(OTHER.id)
    assert found.weight(THIRD.id) == Weight(saved=-3, measured=1)


# -- the file -----------------------------------------------------------------------------------------------------------------


def test_measurements_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = measures_path(tmp_path / "accepted")
    assert read_measures(path) == (None, "")
    measures = Measures(JUDGE)
    _weighing(Scripted(TABLE), measures)[0].run(_goals())
    write_measures(path, measures)
    assert read_measures(path) == (measures, "")
    assert weights_in(tmp_path / "accepted") == (measures.weights, "")
    assert [p.name for p in path.parent.iterdir()] == ["lemmas.json"]


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[1]\n", b'{\n  "format": 2\n}\n', b"\xff"])
def test_a_file_that_holds_something_else_weighs_nothing_and_is_told(tmp_path: Path, content: bytes) -> None:
    path = measures_path(tmp_path / "accepted")
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    weights, complaint = weights_in(tmp_path / "accepted")
    assert weights == Weights()
    assert str(path) in complaint


def test_a_frozen_copy_has_the_weights_with_the_lemmas(tmp_path: Path) -> None:
    source = tmp_path / "work" / "accepted"
    put(source, HALF)
    measures = Measures(JUDGE, {}, Weights({HALF.id: Weight(measured=2)}))
    write_measures(measures_path(source), measures)
    for name, without, due in (("all", (), measures.weights), ("none", ("lemmas",), Weights())):
        freeze(source, tmp_path / name / "accepted", without)
        assert weights_in(tmp_path / name / "accepted") == (due, "")


# -- a run --------------------------------------------------------------------------------------------------------------------


def _rounds(folder: Path, weights: Weights, judge: Judge, *, resume: bool = False) -> Rounds:
    plan = Plan(folder=folder, rounds=1, seed=0, limits=DEFAULT, judge=JUDGE, weights=weights)
    journal = Journal(journal_path(folder))
    if resume:
        begun = journal.unfinished()
        assert begun is not None
        journal.go_on(begun)
    proposer = Asked(GOOD)
    specs = to_specs(SUMMED, "spec.py", DEFAULT)
    return Rounds(plan, specs, {proposer.name: proposer}, InProcess(lambda _: judge), journal, Watch())


def test_a_run_that_is_gone_on_with_has_the_weights_that_it_began_with(tmp_path: Path) -> None:
    folder, judge = tmp_path / "accepted", Judge()
    put(folder, *LEMMAS)
    _rounds(folder, Weights({HALF.id: Weight(shortened=1, measured=9)}), judge)
    _rounds(folder, Weights({THIRD.id: Weight(shortened=1, measured=9)}), judge, resume=True).run()
    assert {frozenset(store.withheld) for store in judge.stores} == {frozenset({THIRD.id, OTHER.id})}
    assert len(judge.stores) == 2


# -- the commands -------------------------------------------------------------------------------------------------------------


def test_the_lemmas_of_a_graph_are_shown_with_why_they_are_offered(tmp_path: Path) -> None:
    untried = "it is about the library, and is offered when it has helped"
    folder = tmp_path / "accepted"
    put(folder, *LEMMAS)
    weights = Weights({HALF.id: Weight(shortened=1, saved=6, measured=2), THIRD.id: Weight(saved=-3, measured=6)})
    write_measures(measures_path(folder), Measures(JUDGE, {}, weights))
    shown = CliRunner().invoke(app, ["lemmas", "show", "--accepted", str(folder), "--json"])
    assert shown.exit_code == 0
    rows = json.loads(shown.stdout)["lemmas"]
    assert [(r["name"], r["standing"], r["offered"], r["why"]) for r in rows] == [
        ("halves", "kept", True, "of 2 goals 1 shortened"),
        ("never", "on probation", False, f"{untried}; on probation: not measured yet"),
        ("thirds", "forgotten", False, "it helped on none of 6 goals"),
    ]
    assert "halves" in CliRunner().invoke(app, ["lemmas", "show", "--accepted", str(folder)]).stdout


def test_a_graph_without_lemmas_has_nothing_to_weigh(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["lemmas", "weigh", "--accepted", str(tmp_path / "accepted"), "--json"])
    assert said.exit_code == 0
    assert not measures_path(tmp_path / "accepted").exists()


@pytest.mark.parametrize("options", [["--goals", "0"], ["--budget", "soon"]])
def test_wrong_options_are_told_and_weigh_nothing(tmp_path: Path, options: list[str]) -> None:
    said = CliRunner().invoke(app, ["lemmas", "weigh", "--accepted", str(tmp_path / "accepted"), *options])
    assert said.exit_code == 2


def test_nothing_is_weighed_where_a_stop_file_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "accepted"
    put(folder, SPEC, BASELINE, HALF)
    stop = journal_path(folder).with_name("qed.stop")
    stop.parent.mkdir(parents=True, exist_ok=True)
    stop.write_text("")
    said = CliRunner().invoke(app, ["lemmas", "weigh", "--accepted", str(folder), "--json"])
    assert said.exit_code == 2, said.output
    assert "stops every run" in said.stderr
