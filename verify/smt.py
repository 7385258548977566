"""Refuses only: the SMT reading of the typed tree, as Z3 terms over unbounded integers.

An expression is read as a pair: its value, and the condition under which evaluating it raises. Floor division and modulo
are built from Z3's Euclidean `div` and `mod`, so that all four pairs of signs mean what they mean in Python. A program is
executed symbolically, its branches merged, each loop unrolled up to a bound; what lies beyond the bound is cut off and said
so. Nothing is admitted because of what this reading says: `unsat` is a hint, and `sat` is confirmed by a run in CPython.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import z3  # type: ignore[import-untyped]

from verify import ir
from verify.ir import Expr, Name, Program, Value

Terms = Mapping[Name, z3.ExprRef]
STATEMENTS: Final = 3_000
"""statements that one symbolic execution runs before it cuts off the rest"""
LITERAL_TURNS: Final = 128
"""turns of loops whose test is decided by literals alone; they do not count against the bound"""
YES, NO = z3.BoolVal(True), z3.BoolVal(False)  # noqa: FBT003 - the literals themselves


def variables(parameters: Sequence[ir.Var]) -> dict[Name, z3.ExprRef]:
    """Return a constant for each parameter; it is named by its place, so that no name from a file reaches the solver."""
    return {p.name: z3.Int(f"v{i}") if p.type == "int" else z3.Bool(f"v{i}") for i, p in enumerate(parameters)}


def literal(value: Value) -> z3.ExprRef:
    """Return a value as a term. Raises ValueError above 4300 digits, which no literal of a checked file has."""
    return (YES if value else NO) if isinstance(value, bool) else z3.IntVal(value)


def floor_div(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return Python's `a // b` for b != 0: Z3's `div` rounds down for positive divisors and up for negative ones."""
    return _by_sign(b, a / b, (-a) / (-b))


