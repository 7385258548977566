"""Decides: which nodes make a sound graph, and the one door by which a node enters, `admit`.

A Graph is made from nodes that were read back from bytes, never from what someone says about them. Sound means: everything
that a node rests on is there and of the right kind, each certificate binds exactly the bytes beside it, and the
implementations of a target form one line from its baseline to its one head. Lemmas rest on nothing. A node's tier is never
higher than that of the node it supersedes, since what it says of the baseline it says through that one, nor than that of a
component that it calls. Of the specs that strengthen each other the strongest speaks for the target as soon as a version that the
weaker one had as its head is accepted under it too.
"""

import stat
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import final

import networkx as nx  # type: ignore[import-untyped]  # it ships no types

from verify.canonical import Digest
from verify.certificate import DIGEST
from verify.governance import forbidden, governance_beside, policy_path
from verify.graph_folder import TEMPORARY, locked, sweep, write
from verify.misfits import misfits
from verify.node import RECORD, Edge, EdgeType, Node, node_from_files, node_to_files
from verify.node_folder import node_from_folder
from verify.reasons import GraphConflict, GraphCorrupt, GraphUnavailable, Reason, Refusal
from verify.verdict import Accept, Verdict

BESIDE = ("README.md", ".gitkeep")
"""files that may stand beside the nodes; they mean nothing"""


@final
@dataclass(frozen=True, slots=True)
class Graph:
    """The accepted components by name; `resting` has an edge from each node to each one that rests on it."""

    nodes: Mapping[Digest, Node]
    resting: nx.DiGraph = field(repr=False, compare=False)


def graph_of(nodes: Iterable[Node], where: str) -> Graph | Reason:
    """Make a graph of nodes, or say why they make none; `where` is their folder, for messages.

    GraphCorrupt where a node does not fit what it rests on, GraphConflict where a target has not exactly one head.
    """
    by_id = {n.id: n for n in sorted(nodes, key=lambda n: n.id)}
    resting = nx.DiGraph()
    resting.add_nodes_from(by_id)
    for node in by_id.values():
        if what := next(misfits(by_id, node), None):
            do = "Restore what is missing, or remove this node and what rests on it."
            return GraphCorrupt(what=what, where=f"{where}/{node.id}/{RECORD}", do=do)
        resting.add_edges_from((e.to, node.id) for e in node.edges)
    first = [n for n in by_id.values() if n.kind == "policy" and not n.edges]
    if twice := next((n for i, n in enumerate(first) if n.target in {m.target for m in first[:i]}), None):
        what, do = f"two policies are the first of the name `{twice.target}`.", "Keep one."
        return GraphConflict(what=what, where=f"{where}/{twice.id}/{RECORD}", do=do)
    for node in by_id.values():
        if len(after := _next(by_id, resting, node)) > 1:
            return _conflict(node, after, where)
        if len(stronger := _stronger(by_id, resting, node)) > 1:
            what = f"two specs strengthen the spec {node.id} of `{node.target}`: {' and '.join(stronger)}."
            do = "Let one strengthen the other, or keep one."
            return GraphConflict(what=what, where=f"{where}/{stronger[1]}/{RECORD}", do=do)
    return Graph(MappingProxyType(by_id), nx.freeze(resting))


def _next(nodes: Mapping[Digest, Node], resting: nx.DiGraph, node: Node) -> list[Digest]:
    """Return what follows a node in its target's line: the first versions of a spec, or those that supersede a version."""
    due: EdgeType = "implements" if node.kind == "spec" else "supersedes"
    last = [(i, nodes[i].line) for i in resting.successors(node.id)]
    return sorted(i for i, edge in last if edge is not None and (edge.type, edge.to) == (due, node.id))


def _stronger(nodes: Mapping[Digest, Node], resting: nx.DiGraph, spec: Node) -> list[Digest]:
    """Return the specs that strengthen one."""
    last = [(i, nodes[i].edge("strengthens")) for i in resting.successors(spec.id)]
    return sorted(i for i, edge in last if edge is not None and edge.to == spec.id)


