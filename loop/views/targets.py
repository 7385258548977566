"""Graph -> a row for each target: its head, cost, tier, order, and the time that is known."""

from dataclasses import dataclass

from loop.governance.measured import Measured
from loop.keep import Standing
from loop.views.times import NOTHING, Times
from loop.words import Costs, line_costs
from verify.canonical import Digest
from verify.graph import Graph, history, in_order, strengthened
from verify.node import Node
from verify.spec import Order, Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetView:
    """One target of a graph."""

    name: str
    spec: Digest
    baseline: Digest | None
    """None where none was accepted so far"""
    head: Digest | None
    versions: int
    """accepted ones, the baseline included"""
    tier: Tier | None
    order: Order | None
    """the weakest along the line from the baseline to the head; None where nothing was improved"""
    cost: Costs
    """of the baseline and of the head, in ticks, as expressions over the parameters"""
    measured: Measured | None
    """the head against the baseline, where that is known"""
    strengthened_by: Digest | None
    """the spec that speaks for the target in place of this one"""

    @property
    def improved(self) -> bool:
        """Whether the head is better than the baseline."""
        return self.versions > 1


def targets(graph: Graph, times: Times = NOTHING) -> tuple[TargetView, ...]:
    """Return the targets of a graph, by name; of those with one name by the names of their specs."""
    return tuple(target_view(graph, stands, times) for stands in standings(graph))


def target_view(graph: Graph, stands: Standing, times: Times = NOTHING) -> TargetView:
    """Return the row of a target."""
    head, line = stands.head, stands.line
    stronger = strengthened(graph, stands.spec.id)
    costs = line_costs(stands)
    return TargetView(
        name=stands.spec.target, spec=stands.spec.id, baseline=line[0].id if line else None, head=head.id if head else None,
        versions=len(line), tier=head.certificate.tier if head and head.certificate else None, order=stands.order, cost=costs,
        measured=_measured(stands, times), strengthened_by=stronger.id if stronger else None,
    )  # fmt: skip


def _measured(stands: Standing, times: Times) -> Measured | None:
    if stands.head is None or not stands.improved:
        return None
    one_step = len(stands.line) == 2  # noqa: PLR2004 - baseline and head
    return times.of_line(stands.head) or (times.of_step(stands.head) if one_step else None)


def standings(graph: Graph) -> list[Standing]:
    """Return where each target of the graph stands, by name."""
    specs = [n for n in in_order(graph) if n.kind == "spec"]
    return [Standing(n, history(graph, n.id)) for n in sorted(specs, key=lambda n: (n.target, n.id))]


def standing_of(graph: Graph, spec: Digest) -> Standing:
    """Return where the target of a spec's node stands. KeyError where the graph has no such node."""
    return Standing(graph.nodes[spec], history(graph, spec))


def lemmas(graph: Graph) -> list[Node]:
    """Return the lemmas of the graph, by name."""
    return sorted((n for n in in_order(graph) if n.kind == "lemma"), key=lambda n: (n.target, n.id))
