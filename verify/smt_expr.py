"""Refuses only: the SMT reading of expressions, as terms of `verify/smt_terms.py`.

An expression is read as its value, the condition under which evaluating it raises, and the one under which nothing is said of it:
what is too long or too hard to write down is cut off, never guessed. A program is read by `verify/smt.py`.
"""

import contextlib
import functools
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import z3  # type: ignore[import-untyped]

from verify import ir
from verify import smt_lists as lists
from verify.ir import Expr, Name
from verify.smt_bits import bitwise, modular_power, power, product, shifted
from verify.smt_terms import (
    NO,
    YES,
    Lists,
    Term,
    Way,
    both,
    choose,
    either,
    floor_div,
    floor_mod,
    folded,
    identity,
    in_order,
    literal,
    no,
    one,
    plus,
    same,
    union,
)

Terms = Mapping[Name, Term]
ORDERS: Final[Mapping[str, Callable[[z3.ArithRef, z3.ArithRef], z3.BoolRef]]] = {
    "lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge,
}  # fmt: skip
WAYS: Final = 1_024
"""alternatives that an operator on lists may write down before those of one length become one"""
WORK: Final = 20_000
"""expressions and elements that are read before the rest is cut off"""
STATEMENTS: Final = 3_000
"""statements that one symbolic execution runs before it cuts off the rest"""


@dataclass(slots=True)
class Fuel:
    """How much may still be read; one for each question."""

    left: int = WORK
    statements: int = STATEMENTS


@dataclass(frozen=True, slots=True)
class Reading:
    """What an expression means: where `cut` holds nothing is said; else it raises where `raises` holds; else it is `value`."""

    value: Term
    raises: z3.BoolRef
    cut: z3.BoolRef

    @property
    def holds(self) -> z3.BoolRef:
        """That a condition is true."""
        return both(self.value, no(self.raises), no(self.cut))

    @property
    def fails(self) -> z3.BoolRef:
        """That a condition is false or raises."""
        return both(either(no(self.value), self.raises), no(self.cut))


@dataclass(frozen=True, slots=True)
class Called:
    """What a call of another function comes to: its value where it returns one, and where it raises or is cut off."""

    value: Term
    raised: z3.BoolRef
    cut: z3.BoolRef


Caller = Callable[[ir.Helper, Terms, z3.BoolRef, Fuel], Called]
"""runs a function symbolically: on its parameters' values, where a condition holds"""


def read(e: Expr, terms: Terms, call: Caller, fuel: Fuel | None = None) -> Reading:
    """Read an expression over the values of its variables; `call` runs the functions that it calls."""
    reader = _Reader(terms, call, fuel or Fuel())
    value = reader.value(e)
    return Reading(value, reader.raises, reader.cut)


