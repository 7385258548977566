"""`qed graph show`: what the graph holds, a row for each target and the lemmas in words. `qed graph log`: a target's versions."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.commands.explain import find
from loop.keep import Standing
from loop.views.history import costs_of, used_by
from loop.views.targets import lemmas, standings
from loop.words import SHORT, console, cost_text, line_costs, worst_case_data
from verify.ci_formats import plain
from verify.claim_words import in_words, order_line
from verify.graph import Graph, history, in_order, spec_of, strengthened
from verify.node import Node, lemma_of


def show(accepted: Path, *, as_json: bool) -> int:
    """Print the graph. Raises UsageError, and Refusal where the graph is not sound."""
    graph = read_graph(accepted)
    if as_json:
        print_json({
            "accepted_folder": str(accepted),
            "targets": [target_data(stands) for stands in standings(graph)],
            "lemmas": [lemma_data(graph, node) for node in lemmas(graph)],
            "nodes": [node_data(node) for node in in_order(graph)],
        })  # fmt: skip
        return DONE
    out = console()
    if not graph.nodes:
        out.print(f"the graph at {plain(str(accepted))} is empty.")
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("target", "versions", "tier", "order", "cost in ticks, old -> new", "head"):
        table.add_column(column, justify="right" if column == "versions" else "left", overflow="fold")
    for stands in standings(graph):
        certificate = stands.head.certificate if stands.head else None
        costs = str(line_costs(stands)) if stands.improved else "-"
        tier, head = (certificate.tier if certificate else "-"), (stands.head.id[:SHORT] if stands.head else "-")
        name = stands.spec.target + (", strengthened" if strengthened(graph, stands.spec.id) else "")
        table.add_row(name, str(len(stands.line)), tier, stands.order or "-", costs, head)
    out.print(table)
    for stands in standings(graph):
        for node in stands.line:
            if node.certificate and node.certificate.worst:
                text = f"{stands.spec.target} {node.id[:SHORT]}: {order_line(node.certificate)}"
                out.print(Text(plain(text)), soft_wrap=True)
    for node in lemmas(graph):
        used = len(graph.resting.succ[node.id])
        by = f"{used} proof{'s' * (used != 1)}"
        out.print(Text(f"\nlemma {plain(node.target)}  {node.id[:SHORT]}, used by {by}", style="bold"))
        for line in in_words(lemma_of(node)):
            out.print(Text(f"  {plain(line)}"), soft_wrap=True)
    for kind, more in (("rule", "`qed rules show` lists them"), ("policy", "empirical: nothing is proved of them")):
        if found := [n for n in in_order(graph) if n.kind == kind]:
            out.print(f"\n{len(found)} of the kind {kind}; {more}.")
    out.print(f"\n{len(graph.nodes)} nodes; `qed explain NODE` says what one claims, `qed ci --all` proves all of them again.")
    return DONE


def lemma_data(graph: Graph, node: Node) -> dict[str, object]:
    """Return a lemma for `--json`."""
    lemma = lemma_of(node)
    return {
        "name": lemma.name,
        "node": node.id,
        "claims": list(in_words(lemma)),
        "statement": lemma.statement,
        "definitions": lemma.definitions,
        "used_by": sorted(graph.resting.succ[node.id]),
    }


def target_data(stands: Standing) -> dict[str, object]:
    """Return a target for `--json`."""
    certificate, costs = (stands.head.certificate if stands.head else None), line_costs(stands)
    return {
        "name": stands.spec.target,
        "spec_node": stands.spec.id,
        "node": stands.head.id if stands.head else None,
        "versions": [n.id for n in stands.line],
        "improved": stands.improved,
        "tier": certificate.tier if certificate else None,
        "order": stands.order,
        "worst_case": worst_case_data(certificate),
        "cost": {"old": costs.old, "new": costs.new},
    }


def node_data(node: Node) -> dict[str, object]:
    """Return a node for `--json`."""
    edges = [{"type": e.type, "to": e.to, "order": e.order, "slack": e.slack} for e in node.edges]
    more = {"worst_case": found} if (found := worst_case_data(node.certificate)) else {}
    tier = node.certificate.tier if node.certificate else None
    return {"node": node.id, "kind": node.kind, "target": node.target, "tier": tier, "edges": edges, **more}


# -- one target -----------------------------------------------------------------------------------------------------------------


def log(target: str, accepted: Path, *, as_json: bool) -> int:
    """Print the versions of a target from the baseline to the head. Raises UsageError, and Refusal as the graph does."""
    graph = read_graph(accepted)
    spec = find_target(graph, target, accepted)
    line = history(graph, spec.id)
    if as_json:
        print_json({"target": spec.target, "spec_node": spec.id, "versions": [version_data(graph, n) for n in line]})
        return DONE
    out = console()
    out.print(Text(f"{plain(spec.target)}  {spec.id}", style="bold"), soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("", "node", "order", "slack", "tier", "cost in ticks, old -> new", "rests on"):
        table.add_column(column, justify="right" if column == "slack" else "left", overflow="fold")
    for i, node in enumerate(line):
        data = version_data(graph, node)
        place = "baseline" if i == 0 else "head" if i == len(line) - 1 else ""
        edge = node.edge("supersedes")
        costs = str(costs_of(graph, node)) if edge else cost_text(costs_of(graph, node).new)
        used = ", ".join(plain(f"{n.kind} {n.target} {n.id[:SHORT]}") for n in used_by(graph, node)) or "-"
        slack = str(edge.slack) if edge and edge.order == "eventually" else "-"
        table.add_row(place, node.id[:SHORT], str(data["order"] or "-"), slack, str(data["tier"]), costs, used)
    out.print(table)
    return DONE


def find_target(graph: Graph, name: str, accepted: Path) -> Node:
    """Return the spec that is meant: by the target's name, or by any node of it. Raises UsageError."""
    specs = [n for n in in_order(graph) if n.kind == "spec" and n.target == name]
    if len(specs) == 1:
        return specs[0]
    node = find(graph, name, accepted)
    if node.kind not in ("spec", "implementation"):
        raise UsageError(f"{name} is a {node.kind}, which is no version of a target; name a target.")
    return spec_of(graph, node)


def version_data(graph: Graph, node: Node) -> dict[str, object]:
    """Return a version for `--json`."""
    edge, costs = node.edge("supersedes"), costs_of(graph, node)
    return {
        "node": node.id,
        "supersedes": edge.to if edge else None,
        "order": edge.order if edge else None,
        "slack": edge.slack if edge else None,
        "worst_case": worst_case_data(node.certificate),
        "tier": node.certificate.tier if node.certificate else None,
        "cost": {"old": costs.old, "new": costs.new},
        "uses": [{"kind": n.kind, "name": n.target, "node": n.id} for n in used_by(graph, node)],
    }
