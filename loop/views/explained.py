"""One node of a graph -> what it claims, how it was proved, what that rests on, and what would make it false; part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from loop.views.history import code_of
from loop.views.side_by_side import lines_of
from loop.words import Costs, contract_lines, cost_text, own_cost, rests_on
from verify.certificate import Certificate
from verify.claim_words import claims, in_words, rule_words, strengthening_line
from verify.graph import Graph, head, history, resting_on, spec_of, strengthened, superseded
from verify.judge import spec_in
from verify.lemma import Lemma
from verify.limits import DEFAULT
from verify.node import RESTING_ON_NOTHING, SCRIPT, Node, lemma_of, rule_of
from verify.policy import EVIDENCE_FILE, POLICY_FILE, evidence_from_bytes
from verify.reasons import Refusal

OF_A_SPEC: Final = "nothing: it is what is asked for, and a version is right where it does what this says"
OF_AN_AUTHOR: Final = (
    ("Its author", "a contract or a baseline that does not say what was meant; `qed check --strength` shows what it lets pass"),
)
OF_A_POLICY: Final = (
    ("The runs that are in its evidence", "figures that no such runs gave"),
    ("Held-out targets that stand for others", "targets of yours that are of another kind than those"),
)
ABOUT_NO_PROGRAM: Final = {"rule": ("The semantics",), "lemma": ("The semantics", "The printer")}
"""what lemmas and rules do not rest on: no program stands in either, and a lemma is not printed"""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an explanation."""

    title: str
    lines: tuple[str, ...]
    code: bool = False
    """whether the lines are code, and not sentences"""


def explained(graph: Graph, node: Node, measured: str = "") -> tuple[Section, ...]:
    """Return the parts of an explanation; `measured` is what is to say of measured times, "" for nothing."""
    return tuple(_sections(graph, node, measured))


def _sections(graph: Graph, node: Node, measured: str) -> Iterator[Section]:
    if node.kind in RESTING_ON_NOTHING and node.certificate is not None:
        yield from _lemma_sections(graph, node, lemma_of(node), node.certificate)
        return
    if node.kind == "policy":
        yield from _policy_sections(node)
        return
    spec_node, old, certificate = spec_of(graph, node), superseded(graph, node), node.certificate
    place = "the head of the " if node is head(graph, spec_node.id) else "a version of the "
    yield Section(f"{node.kind} {node.id}", (f"{place if certificate else ''}target `{node.target}`",))
    try:
        spec = spec_in(spec_node, DEFAULT)
    except Refusal as refusal:
        yield Section("Not readable", (f"{refusal.reason}",))
        return
    if node.kind == "spec":
        yield Section("Asked for", (*contract_lines(spec), "a spec says what every accepted version of the target must do"))
        edge = node.edge("strengthens")
        if edge is not None and certificate is not None:
            yield Section("Claimed", (strengthening_line(edge.to),))
            yield Section("Proved", _proved(node, certificate))
        if (now := strengthened(graph, node.id)) is not None:
            yield Section("Strengthened", (f"the spec {now.id[:12]} speaks for the target in its place",))
        if certificate is None:
            yield Section("Claimed", (OF_A_SPEC,))
        yield _proved_under(graph, node)
        yield from _resting_sections(node)
    elif certificate is not None:
        yield Section("Claimed", tuple(claims(spec, certificate, old)))
        yield Section("Proved", _proved(node, certificate))
        yield Section("Rests on", _resting(graph, node, certificate))
        yield _false_through(node)
        yield Section("Cost", _cost(old, certificate, measured))
    if old is not None:
        yield Section(f"Old, {old.id[:12]}", _code(old), code=True)
    yield Section("New" if old is not None else "Code", _code(node), code=True)


def _lemma_sections(graph: Graph, node: Node, lemma: Lemma, certificate: Certificate) -> Iterator[Section]:
    about = "two expressions of the language" if node.kind == "rule" else "the library and its own definitions"
    yield Section(f"{node.kind} {node.id}", (f"`{lemma.name}`, about {about}; no target stands in it",))
    yield Section("Claimed", claimed(node))
    if lemma.definitions:
        yield Section("Where", tuple(lines_of(lemma.definitions.rstrip("\n"))), code=True)
    yield Section("Proved", (
        f"tier {certificate.tier}, Lean {certificate.lean_version} ({certificate.lean_kind})",
        f"the statement, statement.lean: {certificate.statement}",
        f"the proof, proof.lean, {lemma.proof.count(chr(10))} lines: {certificate.proof}",
        f"to prove it again: {certificate.recheck}",
    ))  # fmt: skip
    above = len(resting_on(graph, [node.id])) - 1
    yield Section("Rests on", (*(what for what, _ in rests_on_of(node)), f"{above} nodes rest on this one"))
    yield _false_through(node)
    yield Section("Statement", tuple(lines_of(lemma.statement)), code=True)
    yield Section("Proof", tuple(lines_of(lemma.proof.rstrip("\n"))), code=True)


