"""`qed explain`: what a node claims, how it was proved, what that rests on and would make it false; or what a refusal means."""

import re
from pathlib import Path

from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.next_steps import MEANINGS, Explained, alike, refusal_named
from loop.timing import Timing, measure
from loop.views.explained import claimed, explained, rests_on_of
from loop.views.history import code_of
from loop.words import console, contract_lines, measured_at, worst_case_data
from verify.certificate import certificate_to_data
from verify.ci_formats import plain
from verify.claim_words import claims
from verify.graph import Graph, head, in_order, resting_on, spec_of, superseded
from verify.judge import spec_in, version_of
from verify.lemma import Lemma
from verify.limits import DEFAULT
from verify.node import RESTING_ON_NOTHING, Node, lemma_of
from verify.reasons import Refusal
from verify.spec import Spec

SHORTEST = 4
"""fewest digits by which a node may be named"""


def explain(name: str, accepted: Path, *, as_json: bool) -> int:
    """Print an explanation: of a kind of refusal, else of a node.

    Raises UsageError where nothing or more than one node is meant, and Refusal as the graph does.
    """
    if (refusal := refusal_named(name)) is not None:  # without a look at the graph, which may be what was refused
        _show_refusal(refusal, as_json=as_json)
        return DONE
    graph = read_graph(accepted)
    node = find(graph, name, accepted)
    if as_json:
        print_json(to_data(graph, node))
        return DONE
    out = console()
    for section in explained(graph, node, measured_now(graph, node)):
        out.print(Text(section.title, style="bold"))
        for line in section.lines:
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


def measured_now(graph: Graph, node: Node) -> str:
    """Return in words how long a version takes against the one that it supersedes; "" where nothing can be measured."""
    old = superseded(graph, node) if node.kind == "implementation" else None
    if old is None:
        return ""
    try:
        spec = spec_in(spec_of(graph, node), DEFAULT)
    except Refusal:
        return ""
    timing = timing_of(spec, node, old)
    return f"measured now: {measured_at(timing, [p.name for p in spec.program.parameters])}" if timing else ""


def timing_of(spec: Spec, node: Node, old: Node | None) -> Timing | None:
    """Measure a node against the one that it supersedes, on the largest input that takes little time."""
    if old is None:
        return None
    try:
        found = measure(spec, version_of(old, spec, DEFAULT), version_of(node, spec, DEFAULT), DEFAULT)
    except Refusal:
        return None
    return found[-1] if found else None


def to_data(graph: Graph, node: Node) -> dict[str, object]:
    """Return an explanation for `--json`."""
    if node.kind in RESTING_ON_NOTHING:
        return _lemma_data(graph, node, lemma_of(node))
    if node.kind == "policy":
        parts = {s.title: list(s.lines) for s in explained(graph, node)}
        return {"node": node.id, "kind": node.kind, "target": node.target, "sections": parts}
    spec_node, old = spec_of(graph, node), superseded(graph, node)
    certificate = node.certificate
    try:
        spec = spec_in(spec_node, DEFAULT)
        said = list(claims(spec, certificate, old)) if certificate else list(contract_lines(spec))
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
        "rests_on": [{"assumption": w, "false_through": f} for w, f in rests_on_of(node)],
        "edges": [{"type": e.type, "to": e.to, "order": e.order, "slack": e.slack} for e in node.edges],
        "resting_on_it": sorted(resting_on(graph, [node.id]) - {node.id}),
        "certificate": certificate_to_data(certificate) if certificate else None,
        "old_program": code_of(old).rstrip("\n") if old else None,
        "program": code_of(node).rstrip("\n"),
    }


def _lemma_data(graph: Graph, node: Node, lemma: Lemma) -> dict[str, object]:
    certificate = node.certificate
    return {
        "node": node.id,
        "kind": node.kind,
        "target": node.target,
        "claims": list(claimed(node)),
        "tier": certificate.tier if certificate else None,
        "rests_on": [{"assumption": w, "false_through": f} for w, f in rests_on_of(node)],
        "edges": [],
        "resting_on_it": sorted(resting_on(graph, [node.id]) - {node.id}),
        "certificate": certificate_to_data(certificate) if certificate else None,
        "definitions": lemma.definitions,
        "statement": lemma.statement,
        "proof": lemma.proof,
    }
