"""Conjectured rules on their way to the graph: judged as they stand, in a process that has seen no other text, then admitted."""

from collections.abc import Callable
from pathlib import Path

from loop.governance.door import admit_or_hold
from loop.techniques.rules import Rule, accepted
from verify.gates.kernel import Kernel
from verify.graph import Graph
from verify.judge import decide_rule
from verify.node import Node, rule_node
from verify.reasons import Reason
from verify.second import Second
from verify.verdict import Accept


def keep_rule(
    graph: Graph, folder: Path, rule: Rule, fresh: Callable[[], Kernel], second: Second | None = None
) -> tuple[Graph, Node] | Reason:
    """Have a rule with its proof judged, and admit or hold it; return the graph after it and its node, or why not."""
    proof, stated = accepted(rule), rule.stated
    verdict = decide_rule(stated, proof, fresh, second)
    if not isinstance(verdict, Accept):
        return verdict.reason
    node = rule_node(stated, proof.encode(), stated.statement.encode(), verdict.certificate)
    after = admit_or_hold(graph, folder, (node,), verdict)
    return after if isinstance(after, Reason) else (after, node)
