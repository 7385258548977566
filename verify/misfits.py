"""Decides: whether a node fits the nodes that it rests on."""

from collections.abc import Iterator, Mapping

from verify.canonical import Digest, digest_bytes, from_json
from verify.certificate import Certificate, implementation_digest, spec_digest
from verify.components import linked
from verify.lemma import STATEMENT_FILE, is_used, lemma_binding
from verify.limits import DEFAULT
from verify.node import RESTING_ON_NOTHING, SCRIPT, Node, lemma_of, rule_of, tier_of
from verify.policy import EVIDENCE_FILE, POLICY_FILE, failing
from verify.proof import NOTES_FILE, PROOF_FILE
from verify.reasons import Refusal
from verify.references import named
from verify.rule import rule_binding
from verify.strengthening import strengthening_binding
from verify.worst_case import worst_case_from_data


def misfits(nodes: Mapping[Digest, Node], node: Node) -> Iterator[str]:
    """Yield what is wrong between a node and the ones that it rests on; only the first is meant to be asked for."""
    for e in node.edges:
        if e.to not in nodes:
            yield f"it {e.type} the node {e.to}, which is not in the graph."
    match node.kind:
        case "spec":
            yield from _strengthening_misfits(nodes, node)
            yield from _component_misfits(nodes, node)
        case "implementation":
            yield from _implementation_misfits(nodes, node)
            yield from _component_misfits(nodes, node)
        case "lemma" | "rule":
            yield from _lemma_misfits(node)
        case "policy":
            yield from _policy_misfits(nodes, node)


def _implementation_misfits(nodes: Mapping[Digest, Node], node: Node) -> Iterator[str]:
    implements, supersedes, certificate = node.edge("implements"), node.edge("supersedes"), node.certificate
    if implements is None or certificate is None:
        yield "it implements nothing, or has no certificate."
        return
    spec, old = nodes[implements.to], nodes[supersedes.to] if supersedes else None
    if spec.kind != "spec" or spec.target != node.target:
        yield f"it implements the node {spec.id}, which is not a spec of `{node.target}`."
    if old is None and node.content("program.py") != spec.content("spec.py"):
        yield "it supersedes nothing, and its program is not the baseline in the spec file."
    if old is not None and old.edge("implements") != implements:
        yield f"it supersedes the node {old.id}, which does not implement the same spec."
    if unbound := _unbound(certificate, _due(node, spec, old)):
        yield f"its certificate is of something else: `{unbound}` is not that of the files and edges."
    if certificate.tier == "kernel" and tier_of(old) == "smt":
        yield f"its tier is kernel, and it rests on the node {old.id if old else ''}, whose tier is smt."
    for used in (nodes[name] for name in node.uses):
        yield from _lemma_use_misfits(node, used) if used.kind in RESTING_ON_NOTHING else ()
        if certificate.tier == "kernel" and tier_of(used) == "smt":
            yield f"its tier is kernel, and it calls the component {used.id}, whose tier is smt."


def _lemma_use_misfits(node: Node, lemma: Node) -> Iterator[str]:
    """Yield what is wrong with the edge from an implementation to a lemma or a rule.

    It says where the proof comes from: the proof is judged as it stands, and an edge that says too much would mislead.
    """
    if tier_of(node) == "smt":
        yield f"it uses the {lemma.kind} {lemma.id}, and its tier, smt, has no proof that could hold it."
    elif not is_used(lemma_of(lemma), node.content(PROOF_FILE).decode(errors="replace")):
        yield f"it uses the {lemma.kind} {lemma.id}, whose text does not stand in its proof."


def _strengthening_misfits(nodes: Mapping[Digest, Node], node: Node) -> Iterator[str]:
    """Yield what is wrong between a spec and the one that it strengthens."""
    edge, certificate = node.edge("strengthens"), node.certificate
    if edge is None or certificate is None:
        return
    weaker = nodes[edge.to]
    if weaker.kind != "spec" or weaker.target != node.target:
        yield f"it strengthens the node {weaker.id}, which is not a spec of `{node.target}`."
        return
    if certificate.tier != "kernel":
        yield "that a spec strengthens another is proved by the kernel, and its certificate does not say so."
    if unbound := _unbound(certificate, due_fields(nodes, node)):
        yield f"its certificate is of something else: `{unbound}` is not that of the files and edges."