def floor_mod(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    """Return Python's `a % b` for b != 0: the sign is the divisor's, where Z3's `mod` is never negative."""
    return _by_sign(b, a % b, -((-a) % (-b)))


def _by_sign(b: z3.ArithRef, positive: z3.ArithRef, negative: z3.ArithRef) -> z3.ArithRef:
    if z3.is_int_value(b):
        return positive if b.as_long() > 0 else negative
    return z3.If(b > 0, positive, negative)


def both(*parts: z3.BoolRef) -> z3.BoolRef:
    """Return a conjunction, shortened where parts are literally true or false."""
    if any(z3.is_false(p) for p in parts):
        return NO
    kept = [p for p in parts if not z3.is_true(p)]
    return YES if not kept else kept[0] if len(kept) == 1 else z3.And(*kept)


def either(*parts: z3.BoolRef) -> z3.BoolRef:
    """Return a disjunction, shortened where parts are literally true or false."""
    if any(z3.is_true(p) for p in parts):
        return YES
    kept = [p for p in parts if not z3.is_false(p)]
    return NO if not kept else kept[0] if len(kept) == 1 else z3.Or(*kept)


def no(part: z3.BoolRef) -> z3.BoolRef:
    """Return a negation, shortened where the part is literally true or false."""
    return NO if z3.is_true(part) else YES if z3.is_false(part) else z3.Not(part)


def choose(test: z3.BoolRef, then: z3.ExprRef, orelse: z3.ExprRef) -> z3.ExprRef:
    """Return `then` where the test holds, else `orelse`."""
    if then.eq(orelse) or z3.is_true(test):
        return then
    return orelse if z3.is_false(test) else z3.If(test, then, orelse)


def read(e: Expr, terms: Terms) -> tuple[z3.ExprRef, z3.BoolRef]:
    """Return the value of an expression and the condition under which evaluating it raises."""
    match e:
        case ir.Const(value):
            return literal(value), NO
        case ir.Var(name):
            return terms[name], NO
        case ir.Unary(op, operand):
            value, raises = read(operand, terms)
            return _unary(op, value), raises
        case ir.Binary(op, left, right):
            (a, first), (b, second) = read(left, terms), read(right, terms)
            return _binary(op, a, b), either(first, second, *([_folded(b == 0, b)] if op in ("floordiv", "mod") else []))
        case ir.Extremum(op, operands):
            pairs = [read(o, terms) for o in operands]
            value = functools.reduce(_lesser if op == "min" else _greater, [v for v, _ in pairs])
            return value, either(*(r for _, r in pairs))
        case ir.Choice(test, then, orelse):
            (c, first), (a, second), (b, third) = read(test, terms), read(then, terms), read(orelse, terms)
            return choose(c, a, b), either(first, both(c, second), both(no(c), third))
        case ir.Logic(op, operands):
            return _short_circuit([read(o, terms) for o in operands], stop=op == "or")
        case ir.Compare(operands, relations):
            values = [read(o, terms) for o in operands]
            links = [_link(r, a, b) for r, (a, _), (b, _) in zip(relations, values, values[1:], strict=False)]
            # link i is reached where links 1..i-1 hold; what it can raise is its right operand, and the first its left too
            raises = [either(values[0][1], values[1][1]), *(r for _, r in values[2:])]
            return _short_circuit(list(zip(links, raises, strict=True)), stop=False)


def _lesser(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    return _folded(z3.If(b < a, b, a), a, b)


def _greater(a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    return _folded(z3.If(b > a, b, a), a, b)


def _unary(op: str, value: z3.ExprRef) -> z3.ExprRef:
    match op:
        case "neg":
            return _folded(-value, value)
        case "abs":
            return _folded(z3.If(value < 0, -value, value), value)
        case "not":
            return no(value)
        case _:
            return _folded(value != 0, value)


def _binary(op: str, a: z3.ArithRef, b: z3.ArithRef) -> z3.ArithRef:
    match op:
        case "add":
            term = a + b
        case "sub":
            term = a - b
        case "mul":
            term = a * b
        case "floordiv":
            term = floor_div(a, b)
        case _:
            term = floor_mod(a, b)
    return _folded(term, a, b)


def _folded(term: z3.ExprRef, *operands: z3.ExprRef) -> z3.ExprRef:
    """Return a term folded where its operands are literals, so that loops over literals unroll by themselves."""
    return z3.simplify(term) if all(map(_is_literal, operands)) else term


def _is_literal(term: z3.ExprRef) -> bool:
    return bool(z3.is_int_value(term) or z3.is_true(term) or z3.is_false(term))


def _short_circuit(parts: list[tuple[z3.BoolRef, z3.BoolRef]], *, stop: bool) -> tuple[z3.BoolRef, z3.BoolRef]:
    """Join tests of which the first that equals `stop` ends the evaluation."""
    reached, raises = YES, NO
    for value, fault in parts:
        raises = either(raises, both(reached, fault))
        reached = both(reached, no(value) if stop else value)
    values = [v for v, _ in parts]
    return (either(*values) if stop else both(*values)), raises


def _link(relation: str, a: z3.ExprRef, b: z3.ExprRef) -> z3.BoolRef:
    match relation:
        case "lt":
            term = a < b
        case "le":
            term = a <= b
        case "gt":
            term = a > b
        case "ge":
            term = a >= b
        case "eq":
            term = a == b
        case _:
            term = a != b
    return _folded(term, a, b)


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program does, as terms over its parameters.

    Exactly one of `returned`, `raised` and `cut` holds of an input; `cut` says that a loop went on beyond the bound, or that
    the program is too long for the symbolic execution. `value` is the result where `returned` holds, None where it never does.
    """

    value: z3.ExprRef | None
    returned: z3.BoolRef
    raised: z3.BoolRef
    cut: z3.BoolRef

    @property
    def ended(self) -> z3.BoolRef:
        """The inputs on which every loop ended within the bound."""
        return no(self.cut)


def execute(program: Program, terms: Terms, unroll: int) -> Execution:
    """Execute a program symbolically; `terms` gives its parameters, `unroll` is the most turns of each loop."""
    run = _Run(unroll)
    start = {v.name: literal(0) if v.type == "int" else NO for v in program.locals}
    run.block(program.body, {**start, **terms}, YES)
    return Execution(run.value, run.returned, run.raised, run.cut)


class _Run:
    """Collects the outcomes of one symbolic execution; `live` is the condition under which a statement is reached."""

    def __init__(self, unroll: int) -> None:
        self.unroll = unroll
        self.left = STATEMENTS
        self.value: z3.ExprRef | None = None
        self.returned, self.raised, self.cut = NO, NO, NO

    def read(self, e: Expr, env: Terms, live: z3.BoolRef) -> tuple[z3.ExprRef, z3.BoolRef]:
        """Evaluate an expression where `live` holds; the second part is where execution goes on."""
        value, raises = read(e, env)
        self.raised = either(self.raised, both(live, raises))
        return value, both(live, no(raises))

    def block(self, block: ir.Block, env: Terms, live: z3.BoolRef) -> tuple[Terms, z3.BoolRef]:
        for s in block:
            if z3.is_false(live):
                break
            self.left -= 1
            if self.left < 0:
                self.cut = either(self.cut, live)
                return env, NO
            env, live = self.statement(s, env, live)
        return env, live

    def statement(self, s: ir.Statement, env: Terms, live: z3.BoolRef) -> tuple[Terms, z3.BoolRef]:
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
            case ir.If(test, then, orelse):
                c, live = self.read(test, env, live)
                yes = self.block(then, env, both(live, c))
                other = self.block(orelse, env, both(live, no(c)))
                return _merge(yes, other)
            case ir.While(test=test, body=body):
                return self.loop(test, body, (), env, live)
            case ir.For():
                return self.range(s, env, live)

    def range(self, s: ir.For, env: Terms, live: z3.BoolRef) -> tuple[Terms, z3.BoolRef]:
        following, stop, step = (f"{kind}_{s.index}" for kind in ("next", "stop", "step"))
        first, live = self.read(s.start, env, live)
        last, live = self.read(s.stop, env, live)
        width, live = self.read(s.step, env, live)
        zero = _folded(width == 0, width)
        self.raised = either(self.raised, both(live, zero))
        env = {**env, following: first, stop: last, step: width}
        stride: Expr = s.step if isinstance(s.step, ir.Const) else ir.Var(step, "int")
        position = ir.Var(following, "int")
        advance = ir.Assign((s.variable, following), (position, ir.Binary("add", position, stride)))
        return self.loop(ir.going(s), s.body, (advance,), env, both(live, no(zero)))

    def loop(
        self, test: Expr, body: ir.Block, before: ir.Block, env: Terms, live: z3.BoolRef
    ) -> tuple[Terms, z3.BoolRef]:
        """Run a loop turn by turn until its test is literally false or the bound is reached."""
        exits: list[tuple[Terms, z3.BoolRef]] = []
        turns = literal_turns = 0
        while not z3.is_false(live):
            c, live = self.read(test, env, live)
            exits.append((env, both(live, no(c))))
            live = both(live, c)
            decided = z3.is_true(c)
            if (turns >= self.unroll and not decided) or literal_turns >= LITERAL_TURNS:
                self.cut = either(self.cut, live)
                break
            turns, literal_turns = turns + (not decided), literal_turns + decided
            env, live = self.block((*before, *body), env, live)
        return functools.reduce(_merge, reversed(exits), (env, NO))


def _merge(one: tuple[Terms, z3.BoolRef], other: tuple[Terms, z3.BoolRef]) -> tuple[Terms, z3.BoolRef]:
    """Join two ways to one place; at most one of their conditions holds of an input."""
    (env, live), (other_env, other_live) = one, other
    if z3.is_false(live) or z3.is_false(other_live):
        return one if z3.is_false(other_live) else other
    return {n: choose(live, env[n], other_env[n]) for n in env if n in other_env}, either(live, other_live)
