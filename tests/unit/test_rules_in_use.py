"""Rules of the graph: which are needed for what an e-graph makes, the proof that holds them, and the commands about them."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from targets import spec_of
from typer.testing import CliRunner

from loop.cli import app
from loop.conjecture.keeping import keep_rule
from loop.proposal import Brief
from loop.rule_store import Accepted, needed, rules_of
from loop.search.search import Search
from loop.techniques import rewriting
from loop.techniques.rules import Rule, accepted
from verify.graph import Graph, graph_of, load
from verify.lemma import is_used
from verify.limits import DEFAULT
from verify.reasons import ProofFailed, Reason
from verify.standby import start_kernel
from verify.task import Version
from verify.toolchain import Toolchain

PARITY = Rule("negated_parity", "-(x % 2)", "x % -2", proof="omega")
BYSTANDER = Rule("negated_shift", "-(x << y)", "-x << y", proof="exact (Int.neg_mul _ _).symm", both=True)
SPEC = """from verify import target


@target
def debt(coins: int) -> int:
    \"\"\"What an odd coin takes away.\"\"\"
    return -(coins % 2)
"""


def stored(rule: Rule) -> Accepted:
    """Return a rule as a graph would hold it."""
    return Accepted("0" * 64, rule, rule.stated.lemma(accepted(rule)))


def drafts_of(content: str, rules: Sequence[Rule]) -> list[tuple[str, str]]:
    """Return idea and lemmas of what rewriting drafts by rules of a graph."""
    spec = spec_of(content)
    brief = Brief(spec, Version(spec.source, spec.program), (), 0, 0)
    study = Search(rules=tuple(map(stored, rules))).study(brief, DEFAULT)
    return [(d.idea, d.lemmas) for d in rewriting.drafts(study)]


def test_what_only_a_rule_of_the_graph_can_is_drafted_with_it() -> None:
    assert drafts_of(SPEC, ()) == []
    ((idea, lemmas),) = drafts_of(SPEC, (BYSTANDER, PARITY))
    assert "by negated_parity" in idea
    assert is_used(stored(PARITY).lemma, lemmas)
    assert not is_used(stored(BYSTANDER).lemma, lemmas)


def test_what_the_table_can_alone_names_no_rule_of_the_graph() -> None:
    plain = SPEC.replace("-(coins % 2)", "coins * 1 + 0")
    assert drafts_of(plain, (BYSTANDER, PARITY)) == drafts_of(plain, ())


@given(st.frozensets(st.integers(0, 40)), st.frozensets(st.integers(0, 40)))
def test_what_is_needed_is_all_and_only_that(due: frozenset[int], others: frozenset[int]) -> None:
    items = sorted(due | others)
    assert sorted(needed(items, lambda part: due <= set(part))) == sorted(due)


# -- with Lean ------------------------------------------------------------------------------------------------------------------


def with_rules(toolchain: Toolchain, folder: Path, *rules: Rule) -> Graph:
    """Make a graph of rules that were judged."""
    graph = graph_of((), str(folder))
    for rule in rules:
        assert isinstance(graph, Graph)
        kept = keep_rule(graph, folder, rule, lambda: start_kernel(toolchain, DEFAULT))
        assert not isinstance(kept, Reason), str(kept)
        graph = kept[0]
    assert isinstance(graph, Graph)
    return graph


def qed(*arguments: str) -> dict[str, object]:
    """Run a command that is to end well, and return the object that it prints."""
    done = CliRunner().invoke(app, [*arguments, "--json"])
    assert done.exit_code == 0, done.output
    data = json.loads(done.stdout)
    assert isinstance(data, dict)
    return data


@pytest.mark.slow
def test_a_run_improves_by_a_rule_and_its_node_says_so(toolchain: Toolchain, tmp_path: Path) -> None:
    folder, spec = tmp_path / "graph", tmp_path / "debt.py"
    spec.write_text(SPEC, encoding="utf-8")
    graph = with_rules(toolchain, folder, PARITY, BYSTANDER)
    (parity,) = (r.node for r in rules_of(graph) if r.rule.name == PARITY.name)
    data = qed("run", str(spec), "--accepted", str(folder), "--rounds", "1")
    (row,) = data["targets"]  # type: ignore[misc]  # JSON
    assert (row["outcome"], row["tier"], row["order"]) == ("improved", "kernel", "always")
    after = load(folder)
    assert isinstance(after, Graph)
    assert parity in after.nodes[row["node"]].uses
    shown = qed("rules", "show", "--accepted", str(folder))["rules"]
    assert {r["name"]: r["used_by"] for r in shown} == {PARITY.name: ["debt"], BYSTANDER.name: []}  # type: ignore[attr-defined]  # JSON
    explained = CliRunner().invoke(app, ["explain", PARITY.name, "--accepted", str(folder)])
    assert "-(x % 2) is x % -2" in explained.output
    assert qed("ci", "--all", "--accepted", str(folder))["verdict"] == "accept"


DIVIDED = "rw [fmod] at *; exact Int.fmod_eq_zero_of_dvd (Int.dvd_trans (Int.dvd_of_fmod_eq_zero h0) (Int.dvd_mul_right _ _))"
MULTIPLE = Rule("multiple", "x * z % y", "0", ("x % y == 0",), proof=DIVIDED)
LEFT = """from icontract import require
from verify import target