def _component_misfits(nodes: Mapping[Digest, Node], node: Node) -> Iterator[str]:
    """Yield what is wrong between the text of a file and the accepted components that it names."""
    spec = node.edge("implements")
    content = node.content("program.py" if spec else "spec.py")
    used = [i for i in node.uses if spec is None or nodes[i].kind not in RESTING_ON_NOTHING]
    try:
        if used != list(named(content, DEFAULT)):
            yield "the nodes that it uses are not the components that its file names."
        if linked(content, "its file", nodes, DEFAULT, spec.to if spec else None) != content:
            yield "the text of a component in its file is not that of the node."
    except Refusal as refusal:
        yield f"its file names no component that it may call: {refusal.reason}"


def _lemma_misfits(node: Node) -> Iterator[str]:
    try:
        due, certificate = _lemma_due(node), node.certificate
    except Refusal as refusal:
        yield f"it holds no {node.kind}: {refusal.reason.what}"
        return
    if certificate is None or certificate.tier != "kernel":
        yield f"a {node.kind} is proved by the kernel, and its certificate does not say so."
    elif unbound := _unbound(certificate, due):
        yield f"its certificate is of something else: `{unbound}` is not that of the files."


def _lemma_due(node: Node) -> dict[str, Digest | int | None]:
    """Return the fields by which a certificate binds a lemma or a rule. Raises Refusal where a node holds none."""
    if node.kind == "rule":
        return rule_binding(rule_of(node), node.content(STATEMENT_FILE), node.content(PROOF_FILE))
    return lemma_binding(lemma_of(node))


def _policy_misfits(nodes: Mapping[Digest, Node], node: Node) -> Iterator[str]:
    """Yield what is wrong with a policy: its evidence, or the policy that it supersedes."""
    edge = node.edge("supersedes")
    if edge is not None and (nodes[edge.to].kind, nodes[edge.to].target) != ("policy", node.target):
        yield f"it supersedes the node {edge.to}, which is no policy of the name `{node.target}`."
    if what := failing(node.content(POLICY_FILE), node.content(EVIDENCE_FILE)):
        yield what


def _unbound(certificate: Certificate, due: Mapping[str, object]) -> str | None:
    """Return the first field of the certificate that is not what is due, None where it binds exactly that."""
    return next((name for name, value in due.items() if getattr(certificate, name) != value), None)


def due_fields(nodes: Mapping[Digest, Node], node: Node) -> Mapping[str, object]:
    """Return the fields by which a certificate binds what a node holds, by its bytes; none where it claims nothing."""
    implements, supersedes, strengthens = node.edge("implements"), node.edge("supersedes"), node.edge("strengthens")
    if node.kind in RESTING_ON_NOTHING:
        return _lemma_due(node)
    if node.kind == "policy":
        return {}
    if strengthens is not None:
        contents = (nodes[strengthens.to].content("spec.py"), node.content("spec.py"), node.content(STATEMENT_FILE))
        return strengthening_binding(node.target, *contents, node.content(PROOF_FILE))
    return {} if implements is None else _due(node, nodes[implements.to], nodes[supersedes.to] if supersedes else None)


def _due(node: Node, spec: Node, old: Node | None) -> dict[str, object]:
    """Return the fields by which a certificate binds an implementation."""
    edge, smt = node.edge("supersedes"), tier_of(node) == "smt"
    return {
        "spec": spec_digest(spec.content("spec.py"), spec.target),
        "implementation": implementation_digest(node.content("program.py"), node.target),
        "old": None if old is None else implementation_digest(old.content("program.py"), old.target),
        "statement": digest_bytes(node.content(SCRIPT if smt else STATEMENT_FILE)),
        "proof": None if smt else digest_bytes(node.content(PROOF_FILE)),
        "order": edge.order if edge else None,
        "slack": edge.slack if edge else 0,
        "worst": None if smt else _worst(node),
    }


def _worst(node: Node) -> object:
    """Return what the notes of a node's proof claim in the order `worst-case`; None where they claim nothing in it."""
    notes = from_json(node.content(NOTES_FILE))
    data = notes.get("worst") if isinstance(notes, dict) else None
    try:
        return None if data is None else worst_case_from_data(data)
    except ValueError:
        return data
