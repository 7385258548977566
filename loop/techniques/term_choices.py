"""Conditional expressions and predicates over a bank of terms: which conditions part the samples as the results do."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from loop.techniques.enumerate_terms import CHUNK, Bank, Rows
from loop.techniques.term_goals import HITS, SIDES, SOME, Finder, Goal, Hit
from verify import ir
from verify.expr import Relation
from verify.ir import Expr

OPERANDS, CONDITIONS, ARMS, RESTS = 120, 3_000, 250, 40
"""terms that are compared; conditions and arms of a choice; conditions of which one side is a choice again"""
BRANCH: Final = 1
"""ticks of a choice besides its parts"""
RELATIONS: Final[tuple[Relation, ...]] = ("lt", "le", "eq", "ne")
OPPOSITES: Final[dict[Relation, Relation]] = {"lt": "ge", "le": "gt", "eq": "ne", "ne": "eq"}


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
    bits: Rows = (table.astype(np.uint64) * weights).sum(axis=1, dtype=np.uint64)
    return bits


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

    def _flat(self, goal: Goal, arms: Rows, places: Rows, asked: np.uint64) -> Iterator[Hit]:
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
