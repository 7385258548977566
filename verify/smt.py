"""Refuses only: the SMT reading of the typed tree, as Z3 terms over unbounded integers.

A program is executed symbolically, its branches merged, each loop unrolled up to a bound; what lies beyond the bound, or cannot
be written down, is cut off and said so. Expressions are read by `verify/smt_expr.py`. Nothing is admitted because of what this
reading says: `unsat` is a hint, and `sat` is confirmed by a run in CPython.
"""

import functools
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import z3  # type: ignore[import-untyped]

from verify import ir, smt_expr
from verify.ir import Expr, Program
from verify.smt_expr import Called, Fuel, Reading, Terms
from verify.smt_terms import (
    NO,
    YES,
    Lists,
    Term,
    both,
    bounded,
    choose,
    concrete,
    either,
    floor_div,
    floor_mod,
    folded,
    ints,
    literal,
    no,
    same,
    union,
    variables,
)

__all__ = [
    "NO",
    "YES",
    "Execution",
    "Fuel",
    "Lists",
    "Reading",
    "Term",
    "Terms",
    "both",
    "bounded",
    "concrete",
    "either",
    "execute",
    "floor_div",
    "floor_mod",
    "ints",
    "literal",
    "no",
    "read",
    "same",
    "variables",
]

Place: TypeAlias = tuple[Terms, z3.BoolRef]
"""the values of the variables, and the condition under which execution is there"""
LITERAL_TURNS: Final = 128
"""turns of loops whose test is decided by literals alone; they do not count against the bound"""


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program does, as terms over its parameters.

    Exactly one of `returned`, `raised` and `cut` holds of an input; `cut` says that a loop went on beyond the bound, that the
    program is too long for the symbolic execution, or that an expression could not be read. `value` is the result where
    `returned` holds, None where it never does.
    """

    value: Term | None
    returned: z3.BoolRef
    raised: z3.BoolRef
    cut: z3.BoolRef

    @property
    def ended(self) -> z3.BoolRef:
        """The inputs on which every loop ended within the bound, and everything could be read."""
        return no(self.cut)


def read(e: Expr, terms: Terms, unroll: int) -> Reading:
    """Read an expression over the values of its variables; `unroll` is the most turns of each loop of what it calls."""
    return smt_expr.read(e, terms, functools.partial(_called, unroll))


def _called(unroll: int, helper: ir.Helper, arguments: Terms, live: z3.BoolRef, fuel: Fuel) -> Called:
    """Run another function of the file where `live` holds."""
    inner = _Run(helper.program, unroll, fuel)
    inner.whole(arguments, live)
    value = literal(ir.blank(helper.program.result)) if inner.value is None else inner.value
    return Called(value, inner.raised, inner.cut)


def execute(program: Program, terms: Terms, unroll: int) -> Execution:
    """Execute a program symbolically; `terms` gives its parameters, `unroll` is the most turns of each loop."""
    run = _Run(program, unroll, Fuel())
    run.whole(terms, YES)
    return Execution(run.value, run.returned, run.raised, run.cut)


@dataclass(slots=True)
class _Ways:
    """How the turns of one loop end early: the places at which it is left, and those at which a turn is cut short."""

    left: list[Place] = field(default_factory=list)
    short: list[Place] = field(default_factory=list)


class _Run:
    """Collects the outcomes of one symbolic execution; `live` is the condition under which a statement is reached."""

    def __init__(self, program: Program, unroll: int, fuel: Fuel, depth: int = 0) -> None:
        self.program, self.unroll, self.fuel, self.depth = program, unroll, fuel, depth
        self.loops: list[_Ways] = []
        self.value: Term | None = None
        self.returned, self.raised, self.cut = NO, NO, NO

    def whole(self, arguments: Terms, live: z3.BoolRef) -> None:
        """Run the program."""
        start = {v.name: literal(ir.blank(v.type)) for v in self.program.locals}
        self.block(self.program.body, {**start, **arguments}, live)

    def read(self, e: Expr, env: Terms, live: z3.BoolRef) -> tuple[Term, z3.BoolRef]:
        """Evaluate an expression where `live` holds; the second part is where execution goes on."""
        reading = smt_expr.read(e, env, functools.partial(_called, self.unroll), self.fuel)
        self.cut = either(self.cut, both(live, reading.cut))
        live = both(live, no(reading.cut))
        self.raised = either(self.raised, both(live, reading.raises))
        return reading.value, both(live, no(reading.raises))

    def block(self, block: ir.Block, env: Terms, live: z3.BoolRef) -> Place:
        for s in block:
            if z3.is_false(live):
                break
            self.fuel.statements -= 1
            if self.fuel.statements < 0:
                self.cut = either(self.cut, live)
                return env, NO
            env, live = self.statement(s, env, live)
        return env, live

    def statement(self, s: ir.Statement, env: Terms, live: z3.BoolRef) -> Place:
        match s:
            case ir.Assign(targets, values):
                found = []
                for e in values:
                    value, live = self.read(e, env, live)
                    found.append(value)
                return {**env, **dict(zip(targets, found, strict=True))}, live
            case ir.Return(e):
                value, live = self.read(e, env, live)
                self.value = value if self.value is None else choose(live, value, self.value)
                self.returned = either(self.returned, live)
                return env, NO
            case ir.Call(target, _, arguments):
                value, live = self.call(arguments, env, live)
                return {**env, target: value}, live
            case ir.If(test, then, orelse):
                c, live = self.read(test, env, live)
                yes = self.block(then, env, both(live, c))
                other = self.block(orelse, env, both(live, no(c)))
                return _merge(yes, other)
            case ir.Break():
                self.loops[-1].left.append((env, live))
                return env, NO
            case ir.Continue():
                self.loops[-1].short.append((env, live))
                return env, NO
            case ir.For():
                env, live = self.range(s, env, live)
            case ir.ForEach(source=source):
                rest, live = self.read(source, env, live)
                env = {**env, ir.rest_of(s).name: rest}
            case ir.While():
                pass
        return self.loop(s, env, live)

    def call(self, arguments: tuple[Expr, ...], env: Terms, live: z3.BoolRef) -> tuple[Term, z3.BoolRef]:
        """Run the program within itself, down to as many calls as a loop has turns; half of that where calls branch."""
        found = []
        for e in arguments:
            value, live = self.read(e, env, live)
            found.append(value)
        several = sum(isinstance(s, ir.Call) for s in ir.statements(self.program.body)) > 1
        if self.depth >= (self.unroll // 2 if several else self.unroll):
            self.cut = either(self.cut, live)
            return literal(ir.blank(self.program.result)), NO
        inner = _Run(self.program, self.unroll, self.fuel, self.depth + 1)
        inner.whole({p.name: v for p, v in zip(self.program.parameters, found, strict=True)}, live)
        self.raised, self.cut = either(self.raised, inner.raised), either(self.cut, inner.cut)
        return literal(ir.blank(self.program.result)) if inner.value is None else inner.value, inner.returned

    def range(self, s: ir.For, env: Terms, live: z3.BoolRef) -> Place:
        """Evaluate the bounds of a range."""
        following, stop, step = (f"{kind}_{s.index}" for kind in ("next", "stop", "step"))
        first, live = self.read(s.start, env, live)
        last, live = self.read(s.stop, env, live)
        width, live = self.read(s.step, env, live)
        zero = folded(lambda x: x == 0, width)
        self.raised = either(self.raised, both(live, zero))
        return {**env, following: first, stop: last, step: width}, both(live, no(zero))

    def loop(self, s: ir.Loop, env: Terms, live: z3.BoolRef) -> Place:
        """Run a loop turn by turn until its test is literally false or the bound is reached."""
        ways, begun, test = _Ways(), live, ir.going(s)
        self.loops.append(ways)
        turns = literal_turns = 0
        while not z3.is_false(live):
            c, live = self.read(test, env, live)
            ways.left.append((env, both(live, no(c))))
            live = both(live, c)
            # a test that is written as `True` decides nothing: what does is whether the way here did
            decided = z3.is_true(c) and (test != ir.TRUE or live.eq(begun))
            if (turns >= self.unroll and not decided) or literal_turns >= LITERAL_TURNS:
                self.cut = either(self.cut, live)
                break
            turns, literal_turns = turns + (not decided), literal_turns + decided
            env, live = self.turn(s, env, live)
            env, live = functools.reduce(_merge, ways.short, (env, live))
            ways.short.clear()
        self.loops.pop()
        return functools.reduce(_merge, reversed(ways.left), (env, NO))

    def turn(self, s: ir.Loop, env: Terms, live: z3.BoolRef) -> Place:
        """Run one turn; one over a list takes the first element, which is there wherever the test holds."""
        if not isinstance(s, ir.ForEach):
            return self.block(ir.turn(s), env, live)
        rest, element = env[ir.rest_of(s).name], env[s.variable]
        if not isinstance(rest, Lists):
            raise TypeError("a loop goes over a list")
        ways = [(c, elements) for c, elements in rest.ways if elements]
        for c, elements in ways:
            element = elements[0] if len(ways) == 1 else choose(c, elements[0], element)
        return self.block(s.body, {**env, s.variable: element, ir.rest_of(s).name: union((c, es[1:]) for c, es in ways)}, live)


def _merge(one: Place, other: Place) -> Place:
    """Join two ways to one place; at most one of their conditions holds of an input."""
    (env, live), (other_env, other_live) = one, other
    if z3.is_false(live) or z3.is_false(other_live):
        return one if z3.is_false(other_live) else other
    return {n: choose(live, env[n], other_env[n]) for n in env if n in other_env}, either(live, other_live)
