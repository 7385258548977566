"""The record of a node names its kind's files and edges, whole names of nodes, and nothing besides."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import certificate, chain, lemma, solved, using

from verify.canonical import Data, digest, from_json, to_json
from verify.node import Node, files_of, node_from_files, node_to_files, stronger_node
from verify.reasons import GraphCorrupt, Reason, Refusal
from verify.strengthening import strengthening_binding

SPEC, BASE, BETTER = chain("f", 2)
LEMMA = lemma()
SOLVED = solved(SPEC, BETTER.content("program.py"), BASE)


def stronger() -> Node:
    content, statement, proof = b"# stronger\n" + SPEC.content("spec.py"), b"theorem s", b"by simp"
    bound = strengthening_binding("f", SPEC.content("spec.py"), content, statement, proof)
    made = replace(certificate(SPEC, b"", None, None, 0), **bound)  # type: ignore[arg-type]  # fields of it
    return stronger_node(SPEC, content=content, proof=proof, statement=statement, notes={}, certificate=made)


NODES = (SPEC, stronger(), BASE, BETTER, LEMMA, SOLVED, using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE, LEMMA))


def read(node: Node, **changed: Data) -> Node | Reason:
    """Read a node back whose record has other parts, and the name that belongs to it."""
    data = from_json(node_to_files(node)["node.json"])
    assert isinstance(data, dict)
    whole = {**data, **changed}
    files = {**node_to_files(node), "node.json": to_json(whole)}
    try:
        return node_from_files(digest("node", whole), files, "accepted/x")
    except Refusal as refusal:
        return refusal.reason


def parts(node: Node) -> tuple[list[dict[str, Data]], dict[str, Data]]:
    """Return the edges and the files of a node's record."""
    data = from_json(node_to_files(node)["node.json"])
    assert isinstance(data, dict)
    edges, files = data["edges"], data["files"]
    assert isinstance(edges, list)
    assert isinstance(files, dict)
    return [dict(e) for e in edges if isinstance(e, dict)], files


@pytest.mark.parametrize("node", NODES, ids=lambda n: n.kind)
def test_a_node_of_each_kind_reads_back_under_its_own_name(node: Node) -> None:
    assert read(node) == node


def test_what_follows_another_version_names_it_at_both_tiers() -> None:
    for node in (SOLVED, BETTER):
        assert [(e.type, e.to, e.order, e.slack) for e in node.edges] == [
            ("implements", SPEC.id, None, 0), ("supersedes", BASE.id, "always", 0),
        ]  # fmt: skip
    assert [e.type for e in solved(SPEC, SPEC.content("spec.py"), None).edges] == ["implements"]


def test_each_kind_has_its_files() -> None:
    whole = ("notes.json", "program.py", "proof.lean", "statement.lean")
    assert files_of("spec", None) == ("spec.py",)
    assert files_of("spec", stronger().certificate) == ("notes.json", "proof.lean", "spec.py", "statement.lean")
    assert files_of("implementation", BASE.certificate) == whole
    assert files_of("implementation", SOLVED.certificate) == ("program.py", "statement.smt2")
    assert files_of("lemma", LEMMA.certificate) == tuple(f.name for f in LEMMA.files)
    assert tuple(f.name for f in BETTER.files) == whole


@pytest.mark.parametrize("node", NODES, ids=lambda n: n.kind)
def test_every_file_is_named_and_there(node: Node) -> None:
    _, files = parts(node)
    for name in files:
        assert type(read(node, files={k: v for k, v in files.items() if k != name})) is GraphCorrupt
        rest = {k: v for k, v in node_to_files(node).items() if k != name}
        with pytest.raises(Refusal) as refused:
            node_from_files(node.id, rest, "accepted/x")
        assert refused.value.reason.where == f"accepted/x/{name}"
    assert type(read(node, files={**files, "README.md": "0" * 64})) is GraphCorrupt


