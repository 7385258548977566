"""Graph -> its nodes at places in the plane, each to the right of what it rests on, and the edges between them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import networkx as nx  # type: ignore[import-untyped]  # it ships no types

from loop.views.layout import layout
from verify.canonical import Digest
from verify.graph import Graph
from verify.node import EdgeType, Kind
from verify.spec import Order, Tier

BOX: Final = (150.0, 34.0)
"""width and height of a box"""
STEP: Final = (220.0, 52.0)
"""between the middles of two layers, and of two boxes of a layer"""

@dataclass(frozen=True, slots=True, kw_only=True)
class BoxView:
    """A node in the picture; the place is that of its middle."""

    node: Digest
    kind: Kind
    name: str
    tier: Tier | None
    head: bool
    """whether it is the head of a target"""
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeView:
    """An edge from a node to one that it rests on."""

    source: Digest
    to: Digest
    type: EdgeType
    order: Order | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyView:
    """The picture; boxes have the size BOX, and lie within `width` and `height`."""

    boxes: tuple[BoxView, ...]
    edges: tuple[EdgeView, ...]
    width: float
    height: float


def dependencies(graph: Graph, only: Collection[Digest] | None = None) -> DependencyView:
    """Return the picture of a graph, or of some of its nodes; it is the same for the same nodes."""
    nodes = [n for n in graph.nodes.values() if only is None or n.id in only]
    there = {n.id for n in nodes}
    edges = tuple(
        EdgeView(source=n.id, to=e.to, type=e.type, order=e.order) for n in nodes for e in n.edges if e.to in there
    )
    places = layout(there, ((e.source, e.to) for e in edges), STEP)
    superseded = {e.to for n in graph.nodes.values() for e in n.edges if e.type == "supersedes"}
    boxes = tuple(
        BoxView(
            node=n.id, kind=n.kind, name=n.target, tier=n.certificate.tier if n.certificate else None,
            head=n.kind == "implementation" and n.id not in superseded, x=places[n.id][0], y=places[n.id][1],
        )
        for n in nodes
    )  # fmt: skip
    width, height = (max((b[i] for b in places.values()), default=0.0) + STEP[i] / 2 for i in (0, 1))
    return DependencyView(boxes=boxes, edges=edges, width=width, height=height)


def around(graph: Graph, node: Digest) -> frozenset[Digest]:
    """Return a node with what it rests on, and what rests on it, at any distance. KeyError where the graph has no such node."""
    graph.nodes[node]
    return frozenset({node, *nx.ancestors(graph.resting, node), *nx.descendants(graph.resting, node)})
