"""A graph and what is asked for -> the heads that go into a package, and those that do not, with the reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from loop.commands.common import UsageError
from loop.export.names import DIGITS, public_names
from loop.keep import Standing
from loop.views.targets import standings
from loop.words import Costs, line_costs
from verify.canonical import Digest
from verify.certificate import Certificate
from verify.graph import Graph, graph_of, spec_of, strengthened, superseded
from verify.judge import spec_in
from verify.limits import DEFAULT
from verify.node import Node, tier_of
from verify.reasons import Reason, Refusal
from verify.spec import ORDERS, TIERS, Order, Spec, Tier

LISTED: Final = 20
"""targets that a message lists"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which heads are asked for: targets by name or by node, all where there is none; the lowest tier; the weakest order."""

    targets: tuple[str, ...] = ()
    tier: Tier = TIERS[-1]
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a target, under the name that a package gives it."""

    name: str
    spec: Spec
    stands: Standing
    node: Node
    certificate: Certificate
    old: Node | None
    """the version that it supersedes; None of a baseline"""
    components: tuple[Node, ...]
    """the accepted versions whose text its program holds"""

    @property
    def function(self) -> str:
        """What the function is called in its own module, and calls itself."""
        return self.node.target

    @property
    def costs(self) -> Costs:
        """The ticks of the baseline and of this version."""
        return line_costs(self.stands)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A head that was not asked for."""

    target: str
    node: Digest
    why: str


def choose(graph: Graph, asked: Asked, folder: str) -> tuple[list[Head], list[LeftOut]]:
    """Return the heads that are asked for, by name, and the others; `folder` is the graph's, for messages.

    Raises UsageError where nothing is left or a target is not there, and Refusal where a spec does not read.
    """
    there = [s for s in standings(graph) if s.head is not None and speaks(graph, s.spec)]
    if not there:
        raise UsageError(f"the graph at {folder} holds no accepted version of any target, so there is nothing to export.")
    wanted = _wanted(there, asked.targets, folder)
    left = [LeftOut(s.spec.target, s.head.id, why) for s in wanted if s.head is not None and (why := _why_not(s, asked))]
    taken = [s for s in wanted if not _why_not(s, asked)]
    if not taken:
        said = "; ".join(f"{out.target}: {out.why}" for out in left[:LISTED])
        raise UsageError(f"nothing in the graph at {folder} is what was asked for, so there is nothing to export ({said}).")
    names = public_names([s.spec for s in taken])
    heads = [_head(graph, s, name) for s, name in zip(taken, names, strict=True)]
    return sorted(heads, key=lambda h: h.name), left


def speaks(graph: Graph, spec: Node) -> bool:
    """Say whether a spec speaks for its target: no stronger one does in its place, and it does in that of a weaker one."""
    edge = spec.edge("strengthens")
    behind = edge is not None and strengthened(graph, edge.to) is not spec
    return not behind and strengthened(graph, spec.id) is None


def resting(graph: Graph, nodes: Iterable[Node]) -> dict[Digest, Node]:
    """Return nodes and all that they rest on, which is a sound graph itself. Raises Refusal where it is none."""
    found: dict[Digest, Node] = {}
    ahead = list(nodes)
    while ahead:
        node = ahead.pop()
        if node.id not in found:
            found[node.id] = node
            ahead += [graph.nodes[e.to] for e in node.edges]
    made = graph_of(found.values(), "the exported graph")
    if isinstance(made, Reason):
        raise Refusal(made)
    return dict(sorted(found.items()))


def _wanted(there: Sequence[Standing], names: Sequence[str], folder: str) -> list[Standing]:
    """Return the targets that are named, by their function's name or by the beginning of a node; all where none is."""
    found: Mapping[str, list[Standing]] = {
        name: [s for s in there if s.spec.target == name] or [
            s for s in there if len(name) >= DIGITS and any(n.id.startswith(name) for n in (s.spec, *s.line))
        ] for name in names
    }  # fmt: skip
    if missing := next((name for name, standing in found.items() if not standing), None):
        listed = ", ".join(dict.fromkeys(s.spec.target for s in there[:LISTED])) + (", ..." if len(there) > LISTED else "")
        raise UsageError(f"the graph at {folder} has no accepted target {missing!a}; it has {listed}.")
    meant = {s.spec.id for standing in found.values() for s in standing}
    return [s for s in there if not names or s.spec.id in meant]


def _why_not(stands: Standing, asked: Asked) -> str:
    """Return why the head of a target is not asked for, "" where it is."""
    tier, order = tier_of(stands.head), stands.order
    if TIERS.index(tier) > TIERS.index(asked.tier):
        return f"its tier is {tier}"
    if asked.order is not None and order is None:
        return "it is the baseline, which is better than nothing in no order"
    if asked.order is not None and order is not None and ORDERS.index(order) > ORDERS.index(asked.order):
        return f"its order is {order}"
    return ""


def _head(graph: Graph, stands: Standing, name: str) -> Head:
    node = stands.line[-1]
    if node.certificate is None:
        raise TypeError(f"{node.id} claims nothing")
    components = tuple(graph.nodes[i] for i in node.uses if graph.nodes[i].kind == "implementation")
    spec = spec_in(spec_of(graph, node), DEFAULT)
    return Head(name, spec, stands, node, node.certificate, superseded(graph, node), components)
