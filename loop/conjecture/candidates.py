"""Pairs of terms as rules: letters by first occurrence, the dearer side first, the more general pairs before the others."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from loop.conjecture.grammar import KINDS, Kind
from loop.conjecture.terms import Term
from loop.rule_store import is_both
from loop.simplify import static_cost
from loop.techniques.rules import PLAIN, Rule, parsed
from verify.canonical import Data, digest
from verify.ir import Expr
from verify.reasons import Refusal

_WORD: Final = re.compile(r"[a-z]+")
_LITERAL: Final = re.compile(r"\b[0-9]+\b|\bTrue\b|\bFalse\b")
_NAMED: Final = 10
"""digits of a digest in the name of a rule"""


@dataclass(frozen=True)
class Candidate:
    """Two terms that came to the same; the right one has no letter that the left one lacks."""

    left: str
    right: str
    where: tuple[str, ...] = ()
    """conditions under which they do"""
    terms: tuple[Term, Term] | None = field(default=None, compare=False)
    """the terms that its sides are"""

    @cached_property
    def sides(self) -> tuple[Expr, Expr]:
        """Both as expressions. Raises Refusal where the language has no such expression."""
        return parsed(self.left), parsed(self.right)

    @cached_property
    def conditions(self) -> tuple[Expr, ...]:
        """The conditions as expressions. Raises Refusal as `sides`."""
        return tuple(map(parsed, self.where))

    @cached_property
    def both(self) -> bool:
        """Whether neither side is cheaper, so that each may be written as the other."""
        return is_both(*self.sides)

    @property
    def rank(self) -> tuple[int, int, int, int, str, str, tuple[str, ...]]:
        """What puts the more general candidates first: short ones, of few literals and of many letters, without conditions."""
        size = sum(t.size for t in self.terms or ())
        return size, *generality(self.left, self.right, self.where), self.left, self.right, self.where

    @cached_property
    def name(self) -> str:
        """The name of the rule that it is: for what it says."""
        said: dict[str, Data] = {"left": self.left, "right": self.right, **({"where": list(self.where)} if self.where else {})}
        return "found_" + digest("rule", said)[:_NAMED]

    def rule(self, proof: str = PLAIN) -> Rule:
        """Return it as a rule with a proof."""
        return Rule(self.name, self.left, self.right, self.where, proof, both=self.both)


def candidate(one: Term, two: Term, where: Sequence[str] = ()) -> Candidate | None:
    """Return two terms as a candidate, under conditions on the letters of the terms.

    None where the language has none of them, or where the right side or a condition has letters of its own.
    """
    try:
        cheap, dear = sorted((one, two), key=lambda t: (static_cost(parsed(t.text)), t.size, t.text))
        if parsed(one.text) == parsed(two.text):
            return None  # the reader has worked out the literals
    except Refusal:
        return None
    asked = letters_of(" ".join(where))
    for left, right in ((dear, cheap), (cheap, dear)):
        if letters_of(right.text) | asked <= letters_of(left.text) and letters_of(left.text) and left.text not in KINDS:
            return _candidate(left, right, where)
    return None


def _candidate(left: Term, right: Term, where: Sequence[str]) -> Candidate:
    names = first_names(f"{left.text} {right.text}")
    terms = left.renamed(names), right.renamed(names)
    return Candidate(put(left.text, names), put(right.text, names), tuple(sorted(put(w, names) for w in where)), terms)


def generality(left: str, right: str, where: Sequence[str]) -> tuple[int, int, int]:
    """Return what is smaller for a more general equation: the conditions, the literals, and the letters below 0."""
    text = f"{left} {right}"
    return len(where), len(_LITERAL.findall(text)), -len(letters_of(text))


def ranked(pairs: Iterable[tuple[Term, Term]]) -> list[Candidate]:
    """Return the candidates that pairs of terms are, each once, the more general ones first."""
    found = {(c.left, c.right): c for one, two in pairs if (c := candidate(one, two)) is not None}
    return sorted(found.values(), key=lambda c: c.rank)


def letters_of(text: str) -> frozenset[str]:
    """Return the letters that stand in a text."""
    return frozenset(w for w in _WORD.findall(text) if w in KINDS)


def first_names(text: str) -> dict[str, str]:
    """Return for each letter of a text the one that it is to have: those of each kind in the order in which they occur."""
    names: dict[str, str] = {}
    free: dict[Kind, list[str]] = {}
    for letter, kind in KINDS.items():
        free.setdefault(kind, []).append(letter)
    for word in _WORD.findall(text):
        if word in KINDS and word not in names:
            names[word] = free[KINDS[word]].pop(0)
    return names


def put(text: str, names: Mapping[str, str]) -> str:
    """Return a text with other letters."""
    return _WORD.sub(lambda match: names.get(match[0], match[0]), text)