@target
@require(lambda coins, people, days: people > 0 and coins % people == 0)
def left(coins: int, people: int, days: int) -> int:
    \"\"\"What cannot be handed out evenly over some days.\"\"\"
    return coins * days % people
"""


def test_a_condition_is_taken_from_the_contract() -> None:
    ((idea, lemmas),) = drafts_of(LEFT, (MULTIPLE,))
    assert "by multiple" in idea
    assert is_used(stored(MULTIPLE).lemma, lemmas)
    assert drafts_of(LEFT.replace("coins % people == 0", "coins >= people"), (MULTIPLE,)) == []
    assert drafts_of(LEFT.replace(" and coins % people == 0", "").replace("coins, people", "people, coins"), (MULTIPLE,)) == []


def test_what_the_contract_says_of_two_arguments_is_used() -> None:
    content = LEFT.replace("people > 0 and coins % people == 0", "coins < people")
    assert drafts_of(content.replace("coins * days % people", "min(coins, people)"), ())
    assert drafts_of(content.replace("coins * days % people", "max(people, coins)"), ())
    assert not drafts_of(content.replace("coins * days % people", "max(people, coins + 2)"), ())


def test_a_run_improves_by_a_rule_with_a_condition(toolchain: Toolchain, tmp_path: Path) -> None:
    folder, spec = tmp_path / "graph", tmp_path / "left.py"
    spec.write_text(LEFT, encoding="utf-8")
    graph = with_rules(toolchain, folder, MULTIPLE)
    (multiple,) = (r.node for r in rules_of(graph))
    (row,) = qed("run", str(spec), "--accepted", str(folder), "--rounds", "2")["targets"]  # type: ignore[misc]  # JSON
    assert (row["outcome"], row["tier"], row["order"]) == ("improved", "kernel", "always")
    after = load(folder)
    assert isinstance(after, Graph)
    assert multiple in after.nodes[row["node"]].uses


def test_a_rule_that_the_table_has_does_no_harm() -> None:
    twice = Rule("twice", "x + y", "y + x")
    assert drafts_of(SPEC, (twice, PARITY))


def test_a_false_rule_does_not_enter(toolchain: Toolchain, tmp_path: Path) -> None:
    empty = graph_of((), str(tmp_path))
    assert isinstance(empty, Graph)
    wrong = Rule("wrong", "-(x % 3)", "x % -3", proof="omega")
    kept = keep_rule(empty, tmp_path, wrong, lambda: start_kernel(toolchain, DEFAULT))
    assert isinstance(kept, ProofFailed)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_rules_are_found_once(toolchain: Toolchain, tmp_path: Path) -> None:
    del toolchain
    folder = str(tmp_path / "graph")
    first = qed("rules", "find", "--grammar", "bits", "--size", "3", "--accepted", folder)
    assert first["rules"] == first["grammars"]["bits"]["accepted"] > 0  # type: ignore[index, operator]  # JSON
    again = qed("rules", "find", "--grammar", "bits", "--size", "3", "--accepted", folder)
    assert again["grammars"]["bits"]["accepted"] == 0  # type: ignore[index]  # JSON
    assert again["rules"] == first["rules"]


def test_a_grammar_that_is_none_is_wrong_usage() -> None:
    done = CliRunner().invoke(app, ["rules", "find", "--grammar", "words"])
    assert done.exit_code == 2
    assert "ints, bits, comparisons, folds" in done.output