def _conflict(node: Node, after: Sequence[Digest], where: str) -> Reason:
    """Return the reason for two implementations that both follow the same node, so that the target has two heads."""
    first = "are both the first of" if node.kind == "spec" else "both supersede"
    what = f"the target `{node.target}` has more than one head: {' and '.join(after)} {first} {node.id}."
    return GraphConflict(what=what, where=f"{where}/{after[1]}/{RECORD}", do="Keep one, and judge the other against it.")


def load(folder: Path) -> Graph | Reason:
    """Read the graph from its folder; a folder that is not there is an empty graph.

    Every byte is read once, and links, devices, executables, stray files and over-long ones are refused. Returns
    GraphCorrupt or GraphConflict naming node and file, or GraphUnavailable where the system refuses. What does not read while
    another process writes to the folder is read again.
    """
    names = _names(folder)
    while True:
        found = _load(folder)
        if isinstance(found, Graph) or (now := _names(folder)) == names:
            return found
        names = now


def _load(folder: Path) -> Graph | Reason:
    """Read the graph once. A list of names that is made while another process renames may have a node and lack its spec."""
    try:
        paths, begun = _folders(folder)
        found = graph_of(map(node_from_folder, paths), str(folder))
    except Refusal as refusal:
        return refusal.reason
    except OSError as error:
        return _unavailable(folder, "read", error)
    if not isinstance(found, Graph):
        return found
    bare = {i for i in begun & found.nodes.keys() if found.nodes[i].kind == "spec" and not found.resting.out_degree(i)}
    return graph_of((n for n in found.nodes.values() if n.id not in bare), str(folder)) if bare else found


def _names(folder: Path) -> frozenset[str]:
    """Return the names that stand in a folder; none where it cannot be read."""
    with suppress(OSError):
        return frozenset(path.name for path in folder.iterdir())
    return frozenset()


def _folders(folder: Path) -> tuple[list[Path], frozenset[Digest]]:
    """Return the folders of the nodes, by name, and the specs whose first version was being written, perhaps by who was killed.

    Such a spec belongs to the graph once that version does. Raises Refusal where anything else stands beside them.
    """
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            do = "Name the folder itself, not a link to it."
            raise Refusal(GraphCorrupt(what="the graph is not a folder.", where=str(folder), do=do))
    except FileNotFoundError:
        return [], frozenset()
    out, begun = [], set()
    for path in sorted(folder.iterdir()):
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            if path.name.startswith(TEMPORARY):
                continue  # who wrote it has come to its end
            raise
        if DIGEST.fullmatch(path.name):
            out.append(path)
        elif path.name.startswith(TEMPORARY) and stat.S_ISDIR(mode):
            begun.add(path.name.rpartition("-")[2])
        elif not (path.name in BESIDE and stat.S_ISREG(mode)):
            what = "it is not a node: a node is a folder named by 64 lower-case hexadecimal digits."
            raise Refusal(GraphCorrupt(what=what, where=f"{folder}/{ascii(path.name)[1:-1]}", do="Remove it."))
    return out, frozenset(begun)


def _unavailable(folder: Path, action: str, error: OSError) -> GraphUnavailable:
    place = str(error.filename or folder)
    what = f"the graph cannot be {action}: {error.strerror or error}."
    do = "Nothing was changed. Mend the folder's permissions or the disk's space, then run this again."
    return GraphUnavailable(what=what, where=place, do=do)


def head(graph: Graph, spec_id: Digest) -> Node | None:
    """Return the implementation of a spec that none supersedes, None where the spec has none yet.

    KeyError where the graph has no such node.
    """
    node, after = None, _next(graph.nodes, graph.resting, graph.nodes[spec_id])
    while after:
        node = graph.nodes[after[0]]
        after = _next(graph.nodes, graph.resting, node)
    return node


