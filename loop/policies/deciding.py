"""A policy that was tried: into the graph where the evidence says that it did better, into the journal in either case."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loop.governance.door import admit_or_hold
from loop.journal import Journal, journal_path
from loop.policies.in_use import kind_of
from loop.words import SHORT
from verify.canonical import Digest
from verify.graph import Graph, policies
from verify.node import policy_node
from verify.policy import EVIDENCE_FILE, POLICY_FILE, Evidence, evidence_to_bytes, failing
from verify.reasons import GraphUnavailable, HeldForReview, Reason, Refusal

TRIED: Final = "policy tried"
"""the kind of the event"""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a policy."""

    kind: str
    node: Digest | None
    """None where it did not enter"""
    why: str
    """why it did not"""
    evidence: Evidence

    def as_data(self) -> dict[str, object]:
        """Return it as JSON data; `chance` is how likely the evidence is by coin toss."""
        return {
            "kind": self.kind, "accepted": self.node is not None, "node": self.node, "why": self.why, "won": self.evidence.won,
            "lost": self.evidence.lost, "targets": len(self.evidence.targets), "seeds": len(self.evidence.seeds),
            "chance": f"{float(self.evidence.chance):.4f}", "measure": self.evidence.measure, "budget": self.evidence.budget,
        }  # fmt: skip


def words(decided: Decided) -> list[str]:
    """Return what became of a policy, for people."""
    evidence = decided.evidence
    told = f"{len(evidence.targets)} held-out targets: {evidence.won} better, {evidence.lost} worse; {evidence.measure}"
    what = f"accepted as {decided.node[:SHORT]}" if decided.node else f"not accepted: {decided.why}"
    return [f"{told}; by coin toss {float(evidence.chance):.4f}.", f"{decided.kind}: {what}"]


def decide(graph: Graph, folder: Path, policy: bytes, evidence: Evidence) -> tuple[Graph, Decided]:
    """Admit a policy, or leave it out, as the verifier says of its evidence; write down which, and what was measured.

    Where policy.toml has policies reviewed, one that did better waits for a person's word. What came with this evidence before is
    not decided again.

    Raises Refusal for a policy that is malformed, and where the graph cannot be read or written.
    """
    if (before := _decided_before(graph, folder, policy, evidence)) is not None:
        return graph, before
    kind, measured = kind_of(policy), evidence_to_bytes(evidence)
    node = policy_node(kind, policy=policy, evidence=measured, supersedes=policies(graph).get(kind))
    why = failing(policy, measured)
    if why is None:
        after = admit_or_hold(graph, folder, (node,), None)
        if isinstance(after, HeldForReview):
            why = str(after)
        elif isinstance(after, Reason):
            raise Refusal(after)
        else:
            graph = after
    decided = Decided(kind, node.id if why is None else None, why or "", evidence)
    _write(folder, policy, decided)
    return graph, decided


def leave_out(folder: Path, policy: bytes, evidence: Evidence, why: str) -> Decided:
    """Write down that a policy is not tried on held-out targets, and why: it did no better on those that it was learned from.

    Raises Refusal for a policy that is malformed, and where the journal cannot be written.
    """
    decided = Decided(kind_of(policy), None, why, evidence)
    _write(folder, policy, decided)
    return decided


def _decided_before(graph: Graph, folder: Path, policy: bytes, evidence: Evidence) -> Decided | None:
    """Return what became of a policy when it came with this evidence before; None where it did not."""
    kind, measured = kind_of(policy), evidence_to_bytes(evidence)
    there = policies(graph).get(kind)
    if there is not None and (there.content(POLICY_FILE), there.content(EVIDENCE_FILE)) == (policy, measured):
        return Decided(kind, there.id, "", evidence)
    with closing(Journal(journal_path(folder))) as journal:
        left = [e.content for e in journal.events(TRIED) if not e.content.get("accepted")]
    for one in left:
        if (one.get("policy"), one.get("evidence")) == (policy.decode(), measured.decode()):
            return Decided(kind, None, str(one.get("why")), evidence)
    return None


def _write(folder: Path, policy: bytes, decided: Decided) -> None:
    measured = evidence_to_bytes(decided.evidence)
    with closing(Journal(journal_path(folder))) as journal:
        journal.add(TRIED, {**decided.as_data(), "policy": policy.decode(), "evidence": measured.decode()})
        if journal.complaint:
            raise Refusal(GraphUnavailable(what=journal.complaint, where=str(journal.path)))
