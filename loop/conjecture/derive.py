"""Which candidates follow from rules: both sides in one e-graph, in which the rules are run for a few rounds."""

from collections.abc import Sequence
from typing import Final

from egglog.bindings import EggSmolError, EGraph

from loop.conjecture.candidates import Candidate
from loop.techniques.egraph import Terms, fact_lines, number, schedule, theory
from loop.techniques.rules import Rule
from verify import ir
from verify.ir import Expr

ROUNDS: Final = 3
"""times that every rule is applied"""
TOGETHER: Final = 150
"""candidates that are put into one e-graph"""


def left_over(candidates: Sequence[Candidate], rules: Sequence[Rule]) -> list[Candidate]:
    """Return the candidates whose sides the rules do not make equal where their conditions hold, in their order."""
    if not rules:
        return list(candidates)
    groups: dict[tuple[str, ...], list[Candidate]] = {}
    for c in candidates:
        groups.setdefault(c.where, []).append(c)
    made: set[Candidate] = set()
    for group in groups.values():
        for first in range(0, len(group), TOGETHER):
            part = group[first : first + TOGETHER]
            made.update(c for c, same in zip(part, _made_equal(part, rules), strict=True) if same)
    return [c for c in candidates if c not in made]


def _made_equal(candidates: Sequence[Candidate], rules: Sequence[Rule]) -> list[bool]:
    """Say of candidates under the same conditions whether the rules make their sides equal."""
    terms, lines = Terms(), list[str]()
    for i, c in enumerate(candidates):
        left, right = c.sides
        lines += [f"(let $l{i} {terms.of(left)})", f"(let $r{i} {terms.of(right)})"]
    for condition in candidates[0].conditions:
        lines += [*fact_lines(condition, terms), *_bound_lines(condition, terms)]
    graph, told = EGraph(), bool(candidates[0].where)
    text = "\n".join([theory(rules, told=told), *terms.leaf_lines, *lines, schedule(ROUNDS)])
    graph.run_program(*graph.parse_program(text))
    return [_holds(graph, f"(check (= $l{i} $r{i}))") for i in range(len(candidates))]


def _bound_lines(condition: Expr, terms: Terms) -> list[str]:
    """Return the commands that tell an e-graph of a bound, where a condition is one."""
    match condition:
        case ir.Compare((e, ir.Const(v)), ("ge" | "gt",)):
            return [f"(set (lo {terms.of(e)}) {number(int(v) + (condition.relations == ('gt',)))})"]
        case ir.Compare((e, ir.Const(v)), ("le" | "lt",)):
            return [f"(set (hi {terms.of(e)}) {number(int(v) - (condition.relations == ('lt',)))})"]
    return []


def _holds(graph: EGraph, check: str) -> bool:
    try:
        graph.run_program(*graph.parse_program(check))
    except EggSmolError:
        return False
    return True