def strengthened(graph: Graph, spec_id: Digest) -> Node | None:
    """Return the spec that speaks for a target in place of this one; None where this one does.

    That is one that strengthens it, and under which the version that is this spec's head was accepted too: the head moves to it,
    and never back. KeyError where the graph has no such node.
    """
    top = head(graph, spec_id)
    for i in _stronger(graph.nodes, graph.resting, graph.nodes[spec_id]):
        line = history(graph, i)
        first = top is not None and top.edge("supersedes") is None
        programs = {n.content("program.py") for n in line}
        if line and top is not None and (first or top.content("program.py") in programs):
            return graph.nodes[i]
    return None


def superseded(graph: Graph, node: Node) -> Node | None:
    """Return the node that this one supersedes, None where it is the first."""
    edge = node.edge("supersedes")
    return graph.nodes[edge.to] if edge else None


def spec_of(graph: Graph, node: Node) -> Node:
    """Return the spec that an implementation implements; a node of another kind is its own."""
    edge = node.edge("implements")
    return graph.nodes[edge.to] if edge else node


def history(graph: Graph, spec_id: Digest) -> tuple[Node, ...]:
    """Return the implementations of a spec from the baseline to the head. KeyError where the graph has no such node."""
    out, node = [], head(graph, spec_id)
    while node is not None:
        out.append(node)
        node = superseded(graph, node)
    return tuple(reversed(out))


def in_order(graph: Graph) -> tuple[Node, ...]:
    """Return all nodes, each after the ones that it rests on; the order is the same for the same graph."""
    return tuple(graph.nodes[i] for i in nx.lexicographical_topological_sort(graph.resting))


def resting_on(graph: Graph, ids: Iterable[Digest]) -> frozenset[Digest]:
    """Return these nodes and everything that rests on them, at any distance."""
    return frozenset(i for root in ids for i in (root, *nx.descendants(graph.resting, root)))


def policies(graph: Graph) -> dict[str, Node]:
    """Return the newest policy of each name."""
    return {n.target: n for n in in_order(graph) if n.kind == "policy"}


def implementation_of(graph: Graph, spec_id: Digest, program: bytes) -> Node | None:
    """Return the accepted implementation of a spec with these bytes, head or not; None where there is none."""
    return next((n for n in history(graph, spec_id) if n.content("program.py") == program), None)


def admit(graph: Graph, folder: Path, nodes: Sequence[Node], judgement: Verdict) -> Graph | Reason:
    """Decides: the only way a node enters the graph in `folder`. Returns the new graph, or why the node does not enter.

    1. The judgement is an Accept.
    2. `nodes` is one lemma, one rule, or one implementation, alone or after the spec that it implements; each, written and
       read back, is itself.
    3. The certificate that was accepted is the one in the node.
    4. With the folder locked: what it holds is a sound graph, and still holds all of `graph`, which was judged against.
    5. A node that is there already, byte for byte, needs nothing more.
    6. What the node rests on is there, and its certificate binds exactly these bytes.
    7. An implementation supersedes exactly the head of its target, or is the first.
    8. The policy.toml beside the folder allows its tier and its order.

    Then its files are written: all of them under a temporary name, from the bytes that were judged, and then renamed. A write
    that fails returns GraphUnavailable and leaves the folder as it was.
    """
    if not isinstance(judgement, Accept):
        return judgement.reason
    try:
        node = _subject(folder, nodes)
        if judgement.certificate != node.certificate:
            raise _refusal(folder, node, "the certificate that was accepted is not the one in the node.")
    except Refusal as refusal:
        return refusal.reason
    return _entered(graph, folder, nodes, node)


def admit_policy(graph: Graph, folder: Path, node: Node) -> Graph | Reason:
    """Decides: the only way a policy enters. Returns the new graph, or why it does not enter.

    It is a policy that, written and read back, is itself; it supersedes the newest of its name, or is the first; its evidence
    says that it did better (see `policy.failing`). No judge has a word in it, since it claims nothing that could be proved.
    """
    try:
        if node.kind != "policy":
            raise _refusal(folder, node, "it is no policy.")
        _read_back(folder, (node,))
    except Refusal as refusal:
        return refusal.reason
    return _entered(graph, folder, (node,), node)


