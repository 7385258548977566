"""Terms of a grammar by size, one for each behaviour; what behaves as an earlier one is a candidate for a rule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from loop.conjecture.grammar import Grammar, Kind, Operator, Point, Vector, kind_of, value, vector

KNOWN: Final = 3
"""a term is looked at where it has a value on all samples but one in so many"""


@dataclass(frozen=True, slots=True)
class Term:
    """A term as text, with what it comes to on the samples."""

    text: str
    kind: Kind
    size: int
    values: Vector
    operator: Operator | None = None
    operands: "tuple[Term, ...]" = ()

    def renamed(self, names: Mapping[str, str]) -> "Term":
        """Return it with other leaves in place of some, without values."""
        if self.operator is None:
            leaf = names.get(self.text, self.text)
            return self if leaf == self.text else Term(leaf, self.kind, 1, ())
        operands = tuple(t.renamed(names) for t in self.operands)
        return self if operands == self.operands else _made(self.operator, operands, self.size, ())

    def leaves(self) -> Iterator[str]:
        """Yield its leaves from left to right."""
        if self.operator is None:
            yield self.text
        for t in self.operands:
            yield from t.leaves()

    def at(self, points: Sequence[Point]) -> Vector:
        """Return what it comes to on other samples."""
        if self.operator is None:
            return vector(self.text, points)
        rows = zip(*(t.at(points) for t in self.operands), strict=True)
        return tuple(value(self.operator, row) for row in rows)


class Bank:
    """The terms of a grammar, smallest first."""

    def __init__(self, grammar: Grammar, points: Sequence[Point]) -> None:
        """Begin with none; `points` are the samples."""
        self._grammar, self._points = grammar, points
        self._classes: dict[tuple[Kind, Vector], Term] = {}
        self._by_size: list[list[Term]] = [[]]

    @property
    def size(self) -> int:
        """The size up to which the terms are there."""
        return len(self._by_size) - 1

    def __len__(self) -> int:
        """Return how many behaviours are known."""
        return len(self._classes)

    def terms(self, size: int) -> Iterator[Term]:
        """Yield the terms up to a size, smallest first; of those that behave alike the first one."""
        for of in self._by_size[: size + 1]:
            yield from of

    def grow(self) -> Iterator[tuple[Term, Term]]:
        """Make the terms of the next size; yield each that behaves as a smaller or earlier one, with that one."""
        new: list[Term] = []
        for term in self._leaves() if not self.size else self._composed(self.size + 1):
            known = self._classes.get((term.kind, term.values))
            if known is not None:
                yield known, term
            elif sum(v is None for v in term.values) * KNOWN <= len(self._points):
                self._classes[term.kind, term.values] = term
                new.append(term)
        self._by_size.append(new)

    def _leaves(self) -> Iterator[Term]:
        for leaf in self._grammar.leaves:
            yield Term(leaf, kind_of(leaf), 1, vector(leaf, self._points))

    def _composed(self, size: int) -> Iterator[Term]:
        for operator in self._grammar.operators:
            for sizes in _splits(size - 1, len(operator.takes)):
                groups = [[t for t in self._by_size[n] if t.kind == k] for n, k in zip(sizes, operator.takes, strict=True)]
                for operands in product(*groups):
                    yield _applied(operator, operands, size)


def _splits(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield the ways to write a number as a sum of so many, each at least 1.

    >>> list(_splits(3, 2))
    [(1, 2), (2, 1)]
    """
    if parts == 1:
        if total > 0:
            yield (total,)
        return
    for first in range(1, total - parts + 2):
        for rest in _splits(total - first, parts - 1):
            yield (first, *rest)


def _applied(operator: Operator, operands: tuple[Term, ...], size: int) -> Term:
    return _made(operator, operands, size, tuple(value(operator, row) for row in zip(*(t.values for t in operands), strict=True)))


def _made(operator: Operator, operands: tuple[Term, ...], size: int, values: Vector) -> Term:
    return Term(operator.text.format(*(t.text for t in operands)), operator.gives, size, values, operator, operands)
