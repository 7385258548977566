"""What runs show of a program's loops: states at each test, linear facts that held, measures that fell.

All of it is guesswork from runs of the reference interpreter. A guess becomes a note or the hypothesis of a lemma, and Lean
proves it or the proof fails.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, compile_block, compile_turns, holds
from verify.ir import Expr, Name, Program, Value
from verify.limits import Limits
from verify.spec import Spec

State = dict[Name, Value]
WIDE, MANY = 14, 400
"""the largest int of the small box that inputs are drawn from; runs and states that are kept"""


def inputs(spec: Spec, limits: Limits, seed: int, wide: int = WIDE, count: int = MANY) -> list[tuple[Value, ...]]:
    """Return allowed inputs from a small box around zero and its neighbourhood; the same for the same seed."""
    rng = random.Random(f"{seed}/{spec.name}")  # noqa: S311 - sampling, not secrecy
    allowed = holds(spec.require, [p.name for p in spec.program.parameters], limits)
    constants = sorted({abs(x.value) for e in (spec.require,) for x in ir.subexpressions(e) if isinstance(x, ir.Const)})
    found: dict[tuple[Value, ...], None] = {}
    for attempt in range(count * 20):
        if len(found) >= count:
            break
        reach = 3 if attempt < count // 4 else wide
        base = rng.choice([0, 0, 0, *(c for c in constants if c < 1 << 16)])
        point = tuple(
            rng.random() < 0.5 if p.type == "bool" else base + rng.randint(-reach, reach)  # noqa: PLR2004 - a coin
            for p in spec.program.parameters
        )  # fmt: skip
        if point not in found and allowed(point):
            found[point] = None
    return sorted(found, key=lambda p: (sum(abs(int(x)) for x in p), p))


def divisors(expressions: Iterable[Expr]) -> set[int]:
    """Return the literals by which expressions divide or take remainders, without their signs."""
    parts = (x for e in expressions for x in ir.subexpressions(e) if isinstance(x, ir.Binary) and x.op in ("floordiv", "mod"))
    return {abs(int(x.right.value)) for x in parts if isinstance(x.right, ir.Const)}


def evaluator(e: Expr, names: Sequence[Name], limits: Limits) -> Callable[[State], Value | None]:
    """Return an expression as a function of a state; None where it raises or runs out of fuel."""
    compiled = compile_block((ir.Return(e),), names, limits)

    def run(state: State) -> Value | None:
        try:
            return compiled.run([state[n] for n in names], limits.run_ticks, None)[2]
        except OutOfFuel:
            return None

    return run


@dataclass(slots=True)
class Loop:
    """One loop: the variables that matter to it, the states in which its test was reached, and what held in all of them."""

    loop: ir.Loop
    names: tuple[Name, ...]
    ints: tuple[Name, ...]
    written: tuple[Name, ...]
    states: list[State] = field(default_factory=list)
    chains: list[list[State]] = field(default_factory=list)
    """for some runs, the states of one execution of the loop in order"""
    facts: tuple[Expr, ...] = ()
    """about the ints that control the loop"""
    signs: tuple[Expr, ...] = ()
    """about any one of its ints, where they hold together"""

    @property
    def test(self) -> Expr:
        """The condition under which it goes on."""
        return self.loop.test if isinstance(self.loop, ir.While) else ir.going(self.loop)

    @property
    def turn(self) -> ir.Block:
        """What one turn does, the advance of a range included."""
        if isinstance(self.loop, ir.While):
            return self.loop.body
        following = ir.Var(f"next_{self.loop.index}", "int")
        step = self.loop.step if isinstance(self.loop.step, ir.Const) else ir.Var(f"step_{self.loop.index}", "int")
        advance = ir.Assign((self.loop.variable, following.name), (following, ir.Binary("add", following, step)))
        return (advance, *self.loop.body)


def observe(program: Program, runs: Sequence[tuple[Value, ...]], limits: Limits) -> dict[int, Loop]:
    """Run a program on inputs and return what each of its loops looked like, with the facts that are likely invariants."""
    types = {v.name: v.type for v in program.variables}
    loops: dict[int, Loop] = {}
    for s in program.loops:
        own = Loop(s, (), (), ())
        body = own.turn
        read = ir.reads(body) | {x.name for x in ir.subexpressions(own.test) if isinstance(x, ir.Var)}
        if isinstance(s, ir.While) and s.measure is not None:
            read |= {x.name for x in ir.subexpressions(s.measure) if isinstance(x, ir.Var)}
        names = tuple(v.name for v in program.variables if v.name in read | ir.writes(body))
        ints = tuple(n for n in names if types[n] == "int")
        loops[s.index] = Loop(s, names, ints, tuple(n for n in names if n in ir.writes(body)))
    _watch(program, runs, limits, loops)
    for own in loops.values():
        own.facts = _inductive(own, list(_candidates(own, _controlling(own))), limits)
        own.signs = _inductive(own, [f for n in own.ints for f in _candidates(own, [n])], limits)
    return loops


def _watch(program: Program, runs: Sequence[tuple[Value, ...]], limits: Limits, loops: dict[int, Loop]) -> None:
    interpreter = Interpreter(program, limits, watched=True)

    def watch(index: int, variables: dict[str, Value], _ticks: int) -> None:
        own = loops[index]
        if len(own.states) < MANY * 10:
            state = {n: variables[f"v_{n}"] for n in own.names}
            own.states.append(state)
            if not own.chains or not _follows(own, state):
                own.chains.append([])
            own.chains[-1].append(state)

    for arguments in runs:
        for own in loops.values():
            own.chains.append([])
        try:
            interpreter.run(arguments, watch)
        except OutOfFuel:
            continue
    for own in loops.values():
        own.chains = [c for c in own.chains if len(c) > 1]


def _follows(own: Loop, state: State) -> bool:
    """Say whether a state can be the next of the current chain: what the loop does not write has not changed."""
    chain = own.chains[-1]
    return not chain or all(state[n] == chain[-1][n] for n in own.ints if n not in own.written)


def _controlling(own: Loop) -> list[Name]:
    """Return the ints whose value on entry to a turn can sway which way it goes, or whether it raises."""
    live = ir.exposed(own.turn) | {x.name for x in ir.subexpressions(own.test) if isinstance(x, ir.Var)}
    seeds: set[Name] = {x.name for x in ir.subexpressions(own.test) if isinstance(x, ir.Var)}
    flows: list[tuple[Name, set[Name]]] = []
    for s in ir.statements(own.turn):
        for e in ir.expressions(s):
            used = {x.name for x in ir.subexpressions(e) if isinstance(x, ir.Var)}
            divisors = (x.right for x in ir.subexpressions(e) if isinstance(x, ir.Binary) and x.op in ("floordiv", "mod"))
            seeds.update(x.name for d in divisors for x in ir.subexpressions(d) if isinstance(x, ir.Var))
            if not isinstance(s, ir.Assign | ir.Return):
                seeds |= used
        if isinstance(s, ir.Assign):
            for n, e in zip(s.targets, s.values, strict=True):
                flows.append((n, {x.name for x in ir.subexpressions(e) if isinstance(x, ir.Var)}))
        if isinstance(s, ir.For):
            seeds.update(ir.hidden(s))
            flows.append((s.variable, set(ir.hidden(s))))
    while more := {n for target, sources in flows if target in seeds for n in sources} - seeds:
        seeds |= more
    return [n for n in own.ints if n in seeds and n in live]


def _candidates(own: Loop, names: Sequence[Name]) -> Iterator[Expr]:
    """Yield linear conditions over the given ints that held in every state seen."""
    if not own.states:
        return
    for n in names:
        least, most = min(int(s[n]) for s in own.states), max(int(s[n]) for s in own.states)
        low = next((c for c in (2, 1, 0, -1) if least >= c), None)
        if low is not None:
            yield ir.Compare((ir.Var(n, "int"), ir.Const(low)), ("ge",))
        if most <= 0:
            yield ir.Compare((ir.Var(n, "int"), ir.Const(-1 if most < 0 else 0)), ("le",))
        if least < 0 < most and all(s[n] != 0 for s in own.states):
            yield ir.Compare((ir.Var(n, "int"), ir.Const(0)), ("ne",))
    for a in names:
        for b in names:
            if a != b:
                gap = max(int(s[a]) - int(s[b]) for s in own.states)
                if -1 <= gap <= 2:  # noqa: PLR2004 - a range's step overshoots its end by little
                    yield ir.Compare((ir.Var(a, "int"), ir.plus_constant(ir.Var(b, "int"), gap)), ("le",))


def _inductive(own: Loop, facts: list[Expr], limits: Limits) -> tuple[Expr, ...]:
    """Drop facts that one turn can break, from states that meet the others, until none is left to drop."""
    tests = {f: holds(f, own.names, limits) for f in facts}
    goes = holds(own.test, own.names, limits)
    turn = compile_block(own.turn, own.names, limits)
    while facts:
        broken = set()
        for values in sample(own, [tests[f] for f in facts], 150, spread=True):
            if not goes(values):
                continue
            try:
                after, _, result, raised = turn.run(values, limits.run_ticks // 20, None)
            except OutOfFuel:
                continue
            if raised or result is not None:
                continue
            broken |= {f for f in facts if f not in broken and not tests[f](after)}  # type: ignore[arg-type]  # all assigned
        if not broken:
            break
        facts = [f for f in facts if f not in broken]
    return tuple(facts)


def sample(
    own: Loop, tests: Sequence[Callable[[Sequence[Value]], bool]], count: int, *, spread: bool, seed: int = 0
) -> list[list[Value]]:
    """Return states that meet all tests: seen ones, and neighbours of seen ones in a small box."""
    rng = random.Random(f"{seed}/{own.loop.index}/{count}")  # noqa: S311 - sampling, not secrecy
    if not own.states:
        return []
    out: list[list[Value]] = []
    for _ in range(count * 12):
        if len(out) >= count:
            break
        state = dict(rng.choice(own.states))
        for n in own.names:
            if rng.random() < (0.6 if spread else 0.3):
                old = state[n]
                state[n] = rng.random() < 0.5 if isinstance(old, bool) else rng.choice([old, 0]) + rng.randint(-4, 9)  # noqa: PLR2004
        values = [state[n] for n in own.names]
        if all(t(values) for t in tests):
            out.append(values)
    return out


def run_turns(own: Loop, limits: Limits) -> Callable[[Sequence[Value]], tuple[list[Value | None], int] | None]:
    """Return the whole loop as a function from a state to last values and ticks; None where it raises, returns or is long."""
    compiled = compile_turns(own.loop, own.names, limits)

    def run(values: Sequence[Value]) -> tuple[list[Value | None], int] | None:
        try:
            after, ticks, result, raised = compiled.run(values, limits.run_ticks // 20, None)
        except OutOfFuel:
            return None
        return None if raised or result is not None else (after, ticks)

    return run