def _entered(graph: Graph, folder: Path, nodes: Sequence[Node], node: Node) -> Graph | Reason:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            return _enter(graph, folder, nodes, node)
    except Refusal as refusal:
        return refusal.reason
    except OSError as error:
        return _unavailable(folder, "written", error)


def _refusal(folder: Path, node: Node | None, what: str) -> Refusal:
    where = f"{folder}/{node.id}/{RECORD}" if node else str(folder)
    return Refusal(GraphConflict(what=what, where=where, do="Judge the candidate again against the graph as it is now."))


def _subject(folder: Path, nodes: Sequence[Node]) -> Node:
    """Return the node whose admission is asked for. Raises Refusal where condition 2 of `admit` fails."""
    kinds = [n.kind for n in nodes]
    stronger = kinds == ["spec"] and nodes[0].edge("strengthens") is not None
    if not stronger and kinds not in (["lemma"], ["rule"], ["implementation"], ["spec", "implementation"]):
        what = "due is a lemma, a rule, a spec that strengthens another, or an implementation, after its spec where that is new."
        raise _refusal(folder, nodes[-1] if nodes else None, what)
    _read_back(folder, nodes)
    if len(nodes) > 1 and nodes[0].certificate is not None:
        raise _refusal(folder, nodes[0], "that it strengthens another spec is a claim of its own, and enters by itself.")
    if len(nodes) > 1 and nodes[1].edges[0].to != nodes[0].id:
        raise _refusal(folder, nodes[1], f"it does not implement the spec {nodes[0].id} that came with it.")
    return nodes[-1]


def _read_back(folder: Path, nodes: Sequence[Node]) -> None:
    """Raise Refusal where a node, written and read back, is not itself."""
    for node in nodes:
        if node_from_files(node.id, node_to_files(node), f"{folder}/{node.id}") != node:
            raise _refusal(folder, node, "written and read back it is another node.")


def _enter(graph: Graph, folder: Path, nodes: Sequence[Node], node: Node) -> Graph | Reason:
    """Carry out conditions 4 to 8 of `admit`, then write; the caller holds the lock."""
    there = load(folder)
    if isinstance(there, Reason):
        return there
    if gone := sorted(graph.nodes.keys() - there.nodes.keys()):
        raise _refusal(folder, graph.nodes[gone[0]], "the node was judged against, and is no longer in the graph.")
    sweep(folder, there.nodes)
    if node.id in there.nodes:
        return there
    after = {**there.nodes, **{n.id: n for n in nodes}}
    if what := next(misfits(after, node), None):
        raise _refusal(folder, node, what)
    if node.kind == "implementation":
        _check_head(there, folder, node)
    now = policies(there).get(node.target) if node.kind == "policy" else None
    if now is not None and node.edges != (Edge("supersedes", now.id),):
        raise _refusal(folder, node, f"the newest policy of the name `{node.target}` is {now.id}, which it does not supersede.")
    governance, policy = governance_beside(folder), str(policy_path(folder))
    if kept_out := next(forbidden(governance, nodes, folder, policy), None):
        return kept_out
    made = graph_of(after.values(), str(folder))
    if isinstance(made, Graph):
        write(folder, [n for n in nodes if n.id not in there.nodes])
    return made


def _check_head(there: Graph, folder: Path, node: Node) -> None:
    """Raise Refusal unless an implementation supersedes the head of its target, or is the first."""
    edge, spec_id = node.edge("supersedes"), node.edges[0].to
    old = edge.to if edge else None
    now = head(there, spec_id) if spec_id in there.nodes else None
    if now is not None and (stronger := strengthened(there, spec_id)) is not None:
        what = f"its spec has been strengthened by {stronger.id}, which speaks for `{node.target}`."
        raise _refusal(folder, node, what)
    if old != (now.id if now else None):
        what = f"it supersedes {old or 'nothing'}, and the head of `{node.target}` is {now.id if now else 'not there yet'}."
        raise _refusal(folder, node, what)