@pytest.mark.parametrize("node", [n for n in NODES if n.edges], ids=lambda n: n.kind)
def test_an_edge_leads_to_a_whole_name(node: Node) -> None:
    edges, _ = parts(node)
    for i, edge in enumerate(edges):
        to = str(edge["to"])
        for odd in (f"{to}\n", f"{to}0", f"0{to}", to[1:], "A" * 64, "", None, 1):
            assert type(read(node, edges=[*edges[:i], {**edge, "to": odd}, *edges[i + 1 :]])) is GraphCorrupt, odd
        for more in ({"order": "always"}, {"slack": 0}, {"note": ""}):
            if not more.keys() & edge.keys():
                assert type(read(node, edges=[*edges[:i], {**edge, **more}, *edges[i + 1 :]])) is GraphCorrupt
        assert type(read(node, edges=[*edges[:i], {**edge, "type": "rests"}, *edges[i + 1 :]])) is GraphCorrupt


def test_the_edge_to_a_predecessor_has_an_order_and_a_slack() -> None:
    edges, _ = parts(BETTER)
    for odd in ({"order": None}, {"order": "best"}, {"order": 1}, {"slack": -1}, {"slack": True}, {"slack": "0"}):
        assert type(read(BETTER, edges=[edges[0], {**edges[1], **odd}])) is GraphCorrupt
    for fine in ({"order": "eventually"}, {"slack": 1}):
        found = read(BETTER, edges=[edges[0], {**edges[1], **fine}])
        assert isinstance(found, Node)
        assert {k: getattr(found.edge("supersedes"), k) for k in fine} == fine


def test_edges_stand_in_their_order_and_belong_to_the_kind() -> None:
    (implements, supersedes), _ = parts(BETTER)
    use: dict[str, Data] = {"type": "uses", "to": "0" * 64}
    later: dict[str, Data] = {"type": "uses", "to": "1" * 64}
    strengthens: dict[str, Data] = {"type": "strengthens", "to": SPEC.id}
    assert isinstance(read(BETTER, edges=[implements, supersedes, use, later]), Node)
    assert isinstance(read(SPEC, edges=[use, later]), Node)
    for node, edges in (
        (BETTER, [supersedes, implements]), (BETTER, [supersedes]), (BETTER, [implements, use, supersedes]),
        (BETTER, [use, implements]), (BETTER, [implements, supersedes, later, use]), (BETTER, [implements, supersedes, use, use]),
        (BETTER, [strengthens]), (BETTER, [implements, implements]), (BETTER, [implements, supersedes, supersedes]),
        (SPEC, [implements]), (SPEC, [strengthens]),
        (stronger(), []), (stronger(), [strengthens, strengthens]), (LEMMA, [use]), (LEMMA, [implements]),
    ):  # fmt: skip
        assert type(read(node, edges=list(edges))) is GraphCorrupt, edges


def test_what_claims_something_has_a_certificate_and_a_plain_spec_has_none() -> None:
    for node in NODES:
        data = from_json(node_to_files(node)["node.json"])
        assert isinstance(data, dict)
        other = from_json(node_to_files(BASE)["node.json"])
        assert isinstance(other, dict)
        assert type(read(node, certificate=other["certificate"] if data["certificate"] is None else None)) is GraphCorrupt


@pytest.mark.parametrize("target", ["", "1f", "f g", "f\n", "é", "f.g", 1, None])
def test_a_target_is_a_name(target: Data) -> None:
    assert type(read(BETTER, target=target)) is GraphCorrupt
    assert isinstance(read(BETTER, target="_f1"), Node)


@pytest.mark.parametrize("name", ["program.py", "node.json", "notes.json"])
def test_a_file_may_be_as_long_as_its_limit(name: str, tmp_path: Path) -> None:
    from verify.node import SIZES  # noqa: PLC0415 - the table alone

    for length in (SIZES[name], SIZES[name] + 1):
        with pytest.raises(Refusal) as refused:
            node_from_files(BETTER.id, {**node_to_files(BETTER), name: b" " * length}, str(tmp_path))
        assert ("longer than" in refused.value.reason.what) is (length > SIZES[name])
