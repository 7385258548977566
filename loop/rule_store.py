"""Accepted rewrite rules, read from a graph: what an e-graph rewrites by, and the text by which a proof holds one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from loop.simplify import static_cost
from loop.techniques.rules import Rule
from verify import ir
from verify.canonical import Digest
from verify.graph import Graph
from verify.lemma import Lemma, lemma_text
from verify.node import lemma_of, rule_of
from verify.reasons import Refusal

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A rule of a graph with its node, and the lemma that it is."""

    node: Digest
    rule: Rule
    lemma: Lemma

    @property
    def text(self) -> str:
        """The declarations by which a proof uses it."""
        return "\n\n".join(t.rstrip() for t in lemma_text(self.lemma)) + "\n"


def rules_of(graph: Graph) -> tuple[Accepted, ...]:
    """Return the rules of a graph, in the order of what they say; each claim once."""
    found: dict[Digest, Accepted] = {}
    for node in graph.nodes.values():
        if node.kind != "rule":
            continue
        try:
            stated = rule_of(node)
            rule = Rule(stated.name, stated.left, stated.right, stated.where, both=is_both(*stated.sides))
            found.setdefault(stated.digest, Accepted(node.id, rule, lemma_of(node)))
        except Refusal:
            continue  # it was accepted by a reader that read more
    return tuple(sorted(found.values(), key=lambda a: (a.rule.left, a.rule.right, a.rule.where)))


def is_both(left: ir.Expr, right: ir.Expr) -> bool:
    """Say whether neither side is cheaper, so that each may be written as the other."""
    return static_cost(left) == static_cost(right) and ir.variables(left) == ir.variables(right)


def needed(items: Sequence[T], suffices: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return a part of some items that suffices, of which each is needed; all of them do, and with a part all that hold it.

    Junker, QuickXplain: Preferred Explanations and Relaxations for Over-Constrained Problems (AAAI 2004).
    """

    def go(base: list[T], added: bool, rest: Sequence[T]) -> list[T]:  # noqa: FBT001 - whether the base grew
        if added and suffices(base):
            return []
        if len(rest) <= 1:
            return list(rest)
        half = len(rest) // 2
        second = go([*base, *rest[:half]], bool(half), rest[half:])
        return go([*base, *second], bool(second), rest[:half]) + second

    return [] if suffices([]) else go([], added=False, rest=list(items))
