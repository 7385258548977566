"""Between a target and the graph: what its head is, which question to ask, and which nodes an acceptance makes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from loop.governance.door import admit_or_hold
from verify.graph import Graph, admit, graph_of, history
from verify.lemma import Lemma
from verify.node import Node, implementation_node, lemma_node, smt_node, spec_node, tier_of
from verify.reasons import Reason
from verify.spec import ORDERS, Order, Spec, Tier
from verify.task import Task, Version
from verify.verdict import Accept, Verdict, to_verdict

if TYPE_CHECKING:
    from loop.examine import Examination

Again: TypeAlias = Callable[[Graph, Node], Verdict]
"""judges a node of a graph from its bytes: `verify.judge.rejudge`"""

@dataclass(frozen=True, slots=True)
class Standing:
    """Where a target stands in a graph: the node of its spec, and the versions from its baseline to its head."""

    spec: Node
    line: tuple[Node, ...] = ()

    @property
    def head(self) -> Node | None:
        """The node that the next improvement supersedes; None before the baseline was accepted."""
        return self.line[-1] if self.line else None

    @property
    def improved(self) -> bool:
        """Whether the head is better than the baseline."""
        return len(self.line) > 1

    @property
    def tier(self) -> Tier:
        """The tier of the head, above which nothing that supersedes it can be."""
        return tier_of(self.head)

    @property
    def order(self) -> Order | None:
        """The weakest order along the line.

        Each order follows from itself along a line, `worst-case` where the sizes are the same. Of steps in different orders no
        more is proved than what each says.
        """
        found = {edge.order for node in self.line if (edge := node.edge("supersedes"))}
        return next((o for o in reversed(ORDERS) if o in found), None)


def standing(graph: Graph, spec: Spec) -> Standing:
    """Return where a target stands; of a target that the graph does not know, its spec's node alone."""
    content = spec.source.content
    alike = [n for n in graph.nodes.values() if n.kind == "spec" and n.target == spec.name and n.content("spec.py") == content]
    # of two nodes with one text the one that strengthens another spec speaks for it
    node = next((n for n in alike if n.edge("strengthens")), spec_node(spec.name, content))
    return Standing(node, history(graph, node.id) if node.id in graph.nodes else ())


def baseline_task(spec: Spec) -> Task:
    """Return the question whether a baseline meets its own contract."""
    return Task(spec, Version(spec.source, spec.program))


def node_of(stands: Standing, task: Task, examination: "Examination") -> Node:
    """Return the node of what was accepted, made from the task that was asked about. Raises TypeError where nothing was."""
    verdict, proof = examination.verdict, examination.proof
    if not isinstance(verdict, Accept) or (proof is None) != (verdict.certificate.tier == "smt"):
        raise TypeError("only an acceptance with its proof can be kept")
    program, statement = task.judged.source.content, examination.statement.encode()
    certificate, head = verdict.certificate, stands.head
    if proof is None:
        return smt_node(stands.spec, program=program, statement=statement, certificate=certificate, supersedes=head)
    return implementation_node(
        stands.spec, program=program, proof=proof.text.encode(), statement=statement, notes=proof.notes_data,
        certificate=certificate, supersedes=head, uses=examination.uses,
    )  # fmt: skip


def enter(graph: Graph, folder: Path, stands: Standing, node: Node, verdict: Verdict) -> Graph | Reason:
    """Admit an implementation, after its spec where that is new; return the graph after it, or why it does not enter."""
    return admit(graph, folder, (node,) if stands.spec.id in graph.nodes else (stands.spec, node), verdict)


def keep(graph: Graph, folder: Path, stands: Standing, task: Task, examination: "Examination") -> tuple[Graph, Node] | Reason:
    """Admit what was accepted, after its spec where that is new; return the graph after it and the new node.

    Returns the reason where it does not enter: HeldForReview where it waits for a person's word.
    """
    node = node_of(stands, task, examination)
    nodes = (node,) if stands.spec.id in graph.nodes else (stands.spec, node)
    after = admit_or_hold(graph, folder, nodes, examination.verdict, task=task)
    return after if isinstance(after, Reason) else (after, node)


def keep_lemma(graph: Graph, folder: Path, lemma: Lemma, verdict: Accept, again: Again | None = None) -> Graph | Reason:
    """Admit or hold a lemma that was accepted, if need be once more; return the graph after it, or why it does not enter."""
    node = lemma_node(lemma, verdict.certificate)
    return admit_or_hold(graph, folder, (node,), verdict if again is None else proved_again(graph, (node,), again))


def proved_again(graph: Graph, nodes: Sequence[Node], again: Again) -> Verdict:
    """Return what is said of the last of some new nodes when it is judged from its bytes, as it would stand in the graph."""
    after = graph_of((*graph.nodes.values(), *(n for n in nodes if n.id not in graph.nodes)), "the graph with it")
    return to_verdict(after, "graph", ()) if isinstance(after, Reason) else again(after, nodes[-1])