def claimed(node: Node) -> tuple[str, ...]:
    """Return what a lemma or a rule claims, in words. Raises Refusal where its text does not read."""
    return tuple(rule_words(rule_of(node)) if node.kind == "rule" else in_words(lemma_of(node)))


def rests_on_of(node: Node) -> list[tuple[str, str]]:
    """Return what a node rests on, each with what would make it false."""
    if node.kind == "policy":
        return [*OF_A_POLICY]
    without = ABOUT_NO_PROGRAM.get(node.kind, ())
    proved = rests_on(node.certificate) if node.certificate else []
    return [*((w, f) for w, f in proved if not w.startswith(without)), *(OF_AN_AUTHOR if node.kind == "spec" else ())]


def _resting_sections(node: Node) -> Iterator[Section]:
    yield Section("Rests on", tuple(what for what, _ in rests_on_of(node)))
    yield _false_through(node)


def _false_through(node: Node) -> Section:
    return Section("Would be false through", tuple(f"{what}: {false}" for what, false in rests_on_of(node)))


def _proved_under(graph: Graph, spec: Node) -> Section:
    """Return what has been proved of versions under a spec."""
    line = history(graph, spec.id)
    top = line[-1].id[:12] if line else ""
    many = f"{len(line)} version{'s' * (len(line) != 1)}"
    return Section("Proved under it", (f"{many}, the head {top}; `qed explain {top}` says what" if line else "nothing yet",))


def _policy_sections(node: Node) -> Iterator[Section]:
    """Yield what there is to say of a policy: nothing of it is proved."""
    evidence = evidence_from_bytes(node.content(EVIDENCE_FILE))
    said = f"`{node.target}`, a learned setting of the loop; empirical: nothing that is proved rests on it"
    yield Section(f"policy {node.id}", (said,))
    yield Section("Measured", (
        f"{evidence.measure}, {len(evidence.targets)} held-out targets, {len(evidence.seeds)} seeds, {evidence.budget} each",
        f"more with it of {evidence.won} targets over all seeds, less of {evidence.lost}, as much of the others",
        f"by coin toss at least so many would be won with probability {float(evidence.chance):.4f} (sign test, one-sided)",
    ))  # fmt: skip
    yield Section(
        "Proved", ("nothing; the verifier worked the sign test out again from the evidence, and believed no figure for it",)
    )
    yield from _resting_sections(node)
    if (edge := node.edge("supersedes")) is not None:
        yield Section("Supersedes", (f"the policy {edge.to}",))
    yield Section("Settings", tuple(lines_of(node.content(POLICY_FILE).decode().rstrip("\n"))), code=True)


def _proved(node: Node, certificate: Certificate) -> tuple[str, ...]:
    if certificate.tier == "smt":
        lines_of_script = node.content(SCRIPT).count(b"\n")
        return (
            f"tier smt, {certificate.solver}; no kernel has seen it",
            f"the statement, {SCRIPT}, {lines_of_script} lines, printed by the verifier: {certificate.statement}",
            f"to decide it again: {certificate.recheck}",
        )
    lines = {name: node.content(name).count(b"\n") for name in ("proof.lean", "statement.lean")}
    return (
        f"tier {certificate.tier}, Lean {certificate.lean_version} ({certificate.lean_kind}); solver {certificate.solver}",
        f"the statement, statement.lean, {lines['statement.lean']} lines, printed by the verifier: {certificate.statement}",
        f"the proof, proof.lean, {lines['proof.lean']} lines: {certificate.proof}",
        f"to prove it again: {certificate.recheck}",
    )


def _resting(graph: Graph, node: Node, certificate: Certificate) -> tuple[str, ...]:
    below = (f"{graph.nodes[e.to].kind} {e.to[:12]}, which it {e.type}" for e in node.edges)
    above = len(resting_on(graph, [node.id])) - 1
    return (*(what for what, _ in rests_on(certificate)), *below, f"{above} nodes rest on this one")


def _cost(old: Node | None, certificate: Certificate, measured: str) -> tuple[str, ...]:
    costs = str(Costs(certificate.old_cost, certificate.new_cost)) if old else cost_text(own_cost(certificate))
    return (f"{costs} ticks", *([measured] if measured else []))


def _code(node: Node) -> tuple[str, ...]:
    return tuple(lines_of(code_of(node).rstrip("\n"))) or ("",)
