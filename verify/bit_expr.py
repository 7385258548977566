"""Decides: expressions of the typed tree -> terms of `verify/bit_terms.py`, and where evaluating them raises.

A list is one whose length is the same on every input: its elements, one by one. What is none of this, and what has no bounds,
is refused by name (NotBounded); nothing is cut off.
"""

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NoReturn

from verify import ir
from verify.bit_terms import NO, YES, Bit, Int, Script
from verify.bit_values import Fixed, Mixed, Term, Terms, choose, literal, refused, same
from verify.ir import Expr

EXPONENTS: Final = 64
"""largest exponent"""
LONGEST: Final = 4_096
"""elements of a list"""


class Reader:
    """Reads expressions that are evaluated one after another; `fine` is the condition under which none of them raised.

    `guard` is the condition under which what is being read is evaluated. A value is exact on the inputs on which it is evaluated
    and nothing raised; elsewhere it may be anything.
    """

    def __init__(self, script: Script, terms: Terms) -> None:
        """Read over the values of the variables."""
        self.script, self.terms = script, dict(terms)
        self.guard, self.fine = YES, YES

    def fail(self, condition: Bit) -> None:
        """Note that evaluation raises where the condition holds."""
        self.fine = self.script.both(self.fine, self.script.no(self.script.both(self.guard, condition)))

    @contextlib.contextmanager
    def under(self, condition: Bit) -> Iterator[None]:
        """Read what is evaluated only where a condition holds."""
        before = self.guard
        self.guard = self.script.both(before, condition)
        yield
        self.guard = before

    # -- by what is due -----------------------------------------------------------------------------------------------------

    def integer(self, e: Expr) -> Int:
        """Read an int."""
        found = self.value(e)
        return found if isinstance(found, Int) else self.odd(e)

    def boolean(self, e: Expr) -> Bit:
        """Read a bool."""
        found = self.value(e)
        return found if isinstance(found, Bit) else self.odd(e)

    def elements(self, e: Expr) -> tuple[Term, ...]:
        """Read a list."""
        found = self.value(e)
        if isinstance(found, Mixed):
            refused("a list may have several lengths.")
        if not isinstance(found, Fixed):
            self.odd(e)
        self.script.spend(len(found.elements))
        return found.elements

    def number(self, e: Expr, what: str) -> int:
        """Read an int that must be the same on every input."""
        found = self.integer(e).value
        return refused(f"{what} depends on the input.") if found is None else found

    def odd(self, e: Expr) -> NoReturn:
        """Refuse a construct that is not read here."""
        what = f"a call of `{e.helper.program.name}`" if isinstance(e, ir.Apply) else f"the construct `{type(e).__name__}`"
        refused(f"{what} is not read in the tier smt.")

    # -- scalars ------------------------------------------------------------------------------------------------------------

    def value(self, e: Expr) -> Term:
        """Read an expression of whatever type. What is never evaluated is not looked at. Raises Refusal(NotBounded)."""
        script = self.script
        script.spend(1)
        if self.guard == NO:
            return literal(script, ir.blank(e.type))
        match e:
            case ir.Const(value):
                return literal(script, value)
            case ir.Var(name):
                return self.terms[name]
            case ir.Unary(op, operand):
                return self.unary(op, operand)
            case ir.Binary(op, left, right):
                return self.binary(op, self.integer(left), self.integer(right))
            case ir.ModularPower(base, exponent, modulus):
                return self.modular(self.integer(base), self.number(exponent, "the exponent of a `pow`"), self.integer(modulus))
            case ir.Extremum(op, operands):
                return self.extreme(op, [self.integer(o) for o in operands])
            case ir.Choice(test, then, orelse):
                c = self.boolean(test)
                with self.under(c):
                    first = self.value(then)
                with self.under(script.no(c)):
                    second = self.value(orelse)
                return choose(script, c, first, second)
            case ir.Logic(op, operands):
                return self.short_circuit((self.boolean(o) for o in operands), stop=op == "or")
            case ir.Compare(operands, relations):
                return self.short_circuit(self.links(operands, relations), stop=False)
        return self.of_parts(e)

    def unary(self, op: str, operand: Expr) -> Term:
        """Read an operator with one operand, or the truth of an int or a list."""
        script = self.script
        if op == "not":
            return script.no(self.boolean(operand))
        if isinstance(operand.type, ir.ListOf):
            return YES if self.elements(operand) else NO
        value = self.integer(operand)
        match op:
            case "neg":
                return script.negated(value)
            case "invert":
                return script.inverted(value)
            case "abs":
                return self.extreme("max", [value, script.negated(value)])
            case "truth":
                return script.no(script.same(value, script.number(0)))
        raise TypeError(f"{op} is no operator")

    def binary(self, op: str, a: Int, b: Int) -> Int:
        """Read an operator on two ints."""
        script = self.script
        match op:
            case "floordiv" | "mod":
                self.fail(script.same(b, script.number(0)))
                return script.divided(op, a, b)
            case "lshift" | "rshift":
                self.fail(script.less(b, script.number(0)))
                return script.shifted(op, a, b)
            case "pow":
                return self.power(a, b)
        return script.ring(op, a, b)

    def power(self, a: Int, b: Int) -> Int:
        """Read `a ** b`: a product for each value that the exponent may have."""
        script = self.script
        self.fail(script.less(b, script.number(0)))
        first, last = max(b.interval[0], 0), max(b.interval[1], 0)
        if a.value == 2:  # noqa: PLR2004 - the base of a shift
            return script.shifted("lshift", script.number(1), b)
        if last > EXPONENTS:
            refused(f"an exponent may be {last}; the tier smt reads up to {EXPONENTS}.", "Bound it with @require.")
        found = functools.reduce(lambda x, _: script.ring("mul", x, a), range(first), script.number(1))
        value = found
        for k in range(first + 1, last + 1):
            found = script.ring("mul", found, a)
            value = script.choose(script.same(b, script.number(k)), found, value)
        return value

    def modular(self, a: Int, k: int, m: Int) -> Int:
        """Read `pow(a, k, m)`, where each product is taken modulo `m`."""
        script = self.script
        self.fail(script.same(m, script.number(0)))
        if not 0 <= k <= EXPONENTS:
            refused(f"the exponent of a `pow` is {k}; the tier smt reads 0 to {EXPONENTS}.")
        value = script.divided("mod", script.number(1), m)
        for _ in range(k):
            value = script.divided("mod", script.ring("mul", value, a), m)
        return value

    def extreme(self, op: str, values: Iterable[Int]) -> Int:
        """Return the least or the greatest of some ints, of which there is one."""
        less = self.script.less

        def better(a: Int, b: Int) -> Int:
            return self.script.choose(less(b, a) if op == "min" else less(a, b), b, a)

        return functools.reduce(better, values)

    def short_circuit(self, parts: Iterable[Bit], *, stop: bool) -> Bit:
        """Join tests, each read where it is reached: the first that equals `stop` ends the evaluation."""
        script, values = self.script, []
        with self.under(YES):
            for value in parts:
                values.append(value)
                self.guard = script.both(self.guard, script.no(value) if stop else value)
        return script.either(*values) if stop else script.both(*values)

    def links(self, operands: tuple[Expr, ...], relations: tuple[ir.Relation, ...]) -> Iterator[Bit]:
        """Read the links of a chain, each when it is asked for."""
        left = self.value(operands[0])
        for relation, operand in zip(relations, operands[1:], strict=True):
            right = self.value(operand)
            yield self.link(relation, left, right)
            left = right

    def link(self, relation: ir.Relation, a: Term, b: Term) -> Bit:
        """Compare two values."""
        if relation in ("eq", "ne"):
            equal = same(self.script, a, b)
            return equal if relation == "eq" else self.script.no(equal)
        if not isinstance(a, Int) or not isinstance(b, Int):
            raise TypeError("only ints are ordered")
        low, high = (a, b) if relation in ("lt", "le") else (b, a)
        return self.script.less(low, high, equal=relation in ("le", "ge"))

    # -- tuples and lists ---------------------------------------------------------------------------------------------------

    def of_parts(self, e: Expr) -> Term:
        """Read a tuple, a component of one, or what makes something of lists that is none."""
        script = self.script
        match e:
            case ir.Tuple(items):
                return tuple(self.value(i) for i in items)
            case ir.Part(operand, index):
                whole = self.value(operand)
                return whole[index] if isinstance(whole, tuple) else self.odd(e)
            case ir.Item(operand, index):
                found = self.elements(operand)
                return self.at(found, self.integer(index), lambda i: found[i], literal(script, ir.blank(e.type)))
            case ir.Length(operand):
                return script.number(len(self.elements(operand)))
            case ir.Member(item, operand):
                due = self.value(item)
                return script.either(*(same(script, x, due) for x in self.elements(operand)))
            case ir.Count(item, operand):
                due, one, none = self.value(item), script.number(1), script.number(0)
                return script.total(script.choose(same(script, x, due), one, none) for x in self.elements(operand))
            case ir.Fold(op, ir.Each() as each):
                return self.generated(op, each)
            case ir.Fold(op, operand):
                return self.folded(op, list(self.elements(operand)))
        return self.list_of(e)

    def at(self, elements: tuple[Term, ...], index: Int, take: Callable[[int], Term], value: Term) -> Term:
        """Return what `take` makes of the position that an index means, counted from the end where it is negative."""
        script, count = self.script, len(elements)
        self.fail(script.less(index, script.number(-count)))
        self.fail(script.less(script.number(count), index, equal=True))
        for i in range(count):
            here = script.either(script.same(index, script.number(i)), script.same(index, script.number(i - count)))
            value = take(i) if not i else choose(script, here, take(i), value)
        return value

    def folded(self, op: ir.Folding, values: list[Term]) -> Term:
        """Read a builtin over the elements of a list."""
        script = self.script
        numbers, bits = [v for v in values if isinstance(v, Int)], [v for v in values if isinstance(v, Bit)]
        match op:
            case "sum":
                return script.total(numbers)
            case "all":
                return script.both(*bits)
            case "any":
                return script.either(*bits)
            case "min" | "max" if values:
                return self.extreme(op, numbers)
            case "min" | "max":
                self.fail(YES)
                return script.number(0)
        return refused("`sorted` is not read in the tier smt.")

    def turn(self, e: ir.Each, x: Term) -> tuple[Bit, Term]:
        """Read the test and the element of a comprehension for one element of its source."""
        before = self.terms
        self.terms = {**before, e.variable.name: x}
        kept = YES if e.test is None else self.boolean(e.test)
        with self.under(kept):
            made = self.value(e.element)
        self.terms = before
        return kept, made

    def generated(self, op: ir.Folding, e: ir.Each) -> Term:
        """Read a builtin over a generator; `all` and `any` stop at the element that decides."""
        script = self.script
        if op not in ("sum", "all", "any"):
            return self.folded(op, list(self.each(e)))
        turns: list[Term] = []
        with self.under(YES):
            for x in self.elements(e.source):
                kept, made = self.turn(e, x)
                if op == "sum":
                    turns.append(choose(script, kept, made, script.number(0)))
                elif isinstance(made, Bit):
                    decides = script.both(kept, made if op == "any" else script.no(made))
                    turns.append(decides if op == "any" else script.no(decides))
                    self.guard = script.both(self.guard, script.no(decides))
        return self.folded(op, turns)

    def each(self, e: ir.Each) -> tuple[Term, ...]:
        """Read a comprehension; which elements are kept must not depend on the input."""
        turns = [self.turn(e, x) for x in self.elements(e.source)]
        if any(kept not in (YES, NO) for kept, _ in turns):
            refused("the length of a comprehension depends on the input.")
        return tuple(made for kept, made in turns if kept == YES)

    def list_of(self, e: Expr) -> Fixed:
        """Read what makes a list."""
        match e:
            case ir.List(items):
                return Fixed(tuple(self.value(i) for i in items))
            case ir.Slice(operand, start, stop):
                source = self.elements(operand)
                bounds = [None if b is None else self.number(b, "a bound of a slice") for b in (start, stop)]
                return Fixed(source[bounds[0] : bounds[1]])
            case ir.Reverse(operand):
                return Fixed(self.elements(operand)[::-1])
            case ir.Join(left, right) | ir.Extended(left, right):
                return Fixed(self.short(self.elements(left) + self.elements(right)))
            case ir.Repeat(operand, count):
                source, times = self.elements(operand), max(self.number(count, "the length of a list"), 0)
                return Fixed(self.short(source * min(times, LONGEST + 1)))
            case ir.Span(start, stop, step):
                return self.span(*(self.number(b, "a bound of a range") for b in (start, stop, step)))
            case ir.Each():
                return Fixed(self.each(e))
            case ir.Updated(operand, index, value):
                return self.updated(self.elements(operand), self.integer(index), self.value(value))
            case ir.Appended(operand, item):
                return Fixed(self.short((*self.elements(operand), self.value(item))))
            case ir.Popped(operand):
                source = self.elements(operand)
                self.fail(NO if source else YES)
                return Fixed(source[:-1])
        return self.odd(e)

    def short(self, elements: tuple[Term, ...]) -> tuple[Term, ...]:
        """Return the elements of a list, unless it is too long."""
        self.script.spend(len(elements))
        return refused(f"a list has more than {LONGEST} elements.") if len(elements) > LONGEST else elements

    def span(self, start: int, stop: int, step: int) -> Fixed:
        """Return the ints of a range."""
        self.fail(NO if step else YES)
        found = range(start, stop, step or 1)[: LONGEST + 1]
        return Fixed(self.short(tuple(map(self.script.number, found))))

    def updated(self, elements: tuple[Term, ...], index: Int, value: Term) -> Fixed:
        """Return a list with one element replaced."""
        script, count = self.script, len(elements)
        self.at(elements, index, lambda i: elements[i], value)
        out = []
        for i, x in enumerate(elements):
            here = script.either(script.same(index, script.number(i)), script.same(index, script.number(i - count)))
            out.append(choose(script, here, value, x))
        return Fixed(tuple(out))
