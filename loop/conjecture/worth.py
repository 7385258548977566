"""What a rule is worth: whether its left side occurs in programs, whether a more general rule holds, what others make up for."""

from collections.abc import Sequence
from typing import Final

from loop.conjecture.candidates import Candidate, candidate, generality
from loop.conjecture.derive import left_over
from loop.conjecture.grammar import KINDS, Grammar, Point, kind_of
from loop.conjecture.meaning import valid
from loop.conjecture.terms import Term
from loop.techniques.rules import Rule

SELDOM: Final = 8
"""a side that raises nothing on less than one sample in so many is one that programs do not have"""


def fault(one: Candidate, points: Sequence[Point]) -> str:
    """Say why nobody needs a candidate, "" where nothing speaks against it; `points` are samples on which its conditions hold.

    Its left side must be valid on a fair share of them, the right one wherever the left one is, and so the other way round where
    each may be written as the other. A part without letters is worked out by whoever reads it, so no rule need speak of one.
    """
    if any(_closed(t) for t in one.terms or ()):
        return "a part of it is a literal"
    left, right = (valid(e, points) for e in one.sides)
    if sum(left) * SELDOM < len(points) or not points:
        return "its left side is seldom valid"
    if any(a and not b for a, b in zip(left, right, strict=True)):
        return "its right side raises where its left side does not"
    if one.both and left != right:
        return "its left side raises where its right side does not"
    return ""


def _closed(term: Term) -> bool:
    """Say whether a term is an operator over literals, or has such a part."""
    if term.operator is None:
        return False
    return not any(leaf in KINDS for leaf in term.leaves()) or any(map(_closed, term.operands))


def general(one: Candidate, grammar: Grammar, points: Sequence[Point]) -> Candidate:
    """Return a candidate with letters in place of its literals, as far as both sides still agree on all samples."""
    if one.terms is None or one.where:
        return one
    left, right = one.terms
    literals = sorted({n for t in (left, right) for n in t.leaves() if n not in KINDS})
    for literal in literals:
        taken = {*left.leaves(), *right.leaves()}
        letter = next((n for n in grammar.letters if n not in taken and KINDS[n] == kind_of(literal)), None)
        if letter is None:
            continue
        wider = left.renamed({literal: letter}), right.renamed({literal: letter})
        ends = zip(*(t.at(points) for t in wider), strict=True)
        met = [a == b for a, b in ends if a is not None and b is not None]
        if all(met) and len(met) * SELDOM >= len(points):
            left, right = wider
    return one if (left, right) == one.terms else candidate(left, right) or one


def minimised(found: Sequence[Rule], known: Sequence[Rule], pool: Sequence[Candidate]) -> list[Rule]:
    """Return the rules without those that are not needed for what all of them derive of a pool, the special ones given up first.

    What is derived is what a few rounds of rewriting by `known` and the rules make equal, as in Ruler. A pool of equations that
    save ticks asks of a rule that saves none what it is good for.
    """
    kept = sorted(found, key=_special)
    due = derived([*known, *kept], pool)
    for rule in kept[::-1]:
        rest = [r for r in kept if r is not rule]
        if due <= derived([*known, *rest], sorted(due, key=lambda c: c.rank)):
            kept = rest
    return kept


def _special(rule: Rule) -> tuple[int, int, int, int, str, str, tuple[str, ...]]:
    """Return what puts general rules first: without conditions, of few literals and many letters, short."""
    return *generality(rule.left, rule.right, rule.where), len(rule.left) + len(rule.right), rule.left, rule.right, rule.where


def derived(rules: Sequence[Rule], pool: Sequence[Candidate]) -> frozenset[Candidate]:
    """Return what rules make equal of a pool."""
    return frozenset(pool) - frozenset(left_over(pool, rules))
