"""The review queue of a graph -> what a person can judge of each entry: claim, change, costs, who may decide, why it waits."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loop.governance.measured import Measured
from loop.governance.queue import Held, queued
from loop.views.explained import claimed, rests_on_of
from loop.views.history import code_of, costs_of, read_spec_node
from loop.views.side_by_side import AlignedRow, side_by_side
from loop.words import SHORT, Costs, contract_lines
from verify.canonical import Digest
from verify.claim_words import claims, order_line, strengthening_line
from verify.governance import governance_beside
from verify.graph import Graph, graph_of, head, spec_of, strengthened, superseded
from verify.node import RESTING_ON_NOTHING, Kind, Node
from verify.reasons import Reason, Refusal
from verify.spec import Order, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """One entry of the queue."""

    node: Digest
    """the name of the entry, too"""
    unreadable: str
    """why it cannot be read, "" where it can; then the rest says nothing"""
    kind: Kind | None
    """as which it is reviewed"""
    target: str
    why: str
    """why it waits"""
    idea: str
    """by whom or what it was proposed"""
    reviewers: tuple[str, ...]
    """who may decide; nobody named: whoever gives a name"""
    stale: str
    """why it can no longer enter, or need not; "" where it may"""
    claims: tuple[str, ...]
    tier: Tier | None
    order: Order | None
    order_words: str
    cost: Costs
    measured: Measured | None
    supersedes: Digest | None
    code: str
    change: tuple[AlignedRow, ...]
    """its text beside what it would supersede"""
    patch: str
    """the same as a patch"""
    rests_on: tuple[tuple[str, str], ...]
    """each assumption, with what would make it false"""


def waiting(graph: Graph, folder: Path) -> tuple[WaitingView, ...]:
    """Return what waits, by the names of the entries. Raises Refusal where the queue or policy.toml does not read."""
    return tuple(waiting_view(graph, folder, name, held) for name, held in queued(folder).items())


def waiting_view(graph: Graph, folder: Path, name: Digest, held: Held | Reason) -> WaitingView:
    """Return one entry; one that does not read says so."""
    if isinstance(held, Reason):
        return _unreadable(name, f"{held}")
    try:
        part = graph_with(graph, held, folder)
        said = _claims(part, held.node)
    except Refusal as refusal:
        return _unreadable(name, f"{refusal.reason}", held.node)
    node, certificate = held.node, held.node.certificate
    edge = node.edge("supersedes") or node.edge("strengthens")
    code = code_of(node) if node.kind in ("spec", "implementation") else ""
    before = code_of(part.nodes[edge.to]) if edge and code else ""
    return WaitingView(
        node=name, unreadable="", kind=held.nodes[0].kind, target=node.target, why=held.why, idea=held.idea,
        reviewers=tuple(reviewers_of(folder, held)), stale=state(graph, held.nodes), claims=said,
        tier=certificate.tier if certificate else None, order=certificate.order if certificate else None,
        order_words=order_line(certificate) if certificate else "", cost=costs_of(part, node), measured=held.measured,
        supersedes=edge.to if edge else None, code=code, change=side_by_side(before, code) if code else (),
        patch=patch_of(part, node), rests_on=tuple(rests_on_of(node)) if certificate else (),
    )  # fmt: skip


def _unreadable(name: Digest, why: str, node: Node | None = None) -> WaitingView:
    return WaitingView(
        node=name, unreadable=why, kind=node.kind if node else None, target=node.target if node else "", why="", idea="",
        reviewers=(), stale="", claims=(), tier=None, order=None, order_words="", cost=Costs(None, None), measured=None,
        supersedes=None, code="", change=(), patch="", rests_on=(),
    )  # fmt: skip


def _claims(graph: Graph, node: Node) -> tuple[str, ...]:
    """Return what an entry claims. Raises Refusal where its text does not read."""
    if node.kind in RESTING_ON_NOTHING:
        return claimed(node)
    if node.kind == "policy":
        return ("nothing is proved of a policy: it is a learned setting of the loop, and empirical",)
    spec, unreadable = read_spec_node(spec_of(graph, node))
    if spec is None:
        return (unreadable,)
    if (weaker := node.edge("strengthens")) is not None:
        return (*contract_lines(spec), strengthening_line(weaker.to))
    return tuple(claims(spec, node.certificate, superseded(graph, node))) if node.certificate else tuple(contract_lines(spec))


def state(graph: Graph, nodes: Sequence[Node]) -> str:
    """Return why what waits can no longer enter, or need not; "" where it may."""
    node, there = nodes[-1], {**graph.nodes, **{n.id: n for n in nodes[:-1]}}
    if node.id in graph.nodes:
        return "it is in the graph already"
    if gone := next((e.to for e in node.edges if e.to not in there), None):
        return f"the node {gone[:SHORT]}, on which it rests, is not in the graph"
    spec, old = node.edge("implements"), node.edge("supersedes")
    if spec is None or spec.to not in graph.nodes:
        return ""
    if (stronger := strengthened(graph, spec.to)) is not None:
        return f"its spec has been strengthened by {stronger.id[:SHORT]}"
    now = head(graph, spec.to)
    if (old.to if old else None) == (now.id if now else None):
        return ""
    return f"the head of `{node.target}` is {now.id[:SHORT] if now else 'gone'} by now, and it supersedes another version"


def patch_of(graph: Graph, node: Node) -> str:
    """Return the change of a version against the one that it supersedes, or of a spec against its weaker one, as a patch."""
    edge, file = node.edge("supersedes") or node.edge("strengthens"), "spec.py" if node.kind == "spec" else "program.py"
    if node.kind not in ("spec", "implementation"):
        return ""
    old = graph.nodes[edge.to] if edge else None
    a, b = (n.content(file).decode(errors="replace").splitlines(keepends=True) if n else [] for n in (old, node))
    lines = difflib.unified_diff(a, b, f"{old.id[:SHORT]}/{file}" if old else "/dev/null", f"{node.id[:SHORT]}/{file}")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def graph_with(graph: Graph, held: Held, folder: Path) -> Graph:
    """Return the part of the graph on which an entry rests, with the entry in it. Raises Refusal where that is none."""
    there = {**graph.nodes, **{n.id: n for n in held.nodes}}
    due, found = [held.node.id], dict[Digest, Node]()
    while due:
        node = there.get(due.pop())
        if node is not None and node.id not in found:
            found[node.id] = node
            due += [e.to for e in node.edges]
    part = graph_of(found.values(), f"{folder} with what waits")
    if isinstance(part, Reason):
        raise Refusal(part)
    return part


def reviewers_of(folder: Path, held: Held) -> list[str]:
    """Return who may decide on an entry, by policy.toml; where it names nobody, whoever gives a name."""
    return list(governance_beside(folder).reviewers.get(held.nodes[0].kind, ()))
