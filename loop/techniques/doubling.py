"""Word-parallel steps by doubled distances, `t = t ^ t >> 1`, `t = t ^ t >> 2` and so on, with the values that they end with."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from loop.simplify import static_cost
from loop.techniques.enumerate_terms import NARROW, Rows, combined, lengths
from verify import ir
from verify.expr import Arithmetic
from verify.ir import Expr, Name

FOLDS: Final[tuple[Arithmetic, ...]] = ("or", "xor", "and", "add")
"""by which a word is combined with itself, shifted"""


@dataclass(frozen=True, slots=True)
class Steps:
    """Values that one name takes in turn; the first is over the parameters alone."""

    name: Name
    values: tuple[Expr, ...]
    last: Rows
    """what the name holds in the end, a column for each sample"""
    followed: bool = False
    """whether a long search goes on from it, wherever it ended: it began with a parameter and the nearest distance"""

    @property
    def cost(self) -> int:
        """Ticks."""
        return sum(static_cost(e) + 1 for e in self.values)

    @property
    def block(self) -> ir.Block:
        """The assignments."""
        return tuple(ir.Assign((self.name,), (e,)) for e in self.values)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of `width` bits, with the next power of two of them."""

    width: int

    @property
    def whole(self) -> int:
        """Bits of the word that is worked on."""
        return 1 << (self.width - 1).bit_length()

    @property
    def distances(self) -> list[int]:
        """The powers of two below the width."""
        return [1 << i for i in range((self.width - 1).bit_length())]

    def fields(self, distance: int) -> int:
        """Return ones in every other field of so many bits, the lowest one first: 0x33333333 for 2 bits of 32."""
        return int(((1 << self.whole) - 1) // ((1 << distance) + 1))

    def units(self, bits: int) -> int:
        """Return a one in every field of so many bits: 0x01010101 for 8 bits of 32."""
        return int(((1 << self.whole) - 1) // ((1 << bits) - 1))


def evaluated(e: Expr, env: Mapping[Name, Rows]) -> Rows | None:
    """Return the values of a sum, product, shift or bit operator over names; None where they get too long."""
    match e:
        case ir.Var(name):
            return env[name]
        case ir.Const(value):
            return np.full(len(next(iter(env.values()))), int(value), next(iter(env.values())).dtype)
        case ir.Unary(op, operand):
            inner = evaluated(operand, env)
            return None if inner is None else -inner if op == "neg" else ~inner
        case ir.Binary(op, left, right):
            a, b = evaluated(left, env), evaluated(right, env)
            if a is None or b is None:
                return None
            grown = {"lshift": int(b.max()), "mul": int(lengths(b[None, :])[0])}.get(op, 1)
            return None if int(lengths(a[None, :])[0]) + grown > NARROW else combined(op, a, b)
    return None


class Doubling:
    """Makes steps from words among the parameters."""

    def __init__(self, word: Word, env: Mapping[Name, Rows], name: Name) -> None:
        """Take the values of the parameters on the samples, and a name that is free."""
        self.word, self.env, self.name = word, env, name
        self.own = ir.Var(name, "int")

    def all(self, starts: Sequence[Expr]) -> Iterator[Steps]:
        """Yield steps from each start: folds of runs of distances, sums of fields, exchanges of fields."""
        distances = self.word.distances
        spans = [distances[i:j] for i in range(len(distances)) for j in range(i + 1, len(distances) + 1)]
        for start in starts:
            for op in FOLDS:
                for span in spans:
                    for shift in ("rshift", "lshift"):
                        follow = shift == "rshift" and span[0] == 1
                        yield from self._run(start, [self._fold(op, shift, k) for k in span], follow=follow)
            for span in spans:
                if span[0] == 1:
                    yield from self._sums(start, span)
                yield from self._run(start, [self._swap(k) for k in span])

    def _shifted(self, op: Arithmetic, by: int, of: Expr | None = None) -> Expr:
        return ir.Binary(op, of or self.own, ir.Const(by))

    def _fold(self, op: Arithmetic, shift: str, k: int) -> Expr:
        moved = self._shifted("rshift" if shift == "rshift" else "lshift", k)
        whole = ir.Binary(op, self.own, moved)
        return whole if shift == "rshift" else ir.Binary("and", whole, ir.Const((1 << self.word.width) - 1))

    def _swap(self, k: int) -> Expr:
        mask = ir.Const(self.word.fields(k))
        if 2 * k == self.word.whole:
            # the halves of a word need one mask only
            return ir.Binary("or", self._shifted("lshift", k, ir.Binary("and", self.own, mask)), self._shifted("rshift", k))
        low, high = ir.Binary("and", self.own, mask), ir.Binary("and", self._shifted("rshift", k), mask)
        return ir.Binary("or", self._shifted("lshift", k, low), high)

    def _sum_ways(self, k: int) -> list[Expr]:
        """Return ways to add fields of k bits to their neighbours, the cheapest first; the last is always right."""
        mask, moved = ir.Const(self.word.fields(k)), self._shifted("rshift", k)
        high = ir.Binary("and", moved, mask)
        return [
            ir.Binary("sub", self.own, high),
            ir.Binary("and", ir.Binary("add", self.own, moved), mask),
            ir.Binary("add", ir.Binary("and", self.own, mask), high),
        ]

    def _sums(self, start: Expr, span: Sequence[int]) -> Iterator[Steps]:
        """Yield sums of fields, each step in the cheapest way that gives the same on the samples."""
        values = evaluated(start, self.env)
        steps: list[Expr] = []
        for k in span:
            if values is None:
                return
            ways = [(e, evaluated(e, {**self.env, self.name: values})) for e in self._sum_ways(k)]
            due = ways[-1][1]
            if due is None:
                return
            step, values = next((e, v) for e, v in ways if v is not None and (v == due).all())
            steps.append(step)
        yield from self._run(start, steps, follow=True)

    def _run(self, start: Expr, steps: Sequence[Expr], *, follow: bool = False) -> Iterator[Steps]:
        values = evaluated(start, self.env)
        if isinstance(start, ir.Var):
            first, rest = [ir.substitute(steps[0], {self.name: start})], steps[1:]
        else:
            first, rest = [start], steps
        env = dict(self.env)
        for e in steps:
            if values is None:
                return
            env[self.name] = values
            values = evaluated(e, env)
        if values is not None:
            yield Steps(self.name, (*first, *rest), values, follow and isinstance(start, ir.Var))
