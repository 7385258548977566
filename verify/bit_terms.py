"""Decides: ints with bounds and bools -> lines of SMT-LIB over bit-vectors (QF_BV) that mean exactly them.

Every term carries an interval that holds its value, and is a bit-vector of as many bits as the interval needs, in two's
complement. A sum or a product is taken at the width of its result, which is exact because the result fits; what rounds, shifts
or compares is taken at a width that holds every operand. Both the interval and the bits are right on the inputs on which the
term is reached: those that pass the tests before it and on which nothing before it raised. Elsewhere a term may be anything.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from verify import intervals
from verify.intervals import Interval, width
from verify.limits import Limits
from verify.reasons import NotBounded, Refusal, TooLarge


@dataclass(frozen=True, slots=True)
class Int:
    """An int: its name in the script, and an interval that holds it; one with a single value is a literal."""

    name: str
    interval: Interval

    @property
    def value(self) -> int | None:
        """The value of a literal, None where it is none."""
        return self.interval[0] if self.interval[0] == self.interval[1] else None


@dataclass(frozen=True, slots=True)
class Bit:
    """A bool: its name in the script, or `true`, `false`, or the negation of a name."""

    name: str


YES, NO = Bit("true"), Bit("false")
Scalar: TypeAlias = Int | Bit
Ring: TypeAlias = tuple[str, Callable[[Interval, Interval], Interval]]
WORK: Final = 2_000_000
"""expressions and elements that are read for one script"""
RING: Final[dict[str, Ring]] = {
    "add": ("bvadd", intervals.added),
    "sub": ("bvsub", intervals.subtracted),
    "mul": ("bvmul", intervals.multiplied),
    "and": ("bvand", intervals.anded),
    "or": ("bvor", intervals.ored),
    "xor": ("bvxor", intervals.xored),
}
"""operators whose lowest bits depend on no higher bits of the operands"""
LITERAL: Final[dict[str, Callable[[int, int], int]]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "and": operator.and_, "or": operator.or_, "xor": operator.xor,
}  # fmt: skip


def numeral(value: int, bits: int) -> str:
    """Return a literal bit-vector."""
    return f"(_ bv{value % (1 << bits)} {bits})"


def resized(text: str, bits: int, due: int) -> str:
    """Return a bit-vector at another width: its lowest bits, or more copies of its sign."""
    if bits == due:
        return text
    return f"((_ extract {due - 1} 0) {text})" if bits > due else f"((_ sign_extend {due - bits}) {text})"


def at(term: Int, bits: int) -> str:
    """Return an int at a width, as text."""
    return numeral(term.value, bits) if term.value is not None else resized(term.name, width(term.interval), bits)


class Script:
    """Writes terms down, each once; `lines` declare the parameters and define every term after the ones that it is made of."""

    def __init__(self, limits: Limits) -> None:
        """Start with nothing."""
        self.limits = limits
        self.lines: list[str] = []
        self._names: dict[tuple[str, str, Interval | None], str] = {}
        self._work = WORK

    def spend(self, amount: int) -> None:
        """Count some steps of reading. Raises Refusal(TooLarge) after too many, be there lines to show for them or not."""
        self._work -= amount
        if self._work < 0:
            raise Refusal(TooLarge(what="the two programs take too long to be written out.", do="Use shorter loops and lists."))

    def declare(self, name: str, interval: Interval | None) -> Scalar:
        """Declare an unknown: an int within an interval, or a bool. That it is within is for a premise to say: `within`."""
        self.lines.append(f"(declare-const {name} {'Bool' if interval is None else self._sort(interval)})")
        return Bit(name) if interval is None else Int(name, interval)

    def within(self, term: Int) -> Bit:
        """Return that the bits of an unknown are those of a value in its interval."""
        bits = width(term.interval)
        low, high = (numeral(v, bits) for v in term.interval)
        return self._bit(f"(and (bvsle {low} {term.name}) (bvsle {term.name} {high}))")

    def _sort(self, interval: Interval) -> str:
        bits = width(interval)
        if bits > self.limits.solver_bits:
            what = f"a value may have {bits} bits; the tier smt reads up to {self.limits.solver_bits}."
            raise Refusal(NotBounded(what=what, do="Bound the inputs more narrowly with @require."))
        return f"(_ BitVec {bits})"

    def _define(self, letter: str, sort: str, text: str, interval: Interval | None) -> str:
        # the interval is part of the key: the same bits may be reached on other inputs
        key = (sort, text, interval)
        if key not in self._names:
            if len(self.lines) >= self.limits.solver_terms:
                what = f"the two programs have more than {self.limits.solver_terms} terms once their loops are written out."
                raise Refusal(TooLarge(what=what, do="Use shorter loops."))
            self._names[key] = name = f"{letter}{len(self._names)}"
            self.lines.append(f"(define-fun {name} () {sort} {text})")
        return self._names[key]

    def _int(self, interval: Interval, bits: int, text: str) -> Int:
        """Return an int, of which `text` are at least its lowest bits, at the width `bits`."""
        sort = self._sort(interval)
        if interval[0] == interval[1]:
            return Int("", interval)
        return Int(self._define("t", sort, resized(text, bits, width(interval)), interval), interval)

    def _bit(self, text: str) -> Bit:
        return Bit(self._define("b", "Bool", text, None))

    # -- bools --------------------------------------------------------------------------------------------------------------

    def both(self, *parts: Bit) -> Bit:
        """Return a conjunction, shortened where parts are literal."""
        kept = list(dict.fromkeys(p for p in parts if p != YES))
        known = {NO, *map(self.no, kept)}
        if any(p in known for p in kept):
            return NO
        return YES if not kept else kept[0] if len(kept) == 1 else self._bit(f"(and {' '.join(p.name for p in kept)})")

    def either(self, *parts: Bit) -> Bit:
        """Return a disjunction, shortened where parts are literal."""
        return self.no(self.both(*map(self.no, parts)))

    def no(self, part: Bit) -> Bit:
        """Return a negation."""
        if part in (YES, NO):
            return NO if part == YES else YES
        return Bit(part.name[5:-1] if part.name.startswith("(not ") else f"(not {part.name})")

    def alike(self, a: Bit, b: Bit) -> Bit:
        """Return that two bools are equal."""
        if a == b or a == self.no(b):
            return YES if a == b else NO
        known = {YES: b, NO: self.no(b)}.get(a) or {YES: a, NO: self.no(a)}.get(b)
        return known or self._bit(f"(= {a.name} {b.name})")

    def pick(self, test: Bit, then: Bit, orelse: Bit) -> Bit:
        """Return `then` where the test holds, else `orelse`."""
        return then if then == orelse else self.either(self.both(test, then), self.both(self.no(test), orelse))

    # -- ints ---------------------------------------------------------------------------------------------------------------

    def number(self, value: int) -> Int:
        """Return a literal."""
        return self._int((value, value), 1, "")

    def ring(self, op: str, a: Int, b: Int) -> Int:
        """Return `a + b`, `a - b`, `a * b`, `a & b`, `a | b` or `a ^ b`."""
        if a.value is not None and b.value is not None:
            return self.number(LITERAL[op](a.value, b.value))
        function, bounds = RING[op]
        interval = bounds(a.interval, b.interval)
        bits = width(interval)
        return self._int(interval, bits, f"({function} {at(a, bits)} {at(b, bits)})")

    def negated(self, a: Int) -> Int:
        """Return `-a`."""
        interval = intervals.negated(a.interval)
        return self._int(interval, width(interval), f"(bvneg {at(a, width(interval))})")

    def inverted(self, a: Int) -> Int:
        """Return `~a`."""
        interval = intervals.inverted(a.interval)
        return self._int(interval, width(interval), f"(bvnot {at(a, width(interval))})")

    def shifted(self, op: str, a: Int, b: Int) -> Int:
        """Return `a << b` (lshift) or `a >> b` (rshift); it is reached only where b is not negative.

        An amount of at least the width shifts everything out, in Python as in SMT-LIB: to 0, or to copies of the sign.
        """
        amount = intervals.at_least(b.interval, 0)
        if op == "lshift":
            # an interval that is too wide would be too long to compute
            amount = amount if a.value == 0 else self._short(amount)
            interval = (0, 0) if a.value == 0 else intervals.shifted_left(a.interval, amount)
            bits = max(width(interval), width(b.interval))
            return self._int(interval, bits, f"(bvshl {at(a, bits)} {at(b, bits)})")
        longest = width(a.interval)
        interval = intervals.shifted_right(a.interval, intervals.at_most(amount, longest))
        bits = max(longest, width(b.interval))
        return self._int(interval, bits, f"(bvashr {at(a, bits)} {at(b, bits)})")

    def _short(self, amount: Interval) -> Interval:
        if amount[1] > self.limits.solver_bits:
            what = f"a shift to the left may be by {amount[1]}; the tier smt reads up to {self.limits.solver_bits} bits."
            raise Refusal(NotBounded(what=what, do="Bound the amount, for example with `& 31`."))
        return amount

    def divided(self, op: str, a: Int, b: Int) -> Int:
        """Return `a // b` (floordiv) or `a % b` (mod), rounding down; it is reached only where b is not zero."""
        if a.value is not None and b.value:
            return self.number(a.value // b.value if op == "floordiv" else a.value % b.value)
        above, below = intervals.at_least(b.interval, 1), intervals.at_most(b.interval, -1)
        if b.interval[0] > 0:
            return self._divided(op, a, b, above)
        minus = self.negated(b)
        # a // b is (-a) // (-b), and a % b is -((-a) % (-b))
        other = self._divided(op, self.negated(a), minus, intervals.negated(below))
        other = other if op == "floordiv" else self.negated(other)
        if b.interval[1] < 0:
            return other
        return self.choose(self.less(self.number(0), b), self._divided(op, a, b, above), other)

    def _divided(self, op: str, a: Int, b: Int, divisor: Interval) -> Int:
        """Return `a // b` or `a % b` where b is in `divisor`, which is positive: ~a // b is ~(a // b), for a negative a."""
        function, bounds = ("bvudiv", intervals.divided) if op == "floordiv" else ("bvurem", intervals.remaining)
        bits = max(width(a.interval), width(b.interval))

        def unsigned(x: Int, dividend: Interval) -> Int:
            return self._int(bounds(dividend, divisor), bits, f"({function} {at(x, bits)} {at(b, bits)})")

        if a.interval[0] >= 0:
            return unsigned(a, a.interval)
        mirrored = self.inverted(a)
        part = unsigned(mirrored, intervals.at_least(mirrored.interval, 0))
        negative = self.inverted(part)
        if op == "mod":
            # -1 - q * b - r == a for the ~q and r of ~a, so the remainder is b - 1 - r
            negative = self._int((0, divisor[1] - 1), bits, f"(bvsub (bvsub {at(b, bits)} {numeral(1, bits)}) {at(part, bits)})")
        if a.interval[1] < 0:
            return negative
        return self.choose(self.less(a, self.number(0)), negative, unsigned(a, intervals.at_least(a.interval, 0)))

    def choose(self, test: Bit, then: Int, orelse: Int) -> Int:
        """Return `then` where the test holds, else `orelse`."""
        if test == YES or then == orelse:
            return then
        if test == NO:
            return orelse
        interval = intervals.hull(then.interval, orelse.interval)
        bits = width(interval)
        return self._int(interval, bits, f"(ite {test.name} {at(then, bits)} {at(orelse, bits)})")

    def less(self, a: Int, b: Int, *, equal: bool = False) -> Bit:
        """Return `a < b`, or `a <= b`."""
        if a.interval[1] < b.interval[0] + equal:
            return YES
        if a.interval[0] >= b.interval[1] + equal:
            return NO
        bits = max(width(a.interval), width(b.interval))
        return self._bit(f"({'bvsle' if equal else 'bvslt'} {at(a, bits)} {at(b, bits)})")

    def same(self, a: Int, b: Int) -> Bit:
        """Return `a == b`."""
        if a == b:
            return YES
        if a.interval[1] < b.interval[0] or b.interval[1] < a.interval[0]:
            return NO
        bits = max(width(a.interval), width(b.interval))
        return self._bit(f"(= {at(a, bits)} {at(b, bits)})")

    def total(self, parts: Iterable[Int]) -> Int:
        """Return a sum, from the left."""
        whole = self.number(0)
        for part in parts:
            whole = self.ring("add", whole, part)
        return whole
