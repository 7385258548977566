"""A policy is empirical: it enters on evidence whose sign test is worked out anew, and nothing that is proved rests on one."""

from dataclasses import replace
from fractions import Fraction
from math import comb
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_graph import chain, implementation, put, run

from verify.canonical import to_json
from verify.graph import Graph, admit_policy, graph_of, load, policies
from verify.node import Edge, Node, policy_node
from verify.policy import CHANCE, Evidence, evidence_from_bytes, evidence_to_bytes, failing
from verify.reasons import GraphConflict, GraphCorrupt, Malformed, Refusal

TARGETS = ("a", "b", "c", "d", "e", "f")
BETTER = Evidence("accepted", "60 s", TARGETS, (0,), (1, 1, 1, 1, 1, 0), (2, 2, 2, 2, 2, 0))
SETTINGS = to_json({"weights": [1, 2]})
EMPTY = graph_of((), "nowhere")


def node(evidence: Evidence = BETTER, supersedes: Node | None = None, policy: bytes = SETTINGS, name: str = "ranking") -> Node:
    """Make a policy."""
    return policy_node(name, policy=policy, evidence=evidence_to_bytes(evidence), supersedes=supersedes)


def entered(folder: Path, made: Node, before: object = EMPTY) -> Graph:
    """Admit a policy that is due to enter."""
    assert isinstance(before, Graph)
    after = admit_policy(before, folder, made)
    assert isinstance(after, Graph), str(after)
    return after


# -- evidence -------------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_chance_is_that_of_the_sign_test(pairs: list[tuple[int, int]]) -> None:
    before, after = zip(*pairs, strict=True)
    evidence = Evidence("m", "b", tuple(f"t{i:02}" for i in range(len(pairs))), (7,), before, after)
    signs = [b > a for a, b in pairs if a != b]
    as_lucky = sum(comb(len(signs), k) for k in range(sum(signs), len(signs) + 1))
    assert evidence.chance == Fraction(as_lucky, 2 ** len(signs))
    assert (failing(SETTINGS, evidence_to_bytes(evidence)) is None) == (evidence.chance <= CHANCE)


def test_five_of_five_will_do_and_four_of_four_will_not() -> None:
    assert BETTER.chance == Fraction(1, 32)
    assert failing(SETTINGS, evidence_to_bytes(BETTER)) is None
    less = replace(BETTER, after=(2, 2, 2, 2, 1, 0))
    assert "4 targets better, 0 worse" in str(failing(SETTINGS, evidence_to_bytes(less)))


@given(st.lists(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=3, max_size=3), min_size=1, max_size=9))
def test_the_seeds_of_a_target_are_one_toss(runs: list[list[tuple[int, int]]]) -> None:
    before, after = ([pair[side] for seeds in runs for pair in seeds] for side in (0, 1))
    targets = tuple(f"t{i}" for i in range(len(runs)))
    evidence = Evidence("m", "b", targets, (0, 1, 2), tuple(before), tuple(after))
    sums = [(sum(a for a, _ in seeds), sum(b for _, b in seeds)) for seeds in runs]
    alone = Evidence("m", "b", targets, (0,), tuple(a for a, _ in sums), tuple(b for _, b in sums))
    assert (evidence.won, evidence.lost, evidence.chance) == (alone.won, alone.lost, alone.chance)


def test_many_seeds_of_few_targets_prove_nothing() -> None:
    few = Evidence("m", "b", ("a", "b"), tuple(range(9)), (1,) * 18, (2,) * 18)
    assert (few.won, few.lost, few.chance) == (2, 0, Fraction(1, 4))
    assert "2 targets better, 0 worse" in str(failing(SETTINGS, evidence_to_bytes(few)))


def test_evidence_is_read_as_it_was_written() -> None:
    assert evidence_from_bytes(evidence_to_bytes(BETTER)) == BETTER


