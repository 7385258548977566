"""On the way to the one door: what policy.toml has reviewed goes into the queue instead, and what it keeps out is named."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from loop.governance.measured import Measured, measured
from loop.governance.queue import Held, hold
from loop.journal import REVIEWED, Journal, journal_path
from verify.canonical import Digest, digest_bytes, encode
from verify.governance import Governance, governance_beside, policy_path
from verify.graph import Graph, admit, admit_policy
from verify.limits import DEFAULT
from verify.node import Kind, Node
from verify.reasons import HeldForReview, NotByPolicy, Reason, Refusal
from verify.task import Task
from verify.verdict import Accept, Verdict

SLOWER = "proved cheaper, measured slower"
REVIEW = "policy.toml has it reviewed"
ASKED = "the run was asked to hold it"
HOW = "`qed review list` shows what waits."


def reviewed_kind(nodes: Sequence[Node]) -> Kind | None:
    """Return the kind as which new nodes are reviewed; None for the baseline of a spec that is in the graph already.

    A target's baseline comes with its spec, and is reviewed as one. A version that supersedes another is an implementation.
    """
    node = nodes[-1]
    if len(nodes) > 1:
        return nodes[0].kind
    return None if node.kind == "implementation" and node.edge("supersedes") is None else node.kind


def admit_or_hold(
    graph: Graph, folder: Path, nodes: Sequence[Node], verdict: Verdict | None, task: Task | None = None
) -> Graph | Reason:
    """Admit what was accepted, or put it into the queue where its kind is reviewed, for the reason HeldForReview.

    `verdict` is None for a policy, of which nothing is proved. With a task, its versions are measured where policy.toml wants
    that. Returns the graph after it, or why it does not enter.
    """
    node = nodes[-1]
    try:
        governance = governance_beside(folder)
        if node.id not in graph.nodes and (verdict is None or isinstance(verdict, Accept)):
            times = measured(task, DEFAULT) if task and governance.measured_slower != "allow" else None
            slower = times if times is not None and times.slower else None
            if slower and governance.measured_slower == "refuse":
                return kept_out(folder, slower)
            if slower or reviewed_kind(nodes) in governance.reviewers:
                held = Held(tuple(nodes), SLOWER if slower else REVIEW, measured=slower)
                return rejected(folder, node.id) or waits(folder, held)
    except Refusal as refusal:
        return refusal.reason
    return admit_policy(graph, folder, node) if verdict is None else admit(graph, folder, nodes, verdict)


def waits(folder: Path, held: Held) -> HeldForReview:
    """Put an entry into the queue of a graph, and say so. Raises Refusal."""
    hold(folder, held)
    return held_reason(held.node.id)


def held_reason(name: Digest) -> HeldForReview:
    """Return the reason for what waits, or was rejected, under a name."""
    return HeldForReview(what=f"it waits for a person's word as {name[:12]}.", do=HOW)


def rejected(folder: Path, name: Digest) -> HeldForReview | None:
    """Return that a person has rejected a node, None where nobody has."""
    path = journal_path(folder)
    if not path.exists():
        return None
    with closing(Journal(path)) as journal:
        return HeldForReview(what=f"a person has rejected it: {name[:12]}.") if name in rejections(journal) else None


def rejections(journal: Journal) -> Iterator[Digest]:
    """Yield the nodes that people had rejected when a run began."""
    yield from (str(c.get("node")) for c in journal.before(REVIEWED) if c.get("decision") == "reject")


def kept_out(folder: Path, times: Measured) -> NotByPolicy:
    """Return the reason for what was measured slower where policy.toml refuses that."""
    what = f"it was {SLOWER}, {times}; `accept.measured_slower` in {policy_path(folder)} is refuse."
    return NotByPolicy(what=what)


def judged_under(judge: Digest, governance: Governance) -> Digest:
    """Return the name of a judge that keeps to what policy.toml accepts: under another one, what was judged is judged again."""
    if governance.accepts_all:
        return judge
    return digest_bytes(encode([judge, governance.tiers, governance.orders, governance.measured_slower]))
