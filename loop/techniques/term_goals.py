"""Finds what returns the values that are due, from a bank of terms: a term, two terms met in the middle, or a choice of terms."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from loop.techniques.enumerate_terms import CHUNK, UNARY, Bank, Rows, combined, hashed
from verify import ir
from verify.expr import Relation
from verify.ir import Expr

SOME: Final = 4
"""samples on which most is told apart; what passes is looked at on all"""
JOINED: Final[tuple[ir.Arithmetic, ...]] = ("add", "sub", "xor")
"""operators by which one operand follows from the result and the other"""
FILTERED: Final[tuple[ir.Arithmetic, ...]] = ("and", "or")
"""operators whose operands are known to have, or to lack, bits of the result"""
SIDES: Final = 1_500
"""operands of those that are tried"""
HITS: Final = 40
"""of one kind that are handed back"""
OPERANDS, CONDITIONS, ARMS, RESTS = 120, 3_000, 250, 40
"""terms that are compared; conditions and arms of a choice; conditions of which one side is a choice again"""
BRANCH: Final = 1
"""ticks of a choice besides its parts"""
RELATIONS: Final[tuple[Relation, ...]] = ("lt", "le", "eq", "ne")
OPPOSITES: Final[dict[Relation, Relation]] = {"lt": "ge", "le": "gt", "eq": "ne", "ne": "eq"}


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
            yield from self._checked(goal, -some if op == "neg" else ~some, due, lambda r, op=op: (op, r, r))
        for amount in bank.words.amounts:
            yield from self._checked(goal, some >> amount, due, lambda r, k=amount: ("rshift by", r, k))
            fits = np.where((bank.sizes + amount <= bank.limit)[:, None], some, 0)
            yield from self._checked(goal, fits << amount, due, lambda r, k=amount: ("lshift by", r, k))
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
                yield from self._checked(goal, combined(op, values, own), due, lambda r, op=op, x=leaf: (op, r, x))
                if op == "sub":
                    yield from self._checked(goal, own - some, due, lambda r, x=leaf: ("sub", x, r))

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
        amount = by if literal else bank.values[by]
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

    def _checked(self, goal: Goal, some: Rows, due: Rows, how: Callable[[int], tuple[str, int, int]]) -> Iterator[Hit]:
        rows = np.flatnonzero((goal.cut(some) == due).all(axis=1))
        for row in rows[:HITS]:
            op, left, right = how(int(row))
            yield from self._made(goal, op, left, right)

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
        if op in UNARY:
            values = -a if op == "neg" else ~a
        else:
            values = combined(kind, a, right if literal else bank.values[right])
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


@dataclass(frozen=True, slots=True)
class Conditions:
    """Comparisons of two terms, and truths of one, the cheapest first and one for each way to part the samples.

    `bits` has a bit for each sample on which it holds; `kinds` are places in RELATIONS, and -1 for the truth of `left`.
    """

    bits: Rows
    costs: Rows
    kinds: Rows
    left: Rows
    right: Rows

    def expression(self, at: int, bank: Bank) -> Expr:
        """Return one as what a test may be."""
        first = bank.expression(int(self.left[at]))
        if self.kinds[at] < 0:
            return ir.Unary("truth", first)
        return ir.Compare((first, bank.expression(int(self.right[at]))), (RELATIONS[self.kinds[at]],))


def as_bits(table: Rows) -> Rows:
    """Return rows of up to 64 bools as ints, the first column lowest."""
    weights = np.uint64(1) << np.arange(table.shape[1], dtype=np.uint64)
    return (table.astype(np.uint64) * weights).sum(axis=1, dtype=np.uint64)


class Choices:
    """Conditional expressions over a bank, as it is when this is made."""

    def __init__(self, bank: Bank) -> None:
        self.bank, self.finder = bank, Finder(bank)
        self.all = np.uint64((1 << bank.values.shape[1]) - 1)

    @cached_property
    def conditions(self) -> Conditions:
        """The conditions on what is cheap."""
        bank, parts = self.bank, list[tuple[Rows, ...]]()
        cheap = np.arange(bank.starts[min(bank.levels, 2)])
        level = np.searchsorted(bank.starts, np.arange(len(bank.values)), side="right") - 1
        parts.append((as_bits(bank.values[cheap] != 0), level[cheap], np.full(len(cheap), -1), cheap, cheap))
        rows = np.arange(min(len(bank.values), OPERANDS))
        left, right = np.repeat(rows, len(rows)), np.tile(rows, len(rows))
        for kind, relation in enumerate(RELATIONS[:-1]):
            bits = as_bits(compared(relation, bank.values[left], bank.values[right]))
            parts.append((bits, level[left] + level[right] + 1, np.full(len(left), kind), left, right))
        bits, costs, kinds, left, right = (np.concatenate(column) for column in zip(*parts, strict=True))
        parted = (bits != 0) & (bits != self.all)
        order = np.flatnonzero(parted)[np.lexsort((left[parted] + right[parted], costs[parted]))]
        _, first = np.unique(np.minimum(bits, self.all & ~bits)[order], return_index=True)  # the arms may change places
        kept = order[np.sort(first)[:CONDITIONS]]
        return Conditions(bits[kept], costs[kept], kinds[kept], left[kept], right[kept])

    def choices(self, goal: Goal) -> list[Hit]:
        """Return choices between two terms, or a term and such a choice, the cheapest first."""
        bank = self.bank
        arms, places = np.unique(as_bits(goal.cut(bank.values) == goal.due), return_index=True)
        order = np.argsort(places, kind="stable")
        kept = order[arms[order] != 0][:ARMS]
        arms, places = arms[kept], places[kept]
        if not len(arms) or not len(self.conditions.bits):
            return []
        found = [*self._flat(goal, arms, places, self.all)] or [*self._nested(goal, arms, places)]
        return sorted(found, key=lambda h: h.cost)[:HITS]

    def _flat(self, goal: Goal, arms: Rows, places: Rows, asked: Rows) -> Iterator[Hit]:
        tests = self.conditions.bits
        then, orelse = (_covering(arms, side & asked) for side in (tests, ~tests))
        for at in np.flatnonzero((then >= 0) & (orelse >= 0)).tolist()[:HITS]:
            yield self._choice(at, self.finder.hit(goal, int(places[then[at]])), self.finder.hit(goal, int(places[orelse[at]])))

    def _choice(self, at: int, then: Hit, orelse: Hit) -> Hit:
        e = ir.Choice(self.conditions.expression(at, self.bank), then.value, orelse.value)
        return Hit(int(self.conditions.costs[at]) + BRANCH + then.cost + orelse.cost, e)

    def _nested(self, goal: Goal, arms: Rows, places: Rows) -> Iterator[Hit]:
        """Yield choices one arm of which is a term and the other a choice."""
        tests = self.conditions.bits
        seen: set[int] = set()
        covers = [_covering(arms, side & self.all) for side in (tests, ~tests)]
        for at in range(len(tests)):
            for cover, rest, swapped in ((covers[0], ~tests[at], False), (covers[1], tests[at], True)):
                asked = rest & self.all
                if cover[at] < 0 or int(asked) in seen or len(seen) >= RESTS:
                    continue
                seen.add(int(asked))
                own = self.finder.hit(goal, int(places[cover[at]]))
                inner = next(self._flat(goal, arms, places, asked), None)
                if inner is not None:
                    yield self._choice(at, *((inner, own) if swapped else (own, inner)))


def _covering(arms: Rows, sides: Rows) -> Rows:
    """Return for each set of samples the first arm that is right on all of them, -1 for none."""
    held = (arms[None, :] & sides[:, None]) == sides[:, None]
    return np.where(held.any(axis=1), held.argmax(axis=1), -1)


def compared(relation: Relation, a: Rows, b: Rows) -> Rows:
    """Return where a relation holds."""
    out: Rows
    match relation:
        case "lt":
            out = a < b
        case "le":
            out = a <= b
        case "eq":
            out = a == b
        case "ne":
            out = a != b
        case "gt":
            out = a > b
        case _:
            out = a >= b
    return out


def predicates(bank: Bank, due: Rows) -> list[Hit]:
    """Return the cheapest comparisons of two terms that hold where they should; where there are none, two of them together."""
    for total in range(2 * bank.levels - 1):
        found: list[Hit] = []
        for a in range(min(bank.levels, total + 1)):
            b = total - a
            if b < bank.levels:
                left, right = (np.arange(bank.starts[c], bank.starts[c + 1])[: SIDES if a and b else None] for c in (a, b))
                found += _comparisons(bank, due, left, right, total + 1)
        if found:
            return found
    return _both(bank, due)


def _comparisons(bank: Bank, due: Rows, left: Rows, right: Rows, cost: int) -> Iterator[Hit]:
    if not len(left) or not len(right):
        return
    step, kept = max(1, 8 * CHUNK // len(right)), 0
    for relation in RELATIONS:
        for begin in range(0, len(left), step):
            a = left[begin : begin + step]
            table = np.ones((len(a), len(right)), bool)
            for column in range(min(2 * SOME, len(due))):
                made = compared(relation, bank.values[a, column][:, None], bank.values[right, column][None, :])
                table &= made == due[column]
            for i, j in zip(*map(np.ndarray.tolist, np.nonzero(table)), strict=True):
                one, two = int(a[i]), int(right[j])
                if (compared(relation, bank.values[one], bank.values[two]) == due).all() and kept < HITS:
                    kept += 1
                    yield Hit(cost, ir.Compare((bank.expression(one), bank.expression(two)), (relation,)))


def _both(bank: Bank, due: Rows) -> list[Hit]:
    """Return `and` and `or` of two comparisons."""
    choices = Choices(bank)
    c, wanted = choices.conditions, as_bits(due[None, :])[0]
    found: list[Hit] = []
    for op in ("and", "or"):
        sides = np.concatenate([c.bits, ~c.bits & choices.all])
        fits = (sides & wanted == wanted) if op == "and" else (sides | wanted == wanted)
        rows = np.flatnonzero(fits & (np.tile(c.kinds, 2) >= 0))[:SIDES]
        own = sides[rows]
        met = (own[:, None] & own[None, :] if op == "and" else own[:, None] | own[None, :]) == wanted
        for i, j in np.argwhere(np.triu(met, 1))[: 10 * HITS].tolist():
            pair = [int(rows[i]), int(rows[j])]
            cost = 1 + sum(int(c.costs[k % len(c.bits)]) for k in pair)
            parts = tuple(_side(c, k, bank) for k in pair)
            found.append(Hit(cost, ir.Logic("and" if op == "and" else "or", parts)))
    return sorted(found, key=lambda h: h.cost)[:HITS]


def _side(c: Conditions, at: int, bank: Bank) -> Expr:
    """Return a condition, or in the second half of the places the opposite of one."""
    e = c.expression(at % len(c.bits), bank)
    if at < len(c.bits) or not isinstance(e, ir.Compare):
        return e
    return ir.Compare(e.operands, (OPPOSITES[e.relations[0]],))
