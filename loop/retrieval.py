"""Retrieves lemmas for a goal: those whose constants overlap most with the goal's, rare constants weighing more."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from loop.goal_text import at_top, binders, to_head, words

_SYMBOLS: Final = ("+", "-", "*", "/", "%", "^", "∣", "≤", "<", "=", "++", "::")
_KEYWORDS: Final = frozenset({"theorem", "fun", "if", "then", "else", "by", "show", "have", "let", "in", "True", "False"})


@dataclass(frozen=True, slots=True)
class Lemma:
    """A theorem that holds: its name, and its head without `theorem` and the name."""

    name: str
    statement: str


def to_lemma(text: str) -> Lemma | None:
    """Read the name and the head of a theorem's text; None where it is none.

    >>> to_lemma("theorem two_le (n : Nat) : 2 ≤ n + 2 := by omega")
    Lemma(name='two_le', statement='(n : Nat) : 2 ≤ n + 2')
    """
    if not text.startswith("theorem "):
        return None
    body = text.removeprefix("theorem ")
    end = at_top(body, (":=",))
    name, _, statement = body[: end[0] if end else len(body)].strip().partition(" ")
    return Lemma(name, " ".join(statement.split()))


def constants(statement: str) -> frozenset[str]:
    """Return the constants and operators of a statement, names that it binds left out.

    >>> sorted(constants("(n : Nat) : f n = n + 1"))
    ['+', '=', 'Nat', 'f']
    """
    bound = {b.name for b in to_head(statement).binders} | {b.name for b in binders(statement)}
    found = {w.split(".")[0] if w.split(".")[0] not in bound else "" for w in words(statement)} - bound - _KEYWORDS - {""}
    # a longer operator before those that it begins with
    for symbol in sorted(_SYMBOLS, key=len, reverse=True):
        if symbol in statement:
            found.add(symbol)
            statement = statement.replace(symbol, " ")
    return frozenset(found)


class Retrieval:
    """Lemmas by the weight of what they share with a goal."""

    def __init__(self, lemmas: Iterable[Lemma]) -> None:
        """Take the lemmas; of two with one name the later one counts."""
        self._lemmas = {m.name: (m, constants(m.statement)) for m in lemmas}
        self._uses = Counter(c for _, found in self._lemmas.values() for c in found)

    def best(self, statement: str, most: int) -> tuple[Lemma, ...]:
        """Return at most so many lemmas, best first; names decide between equals. One that shares nothing is never among them."""
        due = constants(statement)
        scored = [(self._score(due, found), m) for m, found in self._lemmas.values()]
        ranked = sorted(((-s, m.name, m) for s, m in scored if s > 0), key=lambda entry: entry[:2])
        return tuple(m for _, _, m in ranked[:most])

    def _score(self, due: frozenset[str], found: frozenset[str]) -> Fraction:
        """Weigh what is shared against all of the lemma, each constant by the inverse of how many lemmas have it."""
        shared = self._weight(due & found)
        return shared * shared / (self._weight(found) or Fraction(1))

    def _weight(self, of: frozenset[str]) -> Fraction:
        return sum((Fraction(1, self._uses[c]) for c in of), Fraction(0))


def names(lemmas: Sequence[Lemma]) -> tuple[str, ...]:
    """Return the lemmas' names in order."""
    return tuple(m.name for m in lemmas)
