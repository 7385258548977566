"""Terms over ints, cheapest first, one for each behaviour on some samples; each is a row of values, one column a sample."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np

from verify import ir
from verify.ir import Expr

Rows: TypeAlias = np.ndarray[Any, Any]
"""of ints of 64 bits, or of Python's own where more are needed"""
NARROW, WIDE = 61, 400
"""bits that a value of a row may have, in 64 bits and as Python's own ints"""
CHUNK: Final = 1 << 17
"""rows that are made at once"""
SYMMETRIC: Final = ("add", "and", "or", "xor", "mul")
UNARY: Final = ("neg", "invert")
PRIME: Final = (1 << 61) - 1
LEAF: Final = "leaf"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What terms are made of.

    `leaves` are names and literals; `amounts` the literals among them, and others, by which is shifted; `movers` the places among
    the leaves of what is never negative and small, by which is shifted too.
    """

    leaves: tuple[Expr, ...]
    amounts: tuple[int, ...]
    movers: tuple[int, ...]
    operators: tuple[ir.Arithmetic, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """Rows that are not kept yet, with what each was made from: two places in the bank, or a place and an amount."""

    op: str
    left: Rows
    right: Rows
    values: Rows


def hashed(values: Rows) -> Rows:
    """Return 64 bits for each row, the same for rows that are the same."""
    if values.dtype == object:
        values = (values % PRIME).astype(np.int64)
    mixed = values.astype(np.int64, copy=False).view(np.uint64)
    factors = _factors(values.shape[1])
    out = np.zeros(len(values), np.uint64)
    for column in range(values.shape[1]):
        word = mixed[:, column] * factors[column]
        out += (word ^ (word >> np.uint64(29))) * factors[-1 - column]
    return out


def _factors(count: int) -> Rows:
    """Return odd factors, the same in every run."""
    state = np.arange(1, 2 * count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return (state ^ (state >> np.uint64(27))) | np.uint64(1)


def lengths(values: Rows) -> Rows:
    """Return for each row the bits of the longest of its values, the sign left out."""
    if values.dtype == object:
        return np.array([max((int(v).bit_length() for v in row), default=0) for row in values], np.int64)
    most = np.abs(values).max(axis=1)
    found: Rows = np.ceil(np.log2(most.astype(np.float64) + 1)).astype(np.int64)
    return found


def combined(op: str, a: Rows, b: Rows) -> Rows:
    """Return what an operator makes of rows; none of the divisors is 0 and no amount negative."""
    out: Rows
    match op:
        case "add":
            out = a + b
        case "sub":
            out = a - b
        case "mul":
            out = a * b
        case "and":
            out = a & b
        case "or":
            out = a | b
        case "xor":
            out = a ^ b
        case "floordiv":
            out = a // b
        case "mod":
            out = a % b
        case "lshift":
            out = a << b
        case _:
            out = a >> b
    return out


@dataclass(slots=True, eq=False)
class Bank:
    """Terms by level: a term of level c costs c ticks, where each of its parts is evaluated each time that it is read."""

    words: Vocabulary
    columns: Rows
    """the values of the leaves"""
    room: int
    """rows that are kept"""
    values: Rows = field(init=False)
    sizes: Rows = field(init=False)
    """the lengths of the rows"""
    starts: list[int] = field(init=False)
    """where each level begins; the end is the last"""
    full: bool = False
    """whether the room was too small for a level, of which the first terms are kept"""
    _ops: list[str] = field(init=False)
    _parts: list[tuple[int, int]] = field(init=False)
    _known: Rows = field(init=False)

    def __post_init__(self) -> None:
        """Take the leaves, of those with the same values the first."""
        self._ops, self._parts = [], []
        self.starts = [0]
        self.values = self.columns[:0]
        self.sizes = np.zeros(0, np.int64)
        self._known = np.zeros(0, np.uint64)
        places = np.arange(len(self.columns))
        self._keep([Made(LEAF, places, places, self.columns)])

    @property
    def limit(self) -> int:
        """Bits that a value may have."""
        return WIDE if self.columns.dtype == object else NARROW

    @property
    def levels(self) -> int:
        """How many levels there are."""
        return len(self.starts) - 1

    def level(self, row: int) -> int:
        """Return the level of a term."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1

    def expression(self, row: int) -> Expr:
        """Return a term."""
        left, right = self._parts[row]
        match self._ops[row]:
            case "leaf":
                return self.words.leaves[left]
            case "neg" | "invert" as op:
                return ir.Unary(op, self.expression(left))
            case "lshift by" | "rshift by" as op:
                return ir.Binary("lshift" if op[0] == "l" else "rshift", self.expression(left), ir.Const(right))
            case op:
                return ir.Binary(op, self.expression(left), self.expression(right))  # type: ignore[arg-type]  # one of them

    def grow(self) -> bool:
        """Make the next level; say whether anything new came of it."""
        if self.full:
            return False
        before = len(self.values)
        self._keep(self.made(self.levels))
        return len(self.values) > before

    def made(self, cost: int) -> Iterator[Made]:
        """Yield what the next level consists of, what is in the bank already included."""
        if cost > 0:
            yield from self._signs(cost - 1)
        for a in range(cost):
            b = cost - 1 - a
            for op in self.words.operators:
                if not (op in SYMMETRIC and a > b):
                    yield from self._pairs(op, self._rows(a), self._rows(b))
        if cost > 0:
            yield from self._shorter(cost - 1)

    def _rows(self, level: int) -> Rows:
        return np.arange(self.starts[level], self.starts[level + 1])

    def _signs(self, level: int) -> Iterator[Made]:
        """Yield terms with the other sign, and complements."""
        rows = self._rows(level)
        values = self.values[rows]
        for op in UNARY:
            yield Made(op, rows, rows, -values if op == "neg" else ~values)

    def _shorter(self, level: int) -> Iterator[Made]:
        """Yield shifts by literals."""
        rows = self._rows(level)
        values = self.values[rows]
        for amount in self.words.amounts:
            by = np.full(len(rows), amount)
            if "rshift" in self.words.operators:
                yield Made("rshift by", rows, by, values >> amount)
            fits = self.sizes[rows] + amount <= self.limit
            if "lshift" in self.words.operators and fits.any():
                yield Made("lshift by", rows[fits], by[fits], values[fits] << amount)

    def _pairs(self, op: str, left: Rows, right: Rows) -> Iterator[Made]:
        if op in ("lshift", "rshift"):
            right = right[np.isin(right, self.words.movers)]
        elif op in ("floordiv", "mod"):
            right = right[(self.values[right] > 0).all(axis=1)]
        if not len(left) or not len(right):
            return
        step = max(1, (CHUNK if self.columns.dtype != object else CHUNK // 32) // len(right))
        for begin in range(0, len(left), step):
            a = np.repeat(left[begin : begin + step], len(right))
            b = np.tile(right, len(a) // len(right))
            if op == "mul":
                fits = self.sizes[a] + self.sizes[b] <= self.limit
            elif op == "lshift":
                fits = self.sizes[a] + self.values[b].max(axis=1).astype(np.int64) <= self.limit
            else:
                fits = np.ones(len(a), bool)
            if op in SYMMETRIC:
                fits &= a <= b
            a, b = a[fits], b[fits]
            if len(a):
                yield Made(op, a, b, combined(op, self.values[a], self.values[b]))

    def _keep(self, made: Iterator[Made] | Sequence[Made]) -> None:
        """Add a level: what behaves as nothing before it does, as far as there is room."""
        known, kept_hashes, kept = self._known, list[Rows](), list[Rows]()
        count = len(self.values)
        for part in made:
            hashes, first = np.unique(hashed(part.values), return_index=True)
            new = ~_member(known, hashes)
            hashes, first = hashes[new], first[new]
            sizes = lengths(part.values[first])
            fits = sizes <= self.limit
            order = np.argsort(first[fits], kind="stable")[: max(0, self.room - count)]
            chosen = first[fits][order]
            if len(chosen):
                known = np.sort(np.concatenate([known, hashes[fits][order]]))
                kept.append(part.values[chosen])
                kept_hashes.append(sizes[fits][order])
                self._ops += [part.op] * len(chosen)
                self._parts += zip(part.left[chosen].tolist(), part.right[chosen].tolist(), strict=True)
                count += len(chosen)
            if count >= self.room:
                self.full = True
                break
        if kept:
            self.values = np.concatenate([self.values, *kept])
            self.sizes = np.concatenate([self.sizes, *kept_hashes])
            self._known = known
        self.starts.append(len(self.values))


def _member(known: Rows, hashes: Rows) -> Rows:
    """Say of each hash whether it is among sorted ones."""
    if not len(known):
        return np.zeros(len(hashes), bool)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    found: Rows = known[places] == hashes
    return found
