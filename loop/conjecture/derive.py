"""Which candidates follow from rules: both sides in one e-graph, in which the rules are run for a few rounds."""

from collections.abc import Sequence
from typing import Final

from egglog.bindings import EggSmolError, EGraph

from loop.conjecture.candidates import Candidate
from loop.techniques.egraph import Terms, schedule, theory
from loop.techniques.rules import Rule

ROUNDS: Final = 3
"""times that every rule is applied"""
TOGETHER: Final = 150
"""candidates that are put into one e-graph"""


def left_over(candidates: Sequence[Candidate], rules: Sequence[Rule]) -> list[Candidate]:
    """Return the candidates whose sides the rules do not make equal, in their order."""
    if not rules:
        return list(candidates)
    out: list[Candidate] = []
    for first in range(0, len(candidates), TOGETHER):
        part = candidates[first : first + TOGETHER]
        out += [c for c, same in zip(part, _made_equal(part, rules), strict=True) if not same]
    return out


def _made_equal(candidates: Sequence[Candidate], rules: Sequence[Rule]) -> list[bool]:
    terms, lines = Terms(), []
    for i, c in enumerate(candidates):
        left, right = c.sides
        lines += [f"(let $l{i} {terms.of(left)})", f"(let $r{i} {terms.of(right)})"]
    graph = EGraph()
    graph.run_program(*graph.parse_program("\n".join([theory(rules), *terms.leaf_lines, *lines, schedule(ROUNDS)])))
    return [_holds(graph, f"(check (= $l{i} $r{i}))") for i in range(len(candidates))]


def _holds(graph: EGraph, check: str) -> bool:
    try:
        graph.run_program(*graph.parse_program(check))
    except EggSmolError:
        return False
    return True
