"""Decides: a program -> its result and its ticks as terms over its parameters, and the inputs on which it returns.

The program is executed symbolically, its branches merged, its loops written out turn by turn. What would go on beyond a bound
does not count as having returned; so nothing rests on the bounds, as every use of an Execution first shows that all allowed
inputs return.
"""

import functools
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from verify import ir
from verify.bit_expr import Reader
from verify.bit_terms import NO, YES, Bit, Int, Script
from verify.bit_values import Fixed, Mixed, Term, Terms, choose, literal, refused
from verify.ir import Expr, Name, Program
from verify.ticks import TABLE, add, branch_cost, cost

TICKS: Final = "#ticks"
"""stands among the variables, and is no name of the language"""
OPEN_TURNS: Final = 130
"""turns of a loop whose test the bounds do not decide: some more than an int of 128 bits has"""
TURNS: Final = 4_096
"""turns of a loop whose test the bounds decide"""
STATEMENTS: Final = 50_000
"""statements of one execution"""
CALLS: Final = 70
"""calls of the function by itself, one within another"""
Place: TypeAlias = tuple[Terms, Bit]
"""the values of the variables, and the condition under which execution is there"""


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program does: on every input on which `returned` holds it returns `value`, at a cost of `ticks`."""

    value: Term
    ticks: Int
    returned: Bit


@dataclass(slots=True)
class _Fuel:
    statements: int = STATEMENTS


def execute(script: Script, program: Program, arguments: Terms) -> Execution:
    """Execute a program symbolically. Raises Refusal: NotBounded where it cannot be read, TooLarge."""
    run = _Run(script, program, _Fuel(), 0)
    run.whole(arguments, YES)
    return run.outcome()


@dataclass(slots=True)
class _Ways:
    """How the turns of one loop end early: the places at which it is left, and those at which a turn is cut short."""

    left: list[Place] = field(default_factory=list)
    short: list[Place] = field(default_factory=list)


class _Run:
    """Collects the outcomes of one symbolic execution; `live` is the condition under which a statement is reached."""

    def __init__(self, script: Script, program: Program, fuel: _Fuel, depth: int) -> None:
        self.script, self.program, self.fuel, self.depth = script, program, fuel, depth
        self.loops: list[_Ways] = []
        self.value: Term | None = None
        self.ticks: Term = script.number(0)
        self.returned = NO

    def whole(self, arguments: Terms, live: Bit) -> None:
        """Run the program."""
        start = {v.name: literal(self.script, ir.blank(v.type)) for v in self.program.locals}
        self.block(self.program.body, {**start, **arguments, TICKS: self.script.number(0)}, live)

    def outcome(self) -> Execution:
        """Return what was collected."""
        if self.value is None or not isinstance(self.ticks, Int):
            refused(f"no run of `{self.program.name}` is seen to end within {TURNS} turns of a loop.")
        return Execution(self.value, self.ticks, self.returned)

    def read(self, e: Expr, env: Terms, live: Bit) -> tuple[Term, Bit]:
        """Evaluate an expression where `live` holds; the second part is where execution goes on."""
        reader = Reader(self.script, env)
        value = reader.value(e)
        return value, self.script.both(live, reader.fine)

    def pay(self, amount: Expr, env: Terms, live: Bit) -> Place:
        """Add to the ticks what an expression over the variables says."""
        before = env[TICKS]
        value, live = self.read(amount, env, live)
        if not isinstance(before, Int) or not isinstance(value, Int):
            raise TypeError("ticks are ints")
        return {**env, TICKS: self.script.ring("add", before, value)}, live

    def test(self, e: Expr, env: Terms, live: Bit) -> tuple[Bit, Bit]:
        """Evaluate a condition."""
        value, live = self.read(e, env, live)
        if not isinstance(value, Bit):
            raise TypeError("a test is a bool")
        return value, live

    def several(self, values: tuple[Expr, ...], env: Terms, live: Bit) -> tuple[list[Term], Bit]:
        """Evaluate expressions, left to right."""
        found = []
        for e in values:
            value, live = self.read(e, env, live)
            found.append(value)
        return found, live

    def block(self, block: ir.Block, env: Terms, live: Bit) -> Place:
        for s in block:
            if live == NO:
                break
            self.fuel.statements -= 1
            if self.fuel.statements < 0:
                return env, NO
            env, live = self.statement(s, env, live)
        return env, live

    def statement(self, s: ir.Statement, env: Terms, live: Bit) -> Place:
        match s:
            case ir.Assign(targets, values):
                found, live = self.several(values, env, live)
                stored = 0 if s.free else TABLE["assignment"] * len(targets)
                env, live = self.pay(add(*map(cost, values), ir.Const(stored)), env, live)
                return {**env, **dict(zip(targets, found, strict=True))}, live
            case ir.Return(e):
                value, live = self.read(e, env, live)
                env, live = self.pay(cost(e), env, live)
                return env, self.leave(value, env[TICKS], live)
            case ir.Call(target, _, arguments):
                return self.call(target, arguments, env, live)
            case ir.If(test, then, orelse):
                c, live = self.test(test, env, live)
                env, live = self.pay(branch_cost(test), env, live)
                yes = self.block(then, env, self.script.both(live, c))
                other = self.block(orelse, env, self.script.both(live, self.script.no(c)))
                return self.merge(yes, other)
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
                env, live = self.pay(cost(source), env, live)
                env = {**env, ir.rest_of(s).name: rest}
            case ir.While():
                pass
            case _:
                refused(f"the construct `{type(s).__name__}` is not read in the tier smt.")
        return self.loop(s, env, live)

    def leave(self, value: Term, ticks: Term, live: Bit) -> Bit:
        """Return from the program where `live` holds; where execution goes on is nowhere."""
        self.value = value if self.value is None else choose(self.script, live, value, self.value)
        self.ticks = choose(self.script, live, ticks, self.ticks) if self.returned != NO else ticks
        self.returned = self.script.either(self.returned, live)
        return NO

    def call(self, target: Name, arguments: tuple[Expr, ...], env: Terms, live: Bit) -> Place:
        """Run the program within itself."""
        found, live = self.several(arguments, env, live)
        env, live = self.pay(add(*map(cost, arguments), ir.Const(TABLE["call"])), env, live)
        if self.depth >= CALLS or live == NO:
            return {**env, target: literal(self.script, ir.blank(self.program.result))}, NO
        inner = _Run(self.script, self.program, self.fuel, self.depth + 1)
        inner.whole({p.name: v for p, v in zip(self.program.parameters, found, strict=True)}, live)
        if inner.value is None:
            return {**env, target: literal(self.script, ir.blank(self.program.result))}, NO
        before, within = env[TICKS], inner.outcome().ticks
        if not isinstance(before, Int):
            raise TypeError("ticks are ints")
        return {**env, target: inner.value, TICKS: self.script.ring("add", before, within)}, inner.returned

    def range(self, s: ir.For, env: Terms, live: Bit) -> Place:
        """Evaluate the bounds of a range."""
        bounds, live = self.several((s.start, s.stop, s.step), env, live)
        width = bounds[2]
        if not isinstance(width, Int):
            raise TypeError("the step of a range is an int")
        live = self.script.both(live, self.script.no(self.script.same(width, self.script.number(0))))
        env, live = self.pay(add(cost(s.start), cost(s.stop), cost(s.step), ir.Const(TABLE["call"])), env, live)
        names = (f"{kind}_{s.index}" for kind in ("next", "stop", "step"))
        return {**env, **dict(zip(names, bounds, strict=True))}, live

    def loop(self, s: ir.Loop, env: Terms, live: Bit) -> Place:
        """Run a loop turn by turn until its test is literally false or a bound is reached."""
        ways, begun, test, script = _Ways(), live, ir.going(s), self.script
        # the test of a `for` compares inside the loop step: only a written test costs more than the step
        step = add(ir.Const(TABLE["loop_step"]), *([cost(test)] if isinstance(s, ir.While) else []))
        self.loops.append(ways)
        turns = open_turns = 0
        while live != NO:
            c, live = self.test(test, env, live)
            env, live = self.pay(step, env, live)
            ways.left.append((env, script.both(live, script.no(c))))
            # a test that is written as `True` decides nothing: what does is whether the way here did
            decided = c == YES and (test != ir.TRUE or live == begun)
            live = script.both(live, c)
            if live == NO or turns >= TURNS or (open_turns >= OPEN_TURNS and not decided):
                break
            turns, open_turns = turns + 1, open_turns + (not decided)
            env, live = self.turn(s, env, live)
            env, live = functools.reduce(self.merge, ways.short, (env, live))
            ways.short.clear()
        self.loops.pop()
        return functools.reduce(self.merge, reversed(ways.left), (env, NO))

    def turn(self, s: ir.Loop, env: Terms, live: Bit) -> Place:
        """Run one turn; one over a list takes the first element, which is there wherever the test holds."""
        if isinstance(s, ir.While):
            return self.block(s.body, env, live)
        env, live = self.pay(ir.Const(TABLE["assignment"]), env, live)
        if isinstance(s, ir.For):
            following, width = env[f"next_{s.index}"], env[f"step_{s.index}"]
            if not isinstance(following, Int) or not isinstance(width, Int):
                raise TypeError("a range is of ints")
            after = self.script.ring("add", following, width)
            return self.block(s.body, {**env, s.variable: following, f"next_{s.index}": after}, live)
        rest = env[ir.rest_of(s).name]
        if isinstance(rest, Mixed) or not isinstance(rest, Fixed):
            refused("a loop goes over a list that may have several lengths.")
        first, others = rest.elements[0], Fixed(rest.elements[1:])
        return self.block(s.body, {**env, s.variable: first, ir.rest_of(s).name: others}, live)

    def merge(self, one: Place, other: Place) -> Place:
        """Join two ways to one place; at most one of their conditions holds of an input."""
        (env, live), (other_env, other_live) = one, other
        if NO in (live, other_live):
            return one if other_live == NO else other
        joined = {n: choose(self.script, live, env[n], other_env[n]) for n in env if n in other_env}
        return joined, self.script.either(live, other_live)
