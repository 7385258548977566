"""An acyclic graph -> a place for each node: layers from left to right, few crossings, each connected part by itself.

The same graph has the same places, whatever the order in which it comes; a graph of thousands of nodes takes a fraction of a
second. The layer of a node is one more than the highest of what it rests on. Nodes of a layer are ordered by the middle of their
neighbours, to and fro (Sugiyama's method), and the parts are put on shelves, the tall ones first.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import networkx as nx  # type: ignore[import-untyped]  # it ships no types

Place: TypeAlias = tuple[float, float]
SWEEPS: Final = 6
"""times that the layers are ordered, to and fro"""
WIDEST: Final = 16 / 9
"""of the whole picture: the width that is aimed at, for a height of 1"""


def layout(nodes: Iterable[str], edges: Iterable[tuple[str, str]], step: Place) -> dict[str, Place]:
    """Return the places of the middles of nodes, at least half a step from the rim at (0, 0).

    `edges` go from a node to one that it rests on; `step` is the distance of two layers, and that of two nodes of a layer. Raises
    ValueError where the graph has a cycle.
    """
    graph = nx.DiGraph()
    graph.add_nodes_from(sorted(set(nodes)))
    graph.add_edges_from(sorted({(b, a) for a, b in edges}))
    if not nx.is_directed_acyclic_graph(graph):
        raise ValueError("what has a cycle has no layers")
    parts = [_part(graph.subgraph(found)) for found in nx.weakly_connected_components(graph)]
    return _shelved(sorted(parts, key=lambda layers: (-max(map(len, layers)), -len(layers), layers[0][0])), step)


def _part(graph: nx.DiGraph) -> list[list[str]]:
    """Return the layers of a connected part, each from top to bottom."""
    depth: dict[str, int] = {}
    for node in nx.lexicographical_topological_sort(graph):
        depth[node] = max((depth[b] + 1 for b in graph.pred[node]), default=0)
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for node in sorted(depth):
        layers[depth[node]].append(node)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        place = {n: i for layer in layers for i, n in enumerate(layer)}
        for layer in layers if down else reversed(layers):
            near = graph.pred if down else graph.succ
            layer.sort(key=lambda n: (_middle(near[n], place), place[n]))
            place.update((n, i) for i, n in enumerate(layer))
    return layers


def _middle(near: Iterable[str], place: Mapping[str, int]) -> float:
    found = [place[n] for n in near]
    return sum(found) / len(found) if found else -1.0


def _shelved(parts: Sequence[Sequence[Sequence[str]]], step: Place) -> dict[str, Place]:
    """Return the places of all nodes: parts beside each other as far as the picture is wide, then below."""
    across, down = step
    area = sum(len(p) * across * max(map(len, p)) * down for p in parts)
    widest = max([(area * WIDEST) ** 0.5, *(len(p) * across for p in parts)], default=0.0)
    out: dict[str, Place] = {}
    left = top = tall = 0.0
    for layers in parts:
        width, height = len(layers) * across, max(map(len, layers)) * down
        if left and left + width > widest:
            left, top, tall = 0.0, top + tall, 0.0
        for i, layer in enumerate(layers):
            begin = top + (height - len(layer) * down) / 2
            for j, node in enumerate(layer):
                out[node] = (left + (i + 0.5) * across, begin + (j + 0.5) * down)
        left, tall = left + width, max(tall, height)
    return out
