"""`qed explain`: what a node claims, how it was proved, what that rests on and would make it false; or what a refusal means."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.next_steps import MEANINGS, Explained, alike, explained
from loop.timing import Timing, measure
from loop.words import Costs, console, cost_text, measured_at, own_cost, rests_on, worst_case_data
from verify.certificate import Certificate, certificate_to_data
from verify.ci_formats import plain
from verify.claim_words import claims, in_words, rule_words, strengthening_line
from verify.graph import Graph, head, history, in_order, resting_on, spec_of, strengthened, superseded
from verify.judge import spec_in, version_of
from verify.lemma import Lemma
from verify.limits import DEFAULT
from verify.node import RESTING_ON_NOTHING, SCRIPT, Node, lemma_of, rule_of
from verify.policy import EVIDENCE_FILE, POLICY_FILE, evidence_from_bytes
from verify.python_run import conditions
from verify.reasons import Refusal
from verify.spec import Spec, signature

OF_A_SPEC: Final = ("nothing: it is what is asked for, and a version is right where it does what this says",)
OF_AN_AUTHOR: Final = (
    ("Its author", "a contract or a baseline that does not say what was meant; `qed check --strength` shows what it lets pass"),
)
OF_A_POLICY: Final = (
    ("The runs that are in its evidence", "figures that no such runs gave"),
    ("Held-out targets that stand for others", "targets of yours that are of another kind than those"),
)
SHORTEST = 4
"""fewest digits by which a node may be named"""


def explain(name: str, accepted: Path, *, as_json: bool) -> int:
    """Print an explanation: of a kind of refusal, else of a node.

    Raises UsageError where nothing or more than one node is meant, and Refusal as the graph does.
    """
    if (refusal := explained(name)) is not None:  # without a look at the graph, which may be what was refused
        _show_refusal(refusal, as_json=as_json)
        return DONE
    graph = read_graph(accepted)
    node = find(graph, name, accepted)
    if as_json:
        print_json(to_data(graph, node))
        return DONE
    out = console()
    for title, lines in sections(graph, node):
        out.print(Text(title, style="bold"))
        for line in lines:
            out.print(Text(f"  {plain(line)}"), soft_wrap=True)
    return DONE


def _show_refusal(found: Explained, *, as_json: bool) -> None:
    if as_json:
        meaning = {"means": found.meaning.means, "next": list(found.meaning.steps)}
        print_json({"refusal": found.name, "verdict": found.verdict, "what": found.what, **meaning})
        return
    out = console()
    out.print(Text(f"{found.name}, {found.verdict}", style="bold"))
    out.print(Text(f"  {found.what}"), soft_wrap=True)
    out.print(Text("Means", style="bold"))
    out.print(Text(f"  {found.meaning.means}"), soft_wrap=True)
    out.print(Text("Next", style="bold"))
    for step in found.meaning.steps:
        out.print(Text(f"  {step}"), soft_wrap=True)


def find(graph: Graph, name: str, accepted: Path) -> Node:
    """Return the node that is meant: by its name, by the beginning of it, or by that of a target, a lemma, a rule or a policy.

    A target's name stands for its head. Raises UsageError.
    """
    if re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", name):
        found = [n for n in in_order(graph) if n.id.startswith(name)]
        if len(found) > 1:
            raise UsageError(f"{name} begins the names of {len(found)} nodes; give more digits.")
        if found:
            return found[0]
    named = [n for n in in_order(graph) if n.kind != "implementation" and n.target == name]
    if all(n.kind == "policy" for n in named):
        named = named[-1:]  # each supersedes the one before
    if len(named) > 1:
        raise UsageError(f"{len(named)} nodes have the name {name!a}; name the node: {', '.join(n.id[:12] for n in named)}.")
    if not named:
        raise UsageError(f"the graph at {accepted} has no node and no target {name!a}{_meant(name)}")
    return (head(graph, named[0].id) if named[0].kind == "spec" else None) or named[0]


def _meant(name: str) -> str:
    """Return what may have been meant by a name that nothing has."""
    if near := alike(name):
        return f"; is the refusal {' or '.join(near)} meant?"
    # a target's name begins with a small letter
    return f"; the refusals are {', '.join(sorted(MEANINGS))}." if name[:1].isupper() else "; `qed graph show` lists them."


def sections(graph: Graph, node: Node) -> Iterator[tuple[str, list[str]]]:
    """Yield the parts of an explanation: a title and its lines."""
    if node.kind in RESTING_ON_NOTHING and node.certificate is not None:
        yield from _lemma_sections(graph, node, lemma_of(node), node.certificate)
        return
    if node.kind == "policy":
        yield from _policy_sections(node)
        return
    spec_node, old = spec_of(graph, node), superseded(graph, node)
    place = "the head" if node is head(graph, spec_node.id) else "a version"
    yield f"{node.kind} {node.id}", [f"{place} of the target `{node.target}`" if node.certificate else f"target `{node.target}`"]
    try:
        spec = spec_in(spec_node, DEFAULT)
    except Refusal as refusal:
        yield "Not readable", [f"{refusal.reason}"]
        return
    if node.kind == "spec":
        yield "Asked for", [*_contract(spec), "a spec says what every accepted version of the target must do"]
        edge = node.edge("strengthens")
        if edge is not None and node.certificate is not None:
            yield "Claimed", [strengthening_line(edge.to)]
            yield "Proved", _proved(node, node.certificate)
        if (now := strengthened(graph, node.id)) is not None:
            yield "Strengthened", [f"the spec {now.id[:12]} speaks for the target in its place"]
        if node.certificate is None:
            yield "Claimed", [*OF_A_SPEC]
        yield from _of_a_spec(graph, node)
    elif node.certificate is not None:
        yield "Claimed", list(claims(spec, node.certificate, old))
        yield "Proved", _proved(node, node.certificate)
        yield "Rests on", _resting(graph, node, node.certificate)
        yield "Would be false through", [f"{what}: {false}" for what, false in rests_on(node.certificate)]
        yield "Cost", _cost(spec, node, old, node.certificate)
    if old is not None:
        yield f"Old, {old.id[:12]}", _code(old)
    yield ("New" if old is not None else "Code"), _code(node)


def _lemma_sections(graph: Graph, node: Node, lemma: Lemma, certificate: Certificate) -> Iterator[tuple[str, list[str]]]:
    about = "two expressions of the language" if node.kind == "rule" else "the library and its own definitions"
    yield f"{node.kind} {node.id}", [f"`{lemma.name}`, about {about}; no target stands in it"]
    yield "Claimed", _claimed(node, lemma)
    if lemma.definitions:
        yield "Where", lemma.definitions.rstrip("\n").split("\n")
    yield (
        "Proved",
        [
            f"tier {certificate.tier}, Lean {certificate.lean_version} ({certificate.lean_kind})",
            f"the statement, statement.lean: {certificate.statement}",
            f"the proof, proof.lean, {lemma.proof.count(chr(10))} lines: {certificate.proof}",
            f"to prove it again: {certificate.recheck}",
        ],
    )
    above = len(resting_on(graph, [node.id])) - 1
    yield "Rests on", [*(what for what, _ in _of_lemma(node, certificate)), f"{above} nodes rest on this one"]
    yield "Would be false through", [f"{what}: {false}" for what, false in _of_lemma(node, certificate)]
    yield "Statement", lemma.statement.split("\n")
    yield "Proof", lemma.proof.rstrip("\n").split("\n")


def _claimed(node: Node, lemma: Lemma) -> list[str]:
    return list(rule_words(rule_of(node)) if node.kind == "rule" else in_words(lemma))


def _of_lemma(node: Node, certificate: Certificate) -> list[tuple[str, str]]:
    """Return what a lemma or a rule rests on: no program stands in it, so not the semantics; a lemma is not printed, either."""
    without = ("The semantics",) if node.kind == "rule" else ("The semantics", "The printer")
    return [(w, f) for w, f in rests_on(certificate) if not w.startswith(without)]


def _policy_sections(node: Node) -> Iterator[tuple[str, list[str]]]:
    """Yield what there is to say of a policy: nothing of it is proved."""
    evidence = evidence_from_bytes(node.content(EVIDENCE_FILE))
    yield f"policy {node.id}", [f"`{node.target}`, a learned setting of the loop; empirical: nothing that is proved rests on it"]
    yield "Measured", [
        f"{evidence.measure}, {len(evidence.targets)} held-out targets, {len(evidence.seeds)} seeds, {evidence.budget} each",
        f"more with it of {evidence.won} targets over all seeds, less of {evidence.lost}, as much of the others",
        f"by coin toss at least so many would be won with probability {float(evidence.chance):.4f} (sign test, one-sided)",
    ]
    yield "Proved", ["nothing; the verifier worked the sign test out again from the evidence, and believed no figure for it"]
    yield "Rests on", [what for what, _ in OF_A_POLICY]
    yield "Would be false through", [f"{what}: {false}" for what, false in OF_A_POLICY]
    if (edge := node.edge("supersedes")) is not None:
        yield "Supersedes", [f"the policy {edge.to}"]
    yield "Settings", node.content(POLICY_FILE).decode().rstrip("\n").split("\n")


def _of_a_spec(graph: Graph, node: Node) -> Iterator[tuple[str, list[str]]]:
    """Yield what a spec rests on, and what has been proved of versions under it."""
    line = history(graph, node.id)
    top = line[-1].id[:12] if line else ""
    many = f"{len(line)} version{'s' * (len(line) != 1)}"
    yield "Proved under it", [f"{many}, the head {top}; `qed explain {top}` says what"] if line else ["nothing yet"]
    assumed = _assumed(node)
    yield "Rests on", [what for what, _ in assumed]
    yield "Would be false through", [f"{what}: {false}" for what, false in assumed]


def _assumed(node: Node) -> list[tuple[str, str]]:
    """Return what a spec or an implementation rests on, each with what would make it false."""
    proved = rests_on(node.certificate) if node.certificate else []
    return [*proved, *(OF_AN_AUTHOR if node.kind == "spec" else ())]


def _contract(spec: Spec) -> list[str]:
    return [
        signature(spec.program),
        *(f"requires {c}" for c in conditions(spec, "require")),
        *(f"ensures {c}" for c in conditions(spec, "ensure")),
        *(["a new version may return any result that the contract allows"] if spec.result == "contract" else []),
    ]


def _proved(node: Node, certificate: Certificate) -> list[str]:
    if certificate.tier == "smt":
        lines_of_script = node.content(SCRIPT).count(b"\n")
        return [
            f"tier smt, {certificate.solver}; no kernel has seen it",
            f"the statement, {SCRIPT}, {lines_of_script} lines, printed by the verifier: {certificate.statement}",
            f"to decide it again: {certificate.recheck}",
        ]
    lines = {name: node.content(name).count(b"\n") for name in ("proof.lean", "statement.lean")}
    return [
        f"tier {certificate.tier}, Lean {certificate.lean_version} ({certificate.lean_kind}); solver {certificate.solver}",
        f"the statement, statement.lean, {lines['statement.lean']} lines, printed by the verifier: {certificate.statement}",
        f"the proof, proof.lean, {lines['proof.lean']} lines: {certificate.proof}",
        f"to prove it again: {certificate.recheck}",
    ]


def _resting(graph: Graph, node: Node, certificate: Certificate) -> list[str]:
    below = [f"{graph.nodes[e.to].kind} {e.to[:12]}, which it {e.type}" for e in node.edges]
    above = len(resting_on(graph, [node.id])) - 1
    return [*(what for what, _ in rests_on(certificate)), *below, f"{above} nodes rest on this one"]


def _cost(spec: Spec, node: Node, old: Node | None, certificate: Certificate) -> list[str]:
    costs = str(Costs(certificate.old_cost, certificate.new_cost)) if old else cost_text(own_cost(certificate))
    out = [f"{costs} ticks"]
    timing = timing_of(spec, node, old)
    if timing:
        out.append(f"measured now: {measured_at(timing, [p.name for p in spec.program.parameters])}")
    return out


def timing_of(spec: Spec, node: Node, old: Node | None) -> Timing | None:
    """Measure a node against the one that it supersedes, on the largest input that takes little time."""
    if old is None:
        return None
    try:
        found = measure(spec, version_of(old, spec, DEFAULT), version_of(node, spec, DEFAULT), DEFAULT)
    except Refusal:
        return None
    return found[-1] if found else None


def _code(node: Node) -> list[str]:
    content = node.content("spec.py" if node.kind == "spec" else "program.py")
    return content.decode(errors="replace").rstrip("\n").split("\n")


def to_data(graph: Graph, node: Node) -> dict[str, object]:
    """Return an explanation for `--json`."""
    if node.kind in RESTING_ON_NOTHING:
        return _lemma_data(graph, node, lemma_of(node))
    if node.kind == "policy":
        return {"node": node.id, "kind": node.kind, "target": node.target, "sections": dict(_policy_sections(node))}
    spec_node, old = spec_of(graph, node), superseded(graph, node)
    certificate = node.certificate
    try:
        spec = spec_in(spec_node, DEFAULT)
        said = list(claims(spec, certificate, old)) if certificate else _contract(spec)
        timing = timing_of(spec, node, old)
    except Refusal as refusal:
        said, timing = [str(refusal.reason)], None
    return {
        "node": node.id,
        "kind": node.kind,
        "target": node.target,
        "claims": said,
        "tier": certificate.tier if certificate else None,
        "order": certificate.order if certificate else None,
        "worst_case": worst_case_data(certificate),
        "cost": {"old": certificate.old_cost, "new": certificate.new_cost} if certificate else None,
        "nanoseconds": {"old": timing.old, "new": timing.new, "slower": timing.slower} if timing else None,
        "rests_on": [{"assumption": w, "false_through": f} for w, f in _assumed(node)],
        "edges": [{"type": e.type, "to": e.to, "order": e.order, "slack": e.slack} for e in node.edges],
        "resting_on_it": sorted(resting_on(graph, [node.id]) - {node.id}),
        "certificate": certificate_to_data(certificate) if certificate else None,
        "old_program": "\n".join(_code(old)) if old else None,
        "program": "\n".join(_code(node)),
    }


def _lemma_data(graph: Graph, node: Node, lemma: Lemma) -> dict[str, object]:
    certificate = node.certificate
    return {
        "node": node.id,
        "kind": node.kind,
        "target": node.target,
        "claims": _claimed(node, lemma),
        "tier": certificate.tier if certificate else None,
        "rests_on": [{"assumption": w, "false_through": f} for w, f in _of_lemma(node, certificate)] if certificate else [],
        "edges": [],
        "resting_on_it": sorted(resting_on(graph, [node.id]) - {node.id}),
        "certificate": certificate_to_data(certificate) if certificate else None,
        "definitions": lemma.definitions,
        "statement": lemma.statement,
        "proof": lemma.proof,
    }
