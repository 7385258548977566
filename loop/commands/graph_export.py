"""`qed graph export`: the graph as GraphML, DOT or JSON, for other programs to draw or to look into."""

import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import networkx as nx  # type: ignore[import-untyped]  # it ships no types

from loop.commands.common import DONE, UsageError, print_json, read_graph
from loop.words import SHORT, own_cost
from verify.ci_formats import plain
from verify.graph import Graph, head, in_order
from verify.node import Node

STDOUT: Final = "-"


def export(file: str, form: str | None, accepted: Path, *, as_json: bool) -> int:
    """Write the graph to a file. Raises UsageError, OSError, and Refusal where the graph is not sound."""
    name = form or Path(file).suffix.removeprefix(".") or "graphml"
    if name not in FORMS:
        named = f"--format {form!a}" if form else f"the suffix of {file!a}"
        raise UsageError(f"{named} is none of {', '.join(FORMS)}; say which with --format.")
    if file == STDOUT and as_json:
        raise UsageError("--json says on stdout what was written; name a file for the graph.")
    graph = read_graph(accepted)
    drawn = to_networkx(graph)
    text = FORMS[name](drawn)
    if file == STDOUT:
        sys.stdout.write(text)
        return DONE
    Path(file).write_text(text, encoding="utf-8")
    if as_json:
        print_json({"file": file, "format": name, "nodes": drawn.number_of_nodes(), "edges": drawn.number_of_edges()})
    else:
        sys.stdout.write(f"{plain(file)}: {drawn.number_of_nodes()} nodes, {drawn.number_of_edges()} edges, {name}\n")
    return DONE


def to_networkx(graph: Graph) -> nx.DiGraph:
    """Return the graph with plain attributes: an edge goes from a node to what it rests on, as the record of the node says it."""
    out = nx.DiGraph()
    heads = {top.id for n in graph.nodes.values() if n.kind == "spec" and (top := head(graph, n.id)) is not None}
    for node in in_order(graph):
        out.add_node(node.id, **_attributes(node, is_head=node.id in heads))
        for edge in node.edges:
            more = {"order": edge.order, "slack": edge.slack} if edge.order else {}
            out.add_edge(node.id, edge.to, type=edge.type, **more)
    return out


def _attributes(node: Node, *, is_head: bool) -> dict[str, str | bool]:
    certificate = node.certificate
    out: dict[str, str | bool] = {"kind": node.kind, "target": node.target, "head": is_head}
    if certificate is not None:
        out["tier"] = certificate.tier
        if cost := own_cost(certificate):
            out["cost"] = cost
    return out


def _graphml(drawn: nx.DiGraph) -> str:
    out = io.BytesIO()
    nx.write_graphml_xml(drawn, out, encoding="utf-8")
    return out.getvalue().decode() + "\n"


def _dot(drawn: nx.DiGraph) -> str:
    lines = ["digraph accepted {", "  rankdir=BT;", "  node [shape=box];"]
    for name, data in drawn.nodes(data=True):
        label, bold = f"{data['kind']} {data['target']} {name[:SHORT]}", ", penwidth=2" if data["head"] else ""
        lines.append(f"  {_quoted(name)} [label={_quoted(label)}{bold}];")
    for source, to, data in drawn.edges(data=True):
        label = " ".join(str(data[key]) for key in ("type", "order") if key in data)
        lines.append(f"  {_quoted(source)} -> {_quoted(to)} [label={_quoted(label)}];")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    """Return a text as DOT quotes it; nothing in it can end the quotes."""
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _json(drawn: nx.DiGraph) -> str:
    nodes = [{"node": name, **data} for name, data in drawn.nodes(data=True)]
    edges = [{"from": source, "to": to, **data} for source, to, data in drawn.edges(data=True)]
    return json.dumps({"nodes": nodes, "edges": edges}, indent=2) + "\n"


FORMS: Final[Mapping[str, Callable[[nx.DiGraph], str]]] = {"graphml": _graphml, "dot": _dot, "json": _json}
