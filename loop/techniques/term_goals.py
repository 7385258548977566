"""Finds what returns the values that are due, from a bank of terms: a term, one more operator, two terms met in the middle."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from loop.techniques.enumerate_terms import CHUNK, UNARY, Bank, Rows, combined, hashed
from verify import ir
from verify.ir import Expr

SOME: Final = 5
"""samples on which most is told apart; what passes is looked at on all"""
JOINED: Final[tuple[ir.Arithmetic, ...]] = ("add", "sub", "xor")
"""operators by which one operand follows from the result and the other"""
FILTERED: Final[tuple[ir.Arithmetic, ...]] = ("and", "or")
"""operators whose operands are known to have, or to lack, bits of the result"""
SIDES: Final = 1_500
"""operands of those that are tried"""
HITS: Final = 40
"""of one kind that are handed back"""


@dataclass(frozen=True, slots=True)
class Hit:
    """An expression that gives what is due on all samples, with its ticks where nothing in it is shared."""

    cost: int
    value: Expr


@dataclass(frozen=True, slots=True)
class Goal:
    """What is due on the samples; `mask` is that of the word within which it lies, None for a search without one."""

    due: Rows
    mask: int | None = None

    @property
    def extra(self) -> int:
        """Ticks of the mask."""
        return int(self.mask is not None)

    def cut(self, values: Rows) -> Rows:
        """Return values as far as they count."""
        return values if self.mask is None else values & self.mask

    def whole(self, e: Expr) -> Expr:
        """Return the result that a term stands for."""
        return e if self.mask is None else ir.Binary("and", e, ir.Const(self.mask))


class Finder:
    """Looks in a bank, as it is when it is asked."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank

    def terms(self, goal: Goal, since: int = 0) -> Iterator[Hit]:
        """Yield the terms from a level on that give what is due."""
        start = self.bank.starts[since]
        right = (goal.cut(self.bank.values[start:]) == goal.due).all(axis=1)
        for row in np.flatnonzero(right)[:HITS] + start:
            yield self.hit(goal, int(row))

    def last(self, goal: Goal) -> Iterator[Hit]:
        """Yield terms of one level more, whose last operator has a leaf or a literal for an operand."""
        bank, leaves = self.bank, range(self.bank.starts[1])
        some, due = bank.values[:, :SOME], goal.due[:SOME]
        for op in UNARY:
            yield from self._checked(goal, -some if op == "neg" else ~some, due, op)
        for amount in bank.words.amounts:
            yield from self._checked(goal, some >> amount, due, "rshift by", amount)
            fits = np.where((bank.sizes + amount <= bank.limit)[:, None], some, 0)
            yield from self._checked(goal, fits << amount, due, "lshift by", amount)
        for leaf in leaves:
            own = some[leaf]
            for op in bank.words.operators:
                if op in ("lshift", "rshift") and leaf not in bank.words.movers:
                    continue
                if op in ("floordiv", "mod") and not (bank.values[leaf] > 0).all():
                    continue
                fits = np.ones(len(some), bool)
                if op in ("mul", "lshift"):
                    more = bank.sizes[leaf] if op == "mul" else int(bank.values[leaf].max())
                    fits = bank.sizes + more <= bank.limit
                values = np.where(fits[:, None], some, 0)
                yield from self._checked(goal, combined(op, values, own), due, op, leaf)
                if op == "sub":
                    yield from self._checked(goal, own - some, due, "sub", leaf, swapped=True)

    def joined(self, goal: Goal) -> Iterator[Hit]:
        """Yield sums, differences and exclusive ors of two terms of the bank."""
        bank = self.bank
        some, due = bank.values[:, :SOME], goal.due[:SOME]
        hashes = hashed(goal.cut(some))
        order = np.argsort(hashes, kind="stable")
        table = hashes[order]
        for op in JOINED:
            # for a difference: the left operand that the right one asks for
            wanted = {"add": due - some, "sub": due + some, "xor": due ^ some}[op]
            keys = hashed(goal.cut(wanted))
            low, high = (np.searchsorted(table, keys, side=side) for side in ("left", "right"))
            found = list[tuple[int, int, int]]()
            for right in np.flatnonzero(high > low):
                for place in range(low[right], min(high[right], low[right] + 8)):
                    found.append((bank.level(int(right)) + bank.level(int(order[place])), int(order[place]), int(right)))
                if len(found) > 50 * HITS:
                    break
            yield from self._confirmed(goal, op, sorted(found))

    def filtered(self, goal: Goal) -> Iterator[Hit]:
        """Yield conjunctions and disjunctions of the bits of two terms of the bank."""
        values = self.bank.values
        for op in FILTERED:
            kept = goal.cut(values & goal.due if op == "and" else values | goal.due) == goal.due
            rows = np.flatnonzero(kept.all(axis=1))[:SIDES]
            found = list[tuple[int, int, int]]()
            step = max(1, CHUNK // max(1, len(rows)))
            for begin in range(0, len(rows), step):
                a = rows[begin : begin + step]
                made = combined(op, values[a][:, None, :SOME], values[rows][None, :, :SOME])
                near, far = np.nonzero((goal.cut(made) == goal.due[:SOME]).all(axis=2))
                pairs = zip(a[near].tolist(), rows[far].tolist(), strict=True)
                found += [(self.bank.level(i) + self.bank.level(j), i, j) for i, j in pairs if i < j]
                if len(found) > 50 * HITS:
                    break
            yield from self._confirmed(goal, op, sorted(found))

    def shared(self, goal: Goal) -> Iterator[Hit]:
        """Yield terms that read one term twice, a shift of it included, and at most one name besides: `x ^ t ^ t << k`."""
        bank = self.bank
        some, names = bank.values[:, :SOME], [i for i, x in enumerate(bank.words.leaves) if isinstance(x, ir.Var)]
        for kind, by, moved in self._moved(some):
            for op in ("xor", "add", "or", "sub"):
                made = goal.cut(combined(op, some, moved))
                for outer, leaf in [(None, 0), *((o, n) for o in JOINED for n in names)]:
                    due = goal.due[:SOME]
                    if outer is not None:
                        own = bank.values[leaf, :SOME]
                        due = {"add": due - own, "sub": own - due, "xor": due ^ own}[outer]
                    rows = np.flatnonzero((made == goal.cut(due)).all(axis=1))
                    for row in rows[:HITS].tolist():
                        yield from self._twice(goal, row, (kind, by, op, outer, leaf))

    def _moved(self, some: Rows) -> Iterator[tuple[str, int, Rows]]:
        """Yield shifts of all terms, by literals and by names; a shift that would be too long is 0."""
        bank = self.bank
        for k in bank.words.amounts:
            yield "rshift by", k, some >> k
            yield "lshift by", k, np.where((bank.sizes + k <= bank.limit)[:, None], some, 0) << k
        for leaf in bank.words.movers:
            own = bank.values[leaf]
            yield "rshift", leaf, some >> own[:SOME]
            yield "lshift", leaf, np.where((bank.sizes + int(own.max()) <= bank.limit)[:, None], some, 0) << own[:SOME]

    def _twice(self, goal: Goal, row: int, how: tuple[str, int, str, str | None, int]) -> Iterator[Hit]:
        """Yield what reads a term twice where it gives what is due on all samples."""
        kind, by, op, outer, leaf = how
        bank, term = self.bank, self.bank.expression(row)
        literal = kind.endswith(" by")
        shift: str = kind.removesuffix(" by")
        amount: Rows = np.array(by) if literal else bank.values[by]
        if shift == "lshift" and int(bank.sizes[row]) + int(np.max(amount)) > bank.limit:
            return
        values = combined(op, bank.values[row], combined(shift, bank.values[row], amount))
        second = ir.Const(by) if literal else bank.expression(by)
        e: Expr = ir.Binary(op, term, ir.Binary(shift, term, second))  # type: ignore[arg-type]  # operators
        if outer is not None:
            left, right = (bank.values[leaf], values) if outer == "sub" else (values, bank.values[leaf])
            values = combined(outer, left, right)
            pair = (bank.expression(leaf), e) if outer == "sub" else (e, bank.expression(leaf))
            e = ir.Binary(outer, *pair)  # type: ignore[arg-type]  # an operator
        if (goal.cut(values) == goal.due).all():
            yield Hit(bank.level(row) + 3 + (outer is not None) + goal.extra, goal.whole(e))

    def hit(self, goal: Goal, row: int) -> Hit:
        """Return a term as what it costs and what it says."""
        return Hit(self.bank.level(row) + goal.extra, goal.whole(self.bank.expression(row)))

    def _checked(
        self, goal: Goal, some: Rows, due: Rows, op: str, other: int | None = None, *, swapped: bool = False
    ) -> Iterator[Hit]:
        """Yield an operator on terms, and on another where it has two operands, where it is right on some samples and on all."""
        for row in np.flatnonzero((goal.cut(some) == due).all(axis=1))[:HITS].tolist():
            right = row if other is None else other
            yield from self._made(goal, op, *((right, row) if swapped else (row, right)))

    def _confirmed(self, goal: Goal, op: str, found: list[tuple[int, int, int]]) -> Iterator[Hit]:
        kept = 0
        for _, left, right in found[: 50 * HITS]:
            for hit in self._made(goal, op, left, right):
                yield hit
                kept += 1
            if kept >= HITS:
                break

    def _made(self, goal: Goal, op: str, left: int, right: int) -> Iterator[Hit]:
        """Yield one more term where it gives what is due on all samples."""
        bank = self.bank
        a = bank.values[left]
        literal = op.endswith(" by")
        kind: str = op.removesuffix(" by")
        if kind in ("mul", "lshift"):
            more = int(right) if literal else int(bank.sizes[right] if kind == "mul" else bank.values[right].max())
            if bank.sizes[left] + more > bank.limit:
                return
        second_values: Rows = np.array(right) if literal else bank.values[right]
        values = (-a if op == "neg" else ~a) if op in UNARY else combined(kind, a, second_values)
        if not (goal.cut(values) == goal.due).all():
            return
        first = bank.expression(left)
        cost = bank.level(left) + 1 + goal.extra
        if op in UNARY:
            e: Expr = ir.Unary(op, first)  # type: ignore[arg-type]  # one of them
        else:
            second: Expr = ir.Const(right) if literal else bank.expression(right)
            cost += 0 if literal else bank.level(right)
            e = ir.Binary(kind, first, second)  # type: ignore[arg-type]  # one of them
        yield Hit(cost, goal.whole(e))
