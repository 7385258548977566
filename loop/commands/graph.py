"""`qed graph show`: what the graph holds, a row for each target and the lemmas in words."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from loop.commands.common import DONE, print_json, read_graph
from loop.keep import Standing
from loop.words import SHORT, console, line_costs, worst_case_data
from verify.ci_formats import plain
from verify.claim_words import in_words, order_line
from verify.graph import Graph, history, in_order
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
        table.add_row(stands.spec.target, str(len(stands.line)), tier, stands.order or "-", costs, head)
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
    out.print(f"\n{len(graph.nodes)} nodes; `qed explain NODE` says what one claims, `qed ci --all` proves all of them again.")
    return DONE


def standings(graph: Graph) -> list[Standing]:
    """Return where each target of the graph stands, by name."""
    specs = [n for n in in_order(graph) if n.kind == "spec"]
    return [Standing(n, history(graph, n.id)) for n in sorted(specs, key=lambda n: (n.target, n.id))]


def lemmas(graph: Graph) -> list[Node]:
    """Return the lemmas of the graph, by name."""
    return sorted((n for n in in_order(graph) if n.kind == "lemma"), key=lambda n: (n.target, n.id))


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
