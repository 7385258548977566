"""What is likely to hold of the elements of a program's lists, at the test of each of its loops.

The contract says such things, and a loop that divides by an element, or looks up another list with one, goes on only because of
them. What it says of one list is tried on every list of that type, and on each variable that may be an element. As everything
that runs show, it is guesswork, which Lean proves or the proof fails.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from loop.observe import FEW, Loop, candidates, inductive, observe, of_lengths, one_turn
from verify import ir
from verify.gates.bounds import conjuncts
from verify.interpreter import OutOfFuel, compile_turns, holds
from verify.ir import Expr, ListOf, Program, Type, Value
from verify.limits import Limits
from verify.types import copied

BOUND: Final = "each_0"
"""the variable of a property that no contract states; the variables of a contract are numbered from 1"""


SIGNS: Final[tuple[ir.Relation, ...]] = ("gt", "ne", "ge")
"""how elements may stand to zero, the strongest first"""
FILLS: Final = (0, -1, 99)
"""elements with which it is tried what a loop rests on"""


@dataclass(frozen=True, slots=True)
class Property:
    """A condition on one value of a type, which `variable` stands for."""

    variable: ir.Var
    condition: Expr

    @property
    def is_more_than_a_sign(self) -> bool:
        """Whether it says something of an int that is not tried on each int anyway."""
        held = ir.subexpressions(self.condition)
        return any(isinstance(x, ir.Length | ir.Fold) or (isinstance(x, ir.Var) and x != self.variable) for x in held)

    def of(self, value: Expr) -> Expr:
        """Return the condition on a value."""
        return ir.substitute(self.condition, {self.variable.name: value})

    def of_all(self, elements: Expr) -> Expr:
        """Return that the condition holds of every element of a list."""
        return ir.Fold("all", ir.Each(self.condition, self.variable, elements, None))


def observe_elements(program: Program, require: Expr, runs: Sequence[tuple[Value, ...]], limits: Limits) -> dict[int, Loop]:
    """Return the loops of a program as `observe`, with what is likely to hold of the elements of its lists."""
    loops = observe(program, runs, limits)
    stated = tuple(conjuncts(require))
    for own in loops.values():
        if own.lists:
            own.elements, own.leading = _found(own, stated, limits)
    return loops


def _found(own: Loop, stated: Sequence[Expr], limits: Limits) -> tuple[tuple[Expr, ...], bool]:
    """Return what may be noted of a loop besides its facts, and whether the loop rests on it."""
    if not own.states:
        return (), False
    guesses = list(dict.fromkeys(_held(own, stated, limits)))
    if not guesses:
        return (), False
    known = own.facts
    plain = [f for f in (*candidates(own), *of_lengths(own)) if f not in known]
    kept = [f for f in inductive(own, [*known, *plain, *guesses], limits) if f not in known]
    elements = tuple(f for f in kept if f in guesses)
    if not elements:
        return (), False
    # an int may keep its bounds only because the elements keep theirs
    bounds = [f for f in kept if f not in elements and ir.variables(f) <= set(own.ints)]
    kept = [f for f in kept if f in elements or f in bounds]
    return tuple(kept), own.indexed and (bool(bounds) or _rests(own, known, limits))


def _rests(own: Loop, known: Sequence[Expr], limits: Limits) -> bool:
    """Say whether a turn raises, or breaks a fact that held, once the elements of the lists are others."""
    tests = [holds(f, own.names, limits) for f in known]
    goes, turn, whole = holds(own.test, own.names, limits), one_turn(own, limits), compile_turns(own.loop, own.names, limits)
    for state in own.states[:: max(1, len(own.states) // FEW)]:
        for fill in FILLS:
            values = [_filled(state[n], own.types[n], fill) for n in own.names]
            if not goes(values) or not all(t(values) for t in tests):
                continue
            after = turn(values)
            if after is None:
                try:
                    raised = bool(whole.run([*map(copied, values)], limits.run_ticks // 20, None)[3])
                except OutOfFuel:
                    raised = False
            if raised if after is None else not all(t(after) for t in tests):
                return True
    return False


def _filled(value: Value, t: Type, fill: int) -> Value:
    """Return a list with other elements, all alike; what is no list as it is."""
    if not isinstance(t, ListOf) or not isinstance(value, list):
        return value
    return [fill if t.element == "int" else ir.blank(t.element) for _ in value]


def _held(own: Loop, stated: Sequence[Expr], limits: Limits) -> Iterator[Expr]:
    """Yield what held in every state seen: conjuncts of a contract, properties of elements that they state, and likely ones."""

    def always(e: Expr) -> bool:
        test = holds(e, own.names, limits)
        return ir.variables(e) <= set(own.names) and all(test([s[n] for n in own.names]) for s in own.states)

    stated = [c for e in stated for c in _named(e, own)]
    properties = [p for c in stated for p in properties_in(c)]
    yield from (c for c in stated if any(isinstance(x, ir.Each) for x in ir.subexpressions(c)) and always(c))
    for v in (ir.Var(n, t) for n, t in own.types.items() if n in own.live):
        if isinstance(v.type, ListOf):
            told = [f for p in properties if p.variable.type == v.type.element and always(f := p.of_all(v))]
            yield from told or itertools.islice((f for p in _likely(own, v.type.element) if always(f := p.of_all(v))), 1)
        yield from (f for p in properties if p.variable.type == v.type and p.is_more_than_a_sign and always(f := p.of(v)))


def _named(stated: Expr, own: Loop) -> Iterator[Expr]:
    """Yield a condition, and where the loop does not have one of its ints, the same about each int that it has."""
    yield stated
    missing = [x for x in ir.subexpressions(stated) if isinstance(x, ir.Var) and x.type == "int" and x.name not in own.names]
    missing = [x for x in missing if x.name in ir.variables(stated)]
    for n in own.ints if len(set(missing)) == 1 else ():
        yield ir.substitute(stated, {missing[0].name: ir.Var(n, "int")})


def properties_in(stated: Expr) -> Iterator[Property]:
    """Yield what a condition says of each element of some list, and in turn of the elements of such an element."""
    match stated:
        case ir.Fold("all", ir.Each(element, variable, source, test)):
            condition = element if test is None else ir.Logic("or", (ir.negation(test), element))
            found = _by_place(condition, variable, source)
            yield from (found,) if found else ()
            if found is not None:
                for part in conjuncts(found.condition):
                    yield from properties_in(part)


def _by_place(condition: Expr, variable: ir.Var, source: Expr) -> Property | None:
    """Return a condition on `variable` as one on an element; where it is an index, it may stand for nothing but `xs[i]`."""
    match source:
        case ir.Span(ir.Const(0), ir.Length(ir.Var(_, ListOf(kind)) as whole), ir.Const(1)):
            element = ir.Var(variable.name, kind)
            place = ir.Item(whole, variable)

            def by_element(x: Expr) -> Expr:
                return element if x == place else ir.rebuilt(x, by_element)

            changed = by_element(condition)
            left = any(x == variable for x in ir.subexpressions(changed)) if kind != "int" else _still(condition, variable, place)
            return None if left else Property(element, changed)
        case ir.Span():
            return None
    return Property(variable, condition)


def _still(e: Expr, variable: ir.Var, place: Expr) -> bool:
    """Say whether a variable stands in an expression elsewhere than in `place`."""
    return e == variable or (e != place and any(_still(x, variable, place) for x in ir.children(e)))


def _likely(own: Loop, kind: Type) -> Iterator[Property]:
    """Yield properties of elements that safety often rests on, the strongest first."""
    one = ir.Var(BOUND, kind)
    if isinstance(kind, ListOf):
        yield Property(one, ir.Compare((ir.Length(one), ir.Const(0)), ("gt",)))
    if kind == "int":
        zero = ir.Const(0)
        yield from (Property(one, ir.Compare((zero, one, ir.Length(v)), ("le", "lt"))) for v in own.lists)
        yield from (Property(one, ir.Compare((one, zero), (relation,))) for relation in SIGNS)
