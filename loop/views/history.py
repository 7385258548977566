"""One target of a graph -> how it came to its head: each version with its code, its order, its cost and its claim in words."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from loop.governance.measured import Measured
from loop.views.side_by_side import AlignedRow, side_by_side
from loop.views.targets import TargetView, standing_of, target_view
from loop.views.times import NOTHING, Times
from loop.words import Costs, contract_lines, own_cost
from verify.canonical import Digest
from verify.claim_words import TIERS, claims, order_line
from verify.graph import Graph, head, superseded
from verify.judge import spec_in
from verify.limits import DEFAULT
from verify.node import SCRIPT, Kind, Node
from verify.proof import PROOF_FILE
from verify.reasons import Refusal
from verify.spec import Order, Spec, Tier, signature

Stands: TypeAlias = Literal["baseline", "version", "head", "baseline and head"]


@dataclass(frozen=True, slots=True)
class UsedView:
    """A lemma or a rule whose text a proof holds, or a component that a program calls."""

    node: Digest
    kind: Kind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One accepted version of a target."""

    node: Digest
    supersedes: Digest | None
    stands: Stands
    code: str
    """the program as it was judged; its author may be a model"""
    claims: tuple[str, ...]
    """in words"""
    order: Order | None
    """in which sense it is cheaper than the version before; None of a baseline"""
    order_words: str
    slack: int
    """ticks, of the order `eventually`"""
    tier: Tier | None
    tier_words: str
    cost: Costs
    """of the version before and of this one, in ticks; of a baseline its own as the new one"""
    proof_lines: int
    """of the proof, or of the script at the tier smt"""
    uses: tuple[UsedView, ...]
    measured: Measured | None
    """against the version before, where that is known"""
    recheck: str
    """the command that judges it again"""
    change: tuple[AlignedRow, ...]
    """its code beside that of the version before; nothing of a baseline"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHistory:
    """A target from its baseline to its head."""

    target: TargetView
    signature: str
    """"" where the spec does not read, and `unreadable` says why"""
    contract: tuple[str, ...]
    """what every accepted version must do, in words"""
    spec_code: str
    unreadable: str
    versions: tuple[VersionView, ...]
    """oldest first"""
    change: tuple[AlignedRow, ...]
    """the code of the baseline beside that of the head; nothing where nothing was improved"""


def target_history(graph: Graph, spec: Digest, times: Times = NOTHING) -> TargetHistory:
    """Return the history of the target of a spec's node. KeyError where the graph has no such node."""
    stands = standing_of(graph, spec)
    read, unreadable = read_spec_node(stands.spec)
    versions = tuple(version_view(graph, node, times, read) for node in stands.line)
    return TargetHistory(
        target=target_view(graph, stands, times), signature=signature(read.program) if read else "",
        contract=tuple(contract_lines(read)) if read else (), spec_code=code_of(stands.spec), unreadable=unreadable,
        versions=versions, change=side_by_side(versions[0].code, versions[-1].code) if len(versions) > 1 else (),
    )  # fmt: skip


def read_spec_node(node: Node) -> tuple[Spec | None, str]:
    """Return the target that a spec's node holds, or None and why it does not read."""
    try:
        return spec_in(node, DEFAULT), ""
    except Refusal as refusal:
        return None, str(refusal.reason)


def version_view(graph: Graph, node: Node, times: Times = NOTHING, spec: Spec | None = None) -> VersionView:
    """Return one version; with its spec, what it claims stands in words."""
    old, edge, certificate = superseded(graph, node), node.edge("supersedes"), node.certificate
    code = code_of(node)
    return VersionView(
        node=node.id, supersedes=edge.to if edge else None, stands=_stands(graph, node), code=code,
        claims=tuple(claims(spec, certificate, old)) if spec and certificate else (),
        order=edge.order if edge else None, order_words=order_line(certificate) if certificate else "",
        slack=edge.slack if edge else 0, tier=certificate.tier if certificate else None,
        tier_words=TIERS[certificate.tier] if certificate else "", cost=costs_of(graph, node), proof_lines=_proof_lines(node),
        uses=tuple(UsedView(n.id, n.kind, n.target) for n in used_by(graph, node)), measured=times.of_step(node) if old else None,
        recheck=certificate.recheck if certificate else "", change=side_by_side(code_of(old), code) if old else (),
    )  # fmt: skip


def _stands(graph: Graph, node: Node) -> Stands:
    edge = node.edge("implements")
    is_head = edge is not None and head(graph, edge.to) is node
    if node.edge("supersedes") is None:
        return "baseline and head" if is_head else "baseline"
    return "head" if is_head else "version"


def _proof_lines(node: Node) -> int:
    return sum(f.content.count(b"\n") for f in node.files if f.name in (PROOF_FILE, SCRIPT))


def code_of(node: Node) -> str:
    """Return the text of a version, or of a spec."""
    return node.content("spec.py" if node.kind == "spec" else "program.py").decode(errors="replace")


def used_by(graph: Graph, node: Node) -> list[Node]:
    """Return the lemmas and rules whose text a version's proof holds, and the components that its program calls."""
    return [graph.nodes[i] for i in node.uses]


def costs_of(graph: Graph, node: Node) -> Costs:
    """Return the ticks of the version before and of this one; of a baseline its own as the new ones."""
    old, certificate = superseded(graph, node), node.certificate
    if certificate is None:
        return Costs(None, None)
    before = certificate.old_cost or (own_cost(old.certificate) if old and old.certificate else None)
    return Costs(before if old else None, own_cost(certificate))
