"""Pairs of terms as rules: letters by first occurrence, the dearer side first, the more general pairs before the others."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from loop.conjecture.grammar import KINDS, Kind
from loop.conjecture.terms import Term
from loop.rule_store import is_both
from loop.simplify import static_cost
from loop.techniques.rules import Rule, parsed
from verify.canonical import digest
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
    terms: tuple[Term, Term] | None = field(default=None, compare=False)
    """the terms that it was made of, under their own letters"""

    @cached_property
    def sides(self) -> tuple[Expr, Expr]:
        """Both as expressions. Raises Refusal where the language has no such expression."""
        return parsed(self.left), parsed(self.right)

    @cached_property
    def both(self) -> bool:
        """Whether neither side is cheaper, so that each may be written as the other."""
        return is_both(*self.sides)

    @property
    def rank(self) -> tuple[int, int, int, str, str]:
        """What puts the more general candidates first: short ones, of few literals and of many letters."""
        text = f"{self.left} {self.right}"
        letters = {w for w in _WORD.findall(text) if w in KINDS}
        size = sum(t.size for t in self.terms or ())
        return size, len(_LITERAL.findall(text)), -len(letters), self.left, self.right

    def rule(self, proof: str | None = None) -> Rule:
        """Return it as a rule, named for what it says."""
        name = "found_" + digest("rule", {"left": self.left, "right": self.right})[:_NAMED]
        return Rule(name, self.left, self.right, both=self.both) if proof is None else Rule(
            name, self.left, self.right, proof=proof, both=self.both
        )  # fmt: skip


def candidate(one: Term, two: Term) -> Candidate | None:
    """Return two terms as a candidate; None where the language has none of them, or either side has letters of its own."""
    try:
        cheap, dear = sorted((one, two), key=lambda t: (static_cost(parsed(t.text)), t.size, t.text))
        if parsed(one.text) == parsed(two.text):
            return None  # the reader has worked out the literals
    except Refusal:
        return None
    for left, right in ((dear, cheap), (cheap, dear)):
        if _letters(right.text) <= _letters(left.text) and _letters(left.text) and left.text not in KINDS:
            return Candidate(*_renamed(left.text, right.text), (left, right))
    return None


def ranked(pairs: Iterable[tuple[Term, Term]]) -> list[Candidate]:
    """Return the candidates that pairs of terms are, each once, the more general ones first."""
    found = {(c.left, c.right): c for one, two in pairs if (c := candidate(one, two)) is not None}
    return sorted(found.values(), key=lambda c: c.rank)


def _letters(text: str) -> set[str]:
    return {w for w in _WORD.findall(text) if w in KINDS}


def _renamed(left: str, right: str) -> tuple[str, str]:
    """Return both texts with the letters of each kind named in the order in which they occur."""
    names: dict[str, str] = {}
    free: dict[Kind, list[str]] = {}
    for letter, kind in KINDS.items():
        free.setdefault(kind, []).append(letter)
    for word in _WORD.findall(f"{left} {right}"):
        if word in KINDS and word not in names:
            names[word] = free[KINDS[word]].pop(0)

    def put(match: re.Match[str]) -> str:
        return names.get(match[0], match[0])

    return _WORD.sub(put, left), _WORD.sub(put, right)
