"""Each thing that must fit between a node and what it rests on is missed where it alone is otherwise."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from small_graph import TWICE, certificate, chain, implementation, lemma, lemma_certificate, smt, solved, using

from verify.canonical import digest_bytes, to_json
from verify.certificate import implementation_digest, spec_digest
from verify.lemma import lemma_binding
from verify.misfits import due_fields, misfits
from verify.node import Edge, File, Node, implementation_node, stronger_node
from verify.strengthening import strengthening_binding
from verify.worst_case import WorstCase

SPEC, BASE, BETTER, _ = chain("f", 3)
OTHER, OTHER_BASE = chain("g", 1)
SOLVED = solved(SPEC, BASE.content("program.py"), None)
LEMMA = lemma()
USER = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE, LEMMA)
NODES = {n.id: n for n in (SPEC, BASE, BETTER, OTHER, OTHER_BASE, SOLVED, LEMMA)}


def found(node: Node, nodes: Mapping[str, Node] = NODES) -> list[str]:
    """Return what is wrong with a node, until what is missing makes the rest unreadable."""
    out: list[str] = []
    try:
        for what in misfits(nodes, node):
            out.append(what)  # noqa: PERF402 - what was found before an error is wanted
    except KeyError:
        assert out
    return out


def changed(node: Node, **fields: object) -> Node:
    """Return a node whose certificate has other fields."""
    assert node.certificate is not None
    return replace(node, certificate=replace(node.certificate, **fields))  # type: ignore[arg-type]  # some of any type


def edged(node: Node, *edges: Edge) -> Node:
    return replace(node, edges=edges)


@pytest.mark.parametrize("node", [SPEC, BASE, BETTER, OTHER, OTHER_BASE, SOLVED, LEMMA, USER], ids=str)
def test_what_fits_is_let_through(node: Node) -> None:
    assert found(node) == []


@pytest.mark.parametrize("gone", [SPEC, BASE], ids=["spec", "predecessor"])
def test_what_it_rests_on_is_there(gone: Node) -> None:
    (first, *_) = found(BETTER, {i: n for i, n in NODES.items() if n is not gone})
    assert first.endswith(f"the node {gone.id}, which is not in the graph.")
    (first, *_) = found(USER, {i: n for i, n in NODES.items() if n is not LEMMA})
    assert first == f"it uses the node {LEMMA.id}, which is not in the graph."


def test_an_implementation_implements_the_spec_of_its_target_and_has_a_certificate() -> None:
    nothing = "it implements nothing, or has no certificate."
    assert found(replace(BETTER, certificate=None))[0] == nothing
    assert found(edged(BETTER, *BETTER.edges[1:]))[0] == nothing
    for wrong in (OTHER, BASE):
        (first, *_) = found(edged(BETTER, Edge("implements", wrong.id), *BETTER.edges[1:]))
        assert first == f"it implements the node {wrong.id}, which is not a spec of `f`."
    (first, *_) = found(replace(BASE, target="g"))
    assert first == f"it implements the node {SPEC.id}, which is not a spec of `g`."


def test_the_first_version_is_the_baseline_and_each_other_follows_one_of_the_same_spec() -> None:
    alone = "it supersedes nothing, and its program is not the baseline in the spec file."
    assert found(edged(BETTER, BETTER.edges[0]))[0] == alone
    (first, *_) = found(edged(BETTER, BETTER.edges[0], Edge("supersedes", OTHER_BASE.id, "always", 0)))
    assert first == f"it supersedes the node {OTHER_BASE.id}, which does not implement the same spec."


@pytest.mark.parametrize(
    ("field", "value"),
    [("spec", "0"), ("implementation", "0"), ("old", "0"), ("old", None), ("statement", "0"), ("proof", "0"),
     ("order", "eventually"), ("slack", 1), ("worst", WorstCase("n", "1", 0, ()))],
)  # fmt: skip
def test_a_certificate_is_of_exactly_this(field: str, value: object) -> None:
    assert found(changed(BETTER, **{field: value})) == [
        f"its certificate is of something else: `{field}` is not that of the files and edges."
    ]


def test_what_a_certificate_is_of_is_read_off_the_bytes() -> None:
    program, old = BETTER.content("program.py"), BASE.content("program.py")
    assert due_fields(NODES, BETTER) == {
        "spec": spec_digest(SPEC.content("spec.py"), "f"), "implementation": implementation_digest(program, "f"),
        "old": implementation_digest(old, "f"), "statement": digest_bytes(b"theorem " + program),
        "proof": digest_bytes(b"by omega"), "order": "always", "slack": 0, "worst": None,
    }  # fmt: skip
    assert {k: due_fields(NODES, BASE)[k] for k in ("old", "order", "slack")} == {"old": None, "order": None, "slack": 0}
    of_solved = due_fields(NODES, SOLVED)
    assert (of_solved["proof"], of_solved["worst"]) == (None, None)
    assert of_solved["statement"] == digest_bytes(b"theorem " + old)
    assert due_fields(NODES, LEMMA) == lemma_binding(TWICE)
    assert due_fields(NODES, SPEC) == {}
    late = implementation(SPEC, program, BASE, "eventually", 3)
    assert {k: due_fields(NODES, late)[k] for k in ("order", "slack")} == {"order": "eventually", "slack": 3}


def test_what_the_notes_claim_in_the_worst_case_is_bound() -> None:
    claim = WorstCase("n", "3 * size", 1, (("n", "size"),))
    program = BETTER.content("program.py")

    def noted(data: object) -> Node:
        made = certificate(SPEC, program, BASE, "worst-case", 0)
        notes = {"worst": data} if data is not None else {}
        return implementation_node(SPEC, program=program, proof=b"by omega", statement=b"theorem " + program,
                                   notes=notes, certificate=replace(made, worst=claim), supersedes=BASE)  # type: ignore[arg-type]  # fmt: skip

    assert found(noted(claim.as_data())) == []
    for other in (None, {**claim.as_data(), "least": 2}, {"size": "n"}, 1):
        assert found(noted(other)) == ["its certificate is of something else: `worst` is not that of the files and edges."]
    odd = noted({"size": "n"})
    made = certificate(SPEC, program, BASE, "always", 0)
    silent = replace(odd, certificate=made, edges=(odd.edges[0], Edge("supersedes", BASE.id, "always", 0)))
    assert found(silent) == ["its certificate is of something else: `worst` is not that of the files and edges."]
    listed = noted(None)
    files = tuple(File(f.name, to_json([1])) if f.name == "notes.json" else f for f in listed.files)
    assert "`worst`" in found(replace(listed, files=files))[0]


def test_the_kernels_tier_rests_on_itself_alone() -> None:
    nodes = {**NODES, SOLVED.id: SOLVED}
    over = implementation(SPEC, BETTER.content("program.py"), SOLVED)
    assert found(over, nodes) == [f"its tier is kernel, and it rests on the node {SOLVED.id}, whose tier is smt."]
    assert found(solved(SPEC, BETTER.content("program.py"), SOLVED), nodes) == []
    assert found(solved(SPEC, BETTER.content("program.py"), BASE), nodes) == []
    calling = edged(BETTER, *BETTER.edges, Edge("uses", SOLVED.id))
    assert found(calling, nodes)[0] == f"its tier is kernel, and it calls the component {SOLVED.id}, whose tier is smt."
    below = solved(SPEC, BETTER.content("program.py"), SOLVED)
    below = edged(below, *below.edges, Edge("uses", SOLVED.id))
    assert found(below, nodes) == ["the nodes that it uses are not the components that its file names."]


def test_a_lemma_that_is_used_stands_in_the_proof_and_the_tier_smt_uses_none() -> None:
    unread = using(SPEC, b"def f(n: int) -> int:\n    return n + 0\n", BASE, LEMMA, proof="by omega")
    assert found(unread) == [f"it uses the lemma {LEMMA.id}, whose text does not stand in its proof."]
    node = solved(SPEC, BETTER.content("program.py"), BASE)
    node = edged(node, *node.edges, Edge("uses", LEMMA.id))
    assert found(node) == [f"it uses the lemma {LEMMA.id}, and its tier, smt, has no proof that could hold it."]


def test_what_is_used_is_named_in_the_file() -> None:
    for node in (edged(BETTER, *BETTER.edges, Edge("uses", BASE.id)), edged(SPEC, Edge("uses", BASE.id))):
        assert found(node) == ["the nodes that it uses are not the components that its file names."]
    assert found(edged(SPEC, Edge("uses", LEMMA.id))) == ["the nodes that it uses are not the components that its file names."]
    unknown = f'a = component("{"0" * 64}")\n'.encode()
    naming = implementation(SPEC, b"def f(n: int) -> int:\n    return n\n\n\n" + unknown, BASE)
    assert any("component" in what for what in found(edged(naming, *naming.edges[:2])))


def test_a_lemma_is_proved_by_the_kernel_and_bound() -> None:
    weak = "a lemma is proved by the kernel, and its certificate does not say so."
    assert found(replace(LEMMA, certificate=None)) == [weak]
    assert found(replace(LEMMA, certificate=smt(lemma_certificate(TWICE)))) == [weak]
    for field in lemma_binding(TWICE):
        value: object = 1 if field == "slack" else WorstCase("n", "1", 0, ()) if field == "worst" else "0"
        assert found(changed(LEMMA, **{field: value})) == [
            f"its certificate is of something else: `{field}` is not that of the files."
        ], field
    files = tuple(f for f in LEMMA.files if f.name != LEMMA.files[0].name)
    (first,) = found(replace(LEMMA, files=files))
    assert first.startswith("it holds no lemma: ")


def stronger(weaker: Node = SPEC, **fields: object) -> Node:
    content, statement, proof = b"# stronger\n" + SPEC.content("spec.py"), b"theorem s", b"by simp"
    bound = strengthening_binding("f", weaker.content("spec.py"), content, statement, proof)
    made = replace(certificate(SPEC, b"", None, None, 0), **{**bound, **fields})  # type: ignore[arg-type]  # fields of it
    return stronger_node(weaker, content=content, proof=proof, statement=statement, notes={}, certificate=made)


def test_a_spec_that_strengthens_none_is_bound_to_nothing() -> None:
    assert found(replace(SPEC, certificate=certificate(SPEC, b"", None, None, 0))) == []


def test_a_spec_that_strengthens_another_is_bound_to_both() -> None:
    assert found(stronger()) == []
    for field in ("spec", "implementation", "old", "statement", "proof", "order", "slack"):
        node = stronger(**{field: 1 if field == "slack" else "always" if field == "order" else "0"})
        assert found(node) == [f"its certificate is of something else: `{field}` is not that of the files and edges."], field
    node = stronger()
    assert found(replace(node, target="g"))[0] == f"it strengthens the node {SPEC.id}, which is not a spec of `g`."
    for wrong in (BASE, OTHER):
        (first, *_) = found(edged(node, Edge("strengthens", wrong.id)))
        assert first == f"it strengthens the node {wrong.id}, which is not a spec of `f`."
    assert found(changed(node, tier="smt"))[0] == (
        "that a spec strengthens another is proved by the kernel, and its certificate does not say so."
    )