def changed(**fields: object) -> bytes:
    """Return evidence with other fields."""
    data = {
        "after": [2] * 6, "before": [1] * 6, "budget": "60 s", "measure": "accepted", "seeds": [0], "targets": list(TARGETS),
    }  # fmt: skip
    return to_json({k: v for k, v in (data | fields).items() if v is not None})


MALFORMED = {
    "no JSON": b"{",
    "a list": b"[]\n",
    "a field short": changed(seeds=None),
    "a field too many": changed(proved=True),
    "fewer numbers": changed(after=[2] * 5),
    "a number below zero": changed(before=[-1] * 6),
    "a truth value": changed(after=[True] * 6),
    "a target twice": changed(targets=["a", "a", "b", "c", "d", "e"]),
    "targets out of order": changed(targets=list(reversed(TARGETS))),
    "a seed twice": changed(seeds=[0, 0], after=[2] * 12, before=[1] * 12),
    "another measure": changed(measure=3),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_evidence_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as raised:
        evidence_from_bytes(MALFORMED[name])
    assert type(raised.value.reason) is Malformed
    assert failing(SETTINGS, MALFORMED[name]) is not None


@pytest.mark.parametrize("policy", [b"", b"{}\n", b"[1]\n", b'{"a": 0.5}\n', b'{"a":1}\n'])
def test_a_policy_is_a_canonical_mapping(policy: bytes) -> None:
    assert failing(policy, evidence_to_bytes(BETTER)) is not None


# -- the graph ------------------------------------------------------------------------------------------------------------------


def test_a_policy_enters_and_another_supersedes_it(tmp_path: Path) -> None:
    first = node()
    one = entered(tmp_path, first)
    second = node(supersedes=first, policy=to_json({"weights": [3]}))
    two = entered(tmp_path, second, one)
    assert load(tmp_path) == two
    assert policies(two) == {"ranking": second}
    report = run(tmp_path, everything=False)
    assert (report.verdict, report.policies, report.expected) == ("accept", 2, 0)


def test_a_second_first_is_refused_at_the_door_and_in_the_folder(tmp_path: Path) -> None:
    first, other = node(), node(policy=to_json({"weights": [3]}))
    one = entered(tmp_path, first)
    assert type(admit_policy(one, tmp_path, other)) is GraphConflict
    put(tmp_path, other)
    assert type(load(tmp_path)) is GraphConflict


def test_two_that_supersede_the_same_are_a_conflict(tmp_path: Path) -> None:
    first = node()
    put(tmp_path, first, *(node(supersedes=first, policy=to_json({"weights": [i]})) for i in range(2)))
    assert type(load(tmp_path)) is GraphConflict


def test_chance_is_refused_at_the_door_and_in_the_folder(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    bad = node(replace(BETTER, after=BETTER.before))
    reason = admit_policy(EMPTY, tmp_path, bad)
    assert type(reason) is GraphCorrupt or type(reason) is GraphConflict
    put(tmp_path, bad)
    assert type(load(tmp_path)) is GraphCorrupt


def test_a_policy_of_another_name_is_not_superseded(tmp_path: Path) -> None:
    first = node(name="prompt")
    put(tmp_path, first, node(supersedes=first))
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert "no policy of the name" in reason.what


def test_nothing_else_enters_by_the_door_of_policies(tmp_path: Path) -> None:
    assert isinstance(EMPTY, Graph)
    for other in chain("f", 1):
        assert type(admit_policy(EMPTY, tmp_path, other)) is GraphConflict
    assert not list(tmp_path.iterdir())


def test_no_proof_rests_on_a_policy(tmp_path: Path) -> None:
    spec, baseline = chain("f", 1)
    made = node()
    better = implementation(spec, b"def f(n: int) -> int:\n    return n  # 1\n", baseline)
    resting = replace(better, edges=(*better.edges, Edge("uses", made.id)))
    put(tmp_path, spec, baseline, made, resting)
    reason = load(tmp_path)
    assert type(reason) is GraphCorrupt
    assert resting.id in reason.where
