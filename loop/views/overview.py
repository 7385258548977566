"""Graph -> what it holds, on one page: counts, targets, and the lemmas, rules and policies in words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from loop.views.targets import TargetView, targets
from loop.views.times import NOTHING, Times
from verify.canonical import Digest
from verify.claim_words import in_words, rule_words
from verify.graph import Graph, in_order, policies
from verify.node import Kind, Node, lemma_of, rule_of
from verify.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class FactView:
    """A lemma or a rule."""

    node: Digest
    kind: Kind
    name: str
    claims: tuple[str, ...]
    """in words"""
    used_by: int
    """nodes whose proofs hold its text"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """A learned setting, the newest of its name; nothing is proved of it."""

    node: Digest
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A graph at a glance."""

    nodes: int
    kinds: Mapping[Kind, int]
    """nodes of each kind that it has"""
    targets: tuple[TargetView, ...]
    lemmas: tuple[FactView, ...]
    rules: tuple[FactView, ...]
    policies: tuple[PolicyView, ...]

    @property
    def improved(self) -> int:
        """Targets whose head is better than their baseline."""
        return sum(t.improved for t in self.targets)


def overview(graph: Graph, times: Times = NOTHING) -> Overview:
    """Return what a graph holds; lemmas, rules and policies by name."""
    facts = sorted((n for n in in_order(graph) if n.kind in ("lemma", "rule")), key=lambda n: (n.target, n.id))
    found = [fact_view(graph, n) for n in facts]
    counts = Counter(n.kind for n in graph.nodes.values())
    return Overview(
        nodes=len(graph.nodes), kinds={k: counts[k] for k in sorted(counts)}, targets=targets(graph, times),
        lemmas=tuple(f for f in found if f.kind == "lemma"), rules=tuple(f for f in found if f.kind == "rule"),
        policies=tuple(PolicyView(node=n.id, name=name) for name, n in sorted(policies(graph).items())),
    )  # fmt: skip


def fact_view(graph: Graph, node: Node) -> FactView:
    """Return a lemma or a rule in words; where its text is of no form that can be put into words, the text says why."""
    try:
        claims = tuple(rule_words(rule_of(node)) if node.kind == "rule" else in_words(lemma_of(node)))
    except Refusal as refusal:
        claims = (f"it cannot be read: {refusal.reason}",)
    return FactView(node=node.id, kind=node.kind, name=node.target, claims=claims, used_by=len(graph.resting.succ[node.id]))