class _Reader:
    """Reads one expression; `guard` is the condition under which what is being read is evaluated.

    A value that comes after what raises or is cut off may be any: the conditions noted there do not count.
    """

    def __init__(self, terms: Terms, call: Caller, fuel: Fuel) -> None:
        self.terms, self.call, self.fuel = dict(terms), call, fuel
        self.guard, self.raises, self.cut = YES, NO, NO

    def fail(self, condition: z3.BoolRef) -> None:
        """Note that evaluation raises where the condition holds."""
        self.raises = either(self.raises, both(self.guard, condition))

    def drop(self, condition: z3.BoolRef) -> None:
        """Cut off the inputs on which the condition holds; where evaluation raised before that, it did."""
        self.cut = either(self.cut, both(self.guard, condition, no(self.raises)))

    @contextlib.contextmanager
    def under(self, condition: z3.BoolRef) -> Iterator[None]:
        """Read what is evaluated only where a condition holds."""
        before = self.guard
        self.guard = both(before, condition)
        yield
        self.guard = before

    def spend(self, amount: int) -> bool:
        """Take from the fuel; False, and all is cut off, where there is none."""
        self.fuel.left -= amount
        if self.fuel.left < 0:
            self.drop(YES)
        return self.fuel.left >= 0

    def union(self, ways: Iterable[Way]) -> Lists:
        """Return a list of alternatives, those left out that are too long."""
        kept: list[Way] = []
        for c, elements in ways:
            if len(kept) == WAYS or not self.spend(1 + len(elements)):
                self.drop(YES)
                break
            if len(elements) > lists.LENGTH:
                self.drop(c)
            elif not z3.is_false(c):
                kept.append((c, elements))
        return union(kept)

    def mapped(self, e: Expr, make: Callable[[tuple[Term, ...]], tuple[Term, ...]]) -> Lists:
        """Return what an operator makes of each alternative of a list."""
        return self.union((c, make(elements)) for c, elements in self.ways(e))

    def scalar(self, e: Expr) -> z3.ExprRef:
        """Read an int or a bool."""
        return self.value(e)

    def ways(self, e: Expr) -> tuple[Way, ...]:
        """Read a list as its alternatives."""
        found = self.value(e)
        if not isinstance(found, Lists):
            raise TypeError("a list is due")
        self.spend(sum(len(elements) for _, elements in found.ways))
        return found.ways

    def value(self, e: Expr) -> Term:
        """Read an expression of whatever type."""
        if z3.is_false(self.guard) or not self.spend(1):
            return literal(ir.blank(e.type))
        match e:
            case ir.Const(value):
                return literal(value)
            case ir.Var(name):
                return self.terms[name]
            case ir.Unary(op, operand):
                return self.unary(op, operand)
            case ir.Binary(op, left, right):
                return self.binary(op, self.scalar(left), self.scalar(right))
            case ir.ModularPower(base, exponent, modulus):
                return modular_power(self.scalar(base), self.scalar(exponent), self.scalar(modulus), self)
            case ir.Extremum(op, operands):
                return functools.reduce(lists.EXTREMES[op], [self.scalar(o) for o in operands])
            case ir.Choice(test, then, orelse):
                c = self.scalar(test)
                with self.under(c):
                    first = self.value(then)
                with self.under(no(c)):
                    second = self.value(orelse)
                return choose(c, first, second)
            case ir.Logic(op, operands):
                return self.short_circuit((self.scalar(o) for o in operands), stop=op == "or")
            case ir.Compare(operands, relations):
                return self.short_circuit(self.links(operands, relations), stop=False)
            case ir.Apply(helper, arguments, "value"):
                return self.applied(helper, [self.value(a) for a in arguments])
        return self.of_parts(e)

    def applied(self, helper: ir.Helper, arguments: list[Term]) -> Term:
        """Read a call of another function; it raises where what the function requires does not hold."""
        before, self.terms = self.terms, {p.name: a for p, a in zip(helper.program.parameters, arguments, strict=True)}
        required = self.scalar(helper.require)
        inner, self.terms = self.terms, before
        self.fail(no(required))
        called = self.call(helper, inner, both(self.guard, required), self.fuel)
        self.drop(called.cut)
        self.fail(called.raised)
        return called.value

    def unary(self, op: str, operand: Expr) -> z3.ExprRef:
        """Read an operator with one operand, or the truth of an int or a list."""
        if isinstance(operand.type, ir.ListOf):
            return no(lists.empty(self.ways(operand)))
        value = self.scalar(operand)
        match op:
            case "neg":
                return folded(lambda x: -x, value)
            case "invert":
                return folded(lambda x: -x - 1, value)
            case "abs":
                return folded(lambda x: z3.If(x < 0, -x, x), value)
            case "not":
                return no(value)
            case _:
                return folded(lambda x: x != 0, value)

    def binary(self, op: str, a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
        """Read an operator on two ints."""
        match op:
            case "add":
                return plus(a, b)
            case "sub":
                return folded(lambda x, y: x - y, a, b)
            case "mul":
                return product(a, b, self)
            case "floordiv" | "mod":
                self.fail(folded(lambda x: x == 0, b))
                return floor_div(a, b) if op == "floordiv" else floor_mod(a, b)
            case "lshift" | "rshift":
                return shifted(op, a, b, self)
            case "pow":
                return power(a, b, self)
            case _:
                return bitwise(op, a, b, self)

    def short_circuit(self, parts: Iterable[z3.BoolRef], *, stop: bool) -> z3.BoolRef:
        """Join tests, each read where it is reached: the first that equals `stop` ends the evaluation."""
        values = []
        with self.under(YES):
            for value in parts:
                values.append(value)
                self.guard = both(self.guard, no(value) if stop else value)
        return either(*values) if stop else both(*values)

    def links(self, operands: tuple[Expr, ...], relations: tuple[ir.Relation, ...]) -> Iterator[z3.BoolRef]:
        """Read the links of a chain, each when it is asked for."""
        left = self.value(operands[0])
        for relation, operand in zip(relations, operands[1:], strict=True):
            right = self.value(operand)
            equal = relation in ("eq", "ne")
            link = same(left, right) if equal else folded(ORDERS[relation], left, right)
            yield no(link) if relation == "ne" else link
            left = right

    # -- lists ----------------------------------------------------------------------------------------------------------

    def of_parts(self, e: Expr) -> Term:
        """Read a tuple, a component of one, or what makes something of lists that is none."""
        match e:
            case ir.Tuple(items):
                return tuple(self.value(i) for i in items)
            case ir.Part(operand, index):
                whole = self.value(operand)
                if not isinstance(whole, tuple):
                    raise TypeError("a tuple is due")
                return whole[index]
            case ir.Item(operand, index):
                return lists.item(self.ways(operand), self.scalar(index), e.type, self)
            case ir.Length(operand):
                return lists.length(self.ways(operand))
            case ir.Member(item, operand):
                due = self.value(item)
                return either(*(both(c, same(x, due)) for _, c, x in in_order(Lists(self.ways(operand)))))
            case ir.Count(item, operand):
                due = self.value(item)
                found = in_order(Lists(self.ways(operand)))
                return lists.total((both(c, same(x, due)), literal(1)) for _, c, x in found)
            case ir.Fold("all" | "any" | "sum" as op, ir.Each() as each):
                return self.generated(op, each)
            case ir.Fold(op, operand) if op != "sorted":
                return lists.fold(op, self.ways(operand), self)
        return self.list_of(e)

    def list_of(self, e: Expr) -> Lists:
        """Read what makes a list."""
        match e:
            case ir.List(items):
                return self.union([(YES, tuple(self.value(i) for i in items))])
            case ir.Slice(operand, start, stop):
                source = self.ways(operand)
                bounds = [None if b is None else self.scalar(b) for b in (start, stop)]
                return self.union(lists.sliced(source, bounds[0], bounds[1], self))
            case ir.Reverse(operand):
                return self.mapped(operand, lambda elements: elements[::-1])
            case ir.Join(left, right) | ir.Extended(left, right):
                first, second = self.ways(left), self.ways(right)
                return self.union((both(c, d), xs + ys) for c, xs in first for d, ys in second)
            case ir.Repeat(operand, count):
                return self.union(lists.repeated(self.ways(operand), self.scalar(count), self))
            case ir.Span(start, stop, step):
                return self.union(lists.span(self.scalar(start), self.scalar(stop), self.scalar(step), self))
            case ir.Each():
                return self.each(e)
            case ir.Fold("sorted", operand):
                return self.union(lists.in_sequence(self.ways(operand), self))
            case ir.Updated(operand, index, value):
                return self.union(lists.updated(self.ways(operand), self.scalar(index), self.value(value), self))
            case ir.Appended(operand, item):
                source, last = self.ways(operand), self.value(item)
                return self.union((c, (*elements, last)) for c, elements in source)
            case ir.Popped(operand):
                source = self.ways(operand)
                self.fail(lists.empty(source))
                return self.union((c, elements[:-1]) for c, elements in source if elements)
        raise TypeError(f"{type(e).__name__} is no expression")

    # -- over the elements ----------------------------------------------------------------------------------------------

    def turn(self, e: ir.Each, x: Term) -> tuple[z3.BoolRef, Term]:
        """Read the test and the element of a comprehension for one element of its source."""
        before = self.terms
        self.terms = {**before, e.variable.name: x}
        kept = YES if e.test is None else self.scalar(e.test)
        with self.under(kept):
            made = self.value(e.element)
        self.terms = before
        return kept, made

    def each(self, e: ir.Each) -> Lists:
        """Read a comprehension; what several alternatives of its source share is read once."""
        source = Lists(self.ways(e.source))
        turns: dict[tuple[int, object], tuple[z3.BoolRef, Term]] = {}
        for place, c, x in in_order(source):
            with self.under(c):
                turns[place, identity(x)] = self.turn(e, x)
        ways: list[Way] = []
        for c, elements in source.ways:
            made = one(())
            for i, x in enumerate(elements):
                kept, item = turns[i, identity(x)]
                longer = self.union((d, (*found, item)) for d, found in made.ways)
                chosen = choose(kept, longer, made)
                made = chosen if isinstance(chosen, Lists) else made
            ways += [(both(c, d), found) for d, found in made.ways]
        return self.union(ways)

    def generated(self, op: str, e: ir.Each) -> z3.ExprRef:
        """Read `sum`, `all` or `any` of a generator; the last two stop at the element that decides."""
        turns: list[tuple[z3.BoolRef, Term]] = []
        with self.under(YES):
            for _, c, x in in_order(Lists(self.ways(e.source))):
                with self.under(c):
                    kept, made = self.turn(e, x)
                if op == "sum":
                    turns.append((both(c, kept), made))
                    continue
                decides = both(c, kept, made if op == "any" else no(made))
                turns.append((decides, YES))
                self.guard = both(self.guard, no(decides))
        if op == "sum":
            return lists.total(turns)
        found = either(*(d for d, _ in turns))
        return found if op == "any" else no(found)
