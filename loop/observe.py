"""What runs show of a program's loops: states at each test, linear facts that held, measures that fell.

All of it is guesswork from runs of the reference interpreter. A guess becomes a note or the hypothesis of a lemma, and Lean
proves it or the proof fails.
"""

import itertools
import operator
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from loop.draw import LONGEST, Draw, by_size, changed, number
from loop.literals import thresholds
from verify import flow, ir
from verify.gates.inputs import Domain
from verify.interpreter import Interpreter, OutOfFuel, compile_block, compile_turns, holds
from verify.ir import Expr, ListOf, Name, Program, Type, Value
from verify.limits import Limits
from verify.spec import Spec
from verify.types import Key, copied, key

State = dict[Name, Value]
WIDE, MANY = 14, 400
"""the largest int of the small box that inputs are drawn from; runs and states that are kept"""
NEAR = 2
"""how far beyond each other two bounded values may lie: a range's step overshoots its end by little"""
FEW = 150
"""states from which a turn is tried where a fact is dropped"""
SHIFT = 10
"""the longest shift that counts as a division"""


def inputs(spec: Spec, limits: Limits, seed: int, wide: int = WIDE, count: int = MANY) -> list[tuple[Value, ...]]:
    """Return allowed inputs from a small box around zero and its neighbourhood; the same for the same seed."""
    return inputs_of(spec.program, spec.require, limits, seed, wide, count)


def inputs_of(
    program: Program, require: Expr, limits: Limits, seed: int, wide: int = WIDE, count: int = MANY
) -> list[tuple[Value, ...]]:
    """Return inputs of a program for which a condition holds, as `inputs`."""
    rng = random.Random(f"{seed}/{program.name}")  # noqa: S311 - sampling, not secrecy
    parameters = program.parameters
    domain = Domain(parameters, require, limits)
    bounds, allowed = domain.bounds, holds(require, [p.name for p in parameters], limits)
    constants = {abs(x.value) for x in ir.subexpressions(require) if isinstance(x, ir.Const) and abs(x.value) < 1 << 16}
    bases = [0, 0, 0, *sorted(constants | thresholds(program, wide))]
    found: dict[Key, tuple[Value, ...]] = {}
    for attempt in range(count * 20):
        if len(found) >= count:
            break
        near = attempt < count // 4
        point = _point(Draw(rng, rng.choice(bases), 3 if near else wide, 3 if near else LONGEST), parameters)
        if domain.has_lists and not allowed(point):
            point = tuple(map(copied, domain.repair(bounds, point)))
        if key(point) not in found and allowed(point):
            found[key(point)] = point
    return sorted(found.values(), key=by_size)


def _point(draw: Draw, parameters: Sequence[ir.Var]) -> tuple[Value, ...]:
    """Return one input; where there are lists, an int is often the length of one, or an index into it."""
    point = [draw.value(p.type) for p in parameters]
    lengths = [len(v) for v in point if isinstance(v, list)]
    for i, p in enumerate(parameters):
        if lengths and p.type == "int" and draw.rng.random() < 0.4:  # noqa: PLR2004 - too few inputs would fit otherwise
            n = draw.rng.choice(lengths)
            point[i] = draw.rng.choice([n, draw.rng.randint(0, n)])
    return tuple(point)


def divisors(expressions: Iterable[Expr]) -> set[int]:
    """Return the literals by which expressions divide or take remainders, without their signs, shifts and masks included."""
    found: set[int] = set()
    for x in (x for e in expressions for x in ir.subexpressions(e)):
        match x:
            case ir.Binary("floordiv" | "mod", _, ir.Const(c)):
                found.add(abs(c))
            case ir.Binary("rshift", _, ir.Const(c)) if 0 < c <= SHIFT:
                found.add(1 << c)
            case ir.Binary("and", _, ir.Const(c)) if c > 0 and c & (c + 1) == 0:
                found.add(c + 1)
    return found


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
    types: dict[Name, Type] = field(default_factory=dict)
    """of `names`"""
    live: frozenset[Name] = frozenset()
    """those whose value when the test is reached anything may read, in the loop or after it"""
    indexed: bool = False
    """whether anything in the program rests on how long its lists are"""
    states: list[State] = field(default_factory=list)
    chains: list[list[State]] = field(default_factory=list)
    """for some runs, the states of one execution of the loop in order"""
    facts: tuple[Expr, ...] = ()
    """about the ints that control the loop, and the lengths of its lists"""
    signs: tuple[Expr, ...] = ()
    """about any one of its ints, where they hold together"""
    around: tuple[Expr, ...] = ()
    """about its lists and the one that it goes over, which its turns do not read"""
    elements: tuple[Expr, ...] = ()
    """about the elements of its lists, and what holds of its ints only together with that"""
    leading: bool = False
    """whether it rests on `elements`"""

    @property
    def test(self) -> Expr:
        """The condition under which it goes on."""
        return ir.going(self.loop)

    @property
    def turn(self) -> ir.Block:
        """What one turn does, the advance of a `for` included."""
        return ir.turn(self.loop)

    @property
    def lists(self) -> tuple[ir.Var, ...]:
        """Those of its variables that are lists."""
        return tuple(ir.Var(n, t) for n, t in self.types.items() if isinstance(t, ListOf))


def observe(program: Program, runs: Sequence[tuple[Value, ...]], limits: Limits) -> dict[int, Loop]:
    """Run a program on inputs and return what each of its loops looked like, with the facts that are likely invariants."""
    types = {v.name: v.type for v in program.variables}
    indexed = any(isinstance(t, ListOf) for t in types.values()) and any(
        ir.safe(e) != ir.TRUE for s in ir.statements(program.body) for e in ir.expressions(s)
    )
    loops: dict[int, Loop] = {}
    wide: dict[int, Loop] = {}
    for s in program.loops:
        body = ir.turn(s)
        read = ir.reads(body) | ir.variables(ir.going(s))
        if isinstance(s, ir.While) and s.measure is not None:
            read |= ir.variables(s.measure)
        names = tuple(v.name for v in program.variables if v.name in read | ir.writes(body))
        ints = tuple(n for n in names if types[n] == "int")
        written = tuple(n for n in names if n in ir.writes(body))
        live = flow.exposed(body) | ir.variables(ir.going(s)) | read_outside(program.body, s.index)
        loops[s.index] = Loop(s, names, ints, written, {n: types[n] for n in names}, live, indexed)
        if indexed and isinstance(s, ir.ForEach) and (more := ir.variables(s.source) - set(names)):
            names = tuple(v.name for v in program.variables if v.name in more or v.name in names)
            wide[s.index] = Loop(s, names, ints, written, {n: types[n] for n in names}, live | more, indexed)
    _watch(program, runs, limits, loops, wide)
    for own in loops.values():
        own.facts = inductive(own, [*candidates(own), *of_lengths(own)], limits)
        own.signs = inductive(own, [f for n in own.ints for f in _candidates(own, [n])], limits)
    for k, own in wide.items():
        held = inductive(own, list(of_lengths(own)), limits)
        loops[k].around = tuple(f for f in held if not ir.variables(f) <= set(loops[k].names))
    return loops


def _watch(
    program: Program, runs: Sequence[tuple[Value, ...]], limits: Limits, loops: dict[int, Loop], wide: dict[int, Loop]
) -> None:
    """Run the program and keep the states of its loops, for those in `wide` once more with more variables."""
    interpreter = Interpreter(program, limits, watched=True)
    inner = {k: [s.index for s in ir.statements(own.loop.body) if isinstance(s, ir.LOOPS)] for k, own in loops.items()}

    goes = {k: holds(own.test, own.names, limits) for k, own in loops.items()} if program.recursive else {}

    def watch(index: int, variables: dict[str, Value], _ticks: int) -> None:
        if index not in loops:  # the function calls itself
            for own in loops.values():
                own.chains.append([])
            return
        own = loops[index]
        for k in inner[index]:
            loops[k].chains.append([])  # between two executions of a loop, the one around it comes to its test
        if index in wide and len(wide[index].states) < MANY:
            wide[index].states.append({n: copied(variables.get(f"v_{n}", ir.blank(t))) for n, t in wide[index].types.items()})
        if len(own.states) < MANY * 10:
            # what is assigned in the loop first holds nothing yet where the function was called by itself
            state = {n: copied(variables.get(f"v_{n}", ir.blank(own.types[n]))) for n in own.names}
            if index in goes and own.chains[-1] and not goes[index](list(own.chains[-1][-1].values())):
                own.chains.append([])  # the loop was through, so this is another call's
            own.states.append(state)
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


def read_outside(block: ir.Block, index: int) -> frozenset[Name]:
    """Return the names that the statements of a block read, loop `index` and what is in it left out."""
    return frozenset[Name]().union(*(ir.variables(e) for s in flow.outside(block, index) for e in ir.expressions(s)))


def _controlling(own: Loop) -> list[Name]:
    """Return the ints whose value on entry to a turn can sway which way it goes, or whether it raises."""
    live = flow.exposed(own.turn) | ir.variables(own.test)
    seeds = set(ir.variables(own.test))
    flows: list[tuple[Name, frozenset[Name]]] = []
    for s in ir.statements(own.turn):
        for e in ir.expressions(s):
            seeds |= ir.variables(ir.safe(e))
            if not isinstance(s, ir.Assign | ir.Return):
                seeds |= ir.variables(e)
        match s:
            case ir.Assign(targets, values):
                flows += [(n, ir.variables(e)) for n, e in zip(targets, values, strict=True)]
            case ir.For(variable=variable) | ir.ForEach(variable=variable):
                seeds.update(ir.hidden(s))
                flows.append((variable, frozenset(ir.hidden(s))))
    while more := {n for target, sources in flows if target in seeds for n in sources} - seeds:
        seeds |= more
    return [n for n in own.ints if n in seeds and n in live]


def candidates(own: Loop) -> Iterator[Expr]:
    """Yield linear conditions over the ints that control a loop that held in every state seen."""
    return _candidates(own, _controlling(own))


def _candidates(own: Loop, names: Sequence[Name]) -> Iterator[Expr]:
    """Yield linear conditions over the given ints that held in every state seen."""
    if not own.states:
        return
    columns = {n: [number(s[n]) for s in own.states] for n in names}
    for n, column in columns.items():
        least, most = min(column), max(column)
        low = next((c for c in (2, 1, 0, -1) if least >= c), None)
        if low is not None:
            yield ir.Compare((ir.Var(n, "int"), ir.Const(low)), ("ge",))
        # what begins with one number in every run may never come below it, or above it
        first = {number(chain[0][n]) for chain in own.chains if chain}
        if len(first) == 1 and abs(begun := first.pop()) > NEAR:
            sides: tuple[tuple[ir.Relation, bool], ...] = (("ge", least >= begun), ("le", most <= begun))
            yield from (ir.Compare((ir.Var(n, "int"), ir.Const(begun)), (side,)) for side, held in sides if held)
        if most <= 0:
            yield ir.Compare((ir.Var(n, "int"), ir.Const(-1 if most < 0 else 0)), ("le",))
        if least < 0 < most and 0 not in column:
            yield ir.Compare((ir.Var(n, "int"), ir.Const(0)), ("ne",))
    for a in names:
        for b in names:
            if a != b:
                gap = max(map(operator.sub, columns[a], columns[b]))
                if -1 <= gap <= NEAR:
                    yield ir.Compare((ir.Var(a, "int"), ir.plus_constant(ir.Var(b, "int"), gap)), ("le",))


def of_lengths(own: Loop) -> Iterator[Expr]:
    """Yield conditions on the lengths of lists that held in every state seen: among themselves, with ints, and with sums."""
    if not own.states or not own.lists:
        return
    ints = {ir.Var(n, "int"): [number(s[n]) for s in own.states] for n in own.ints if n in own.live}
    lists = [v for v in own.lists if v.name in own.live]
    lengths = {ir.Length(v): [len(lst) if isinstance(lst := s[v.name], list) else 0 for s in own.states] for v in lists}
    columns: dict[Expr, list[int]] = dict([*ints.items(), *lengths.items()])
    for e, column in lengths.items():
        if min(column) > 0:
            # a table has the same length in every run, and what is looked up in it rests on that
            least = column[0] if min(column) == max(column) else min(*column, NEAR)
            yield ir.Compare((e, ir.Const(least)), ("ge",))
    for a, b in itertools.combinations(columns, 2):
        if isinstance(b, ir.Length):
            gaps = list(map(operator.sub, columns[b], columns[a]))
            most, least = max(gaps), min(gaps)
            if most == least and abs(most) <= NEAR:
                yield ir.Compare((b, ir.plus_constant(a, most)), ("eq",))
                continue
            if abs(most) <= NEAR:
                yield ir.Compare((b, ir.plus_constant(a, most)), ("le",))
            if abs(least) <= NEAR:
                yield ir.Compare((a, ir.plus_constant(b, -least)), ("le",))
    yield from _sums(columns, lengths)


def _sums(columns: dict[Expr, list[int]], lengths: dict[ir.Length, list[int]]) -> Iterator[Expr]:
    """Yield that a length is the sum of two lengths or ints that move, where that held in every state."""
    moving = [e for e, column in columns.items() if min(column) < max(column)]
    for whole, total in lengths.items():
        for a, b in itertools.combinations([e for e in moving if e != whole], 2):
            gaps = {x + y - z for x, y, z in zip(columns[a], columns[b], total, strict=True)}
            if len(gaps) == 1 and abs(gap := gaps.pop()) <= NEAR:
                yield ir.Compare((ir.Binary("add", a, b), ir.plus_constant(whole, gap)), ("eq",))


def inductive(own: Loop, facts: list[Expr], limits: Limits) -> tuple[Expr, ...]:
    """Drop facts that one turn can break, from states that meet the others, until none is left to drop."""
    goes = holds(own.test, own.names, limits)
    turn = one_turn(own, limits)
    kept = [(f, holds(f, own.names, limits)) for f in facts]
    while kept:
        left, held = kept, [test for _, test in kept]
        for count in (FEW, 4 * FEW):  # most of what can be broken breaks soon; the rest shows in more states
            edge = [v for v in _tight(own, [f for f, _ in kept], count, limits) if all(test(v) for test in held)]
            for values in [*edge, *sample(own, held, count, spread=True)]:
                after = turn(values) if goes(values) else None
                if after is not None and not all(test(after) for _, test in left):
                    left = [(f, test) for f, test in left if test(after)]
            if len(left) < len(kept):
                break
        if len(left) == len(kept):
            break
        kept = left
    return tuple(f for f, _ in kept)


def _tight(own: Loop, facts: Sequence[Expr], count: int, limits: Limits) -> Iterator[list[Value]]:
    """Yield seen states with one int moved to where a fact only just holds, which is where a turn breaks it."""
    pairs = [f.operands for f in facts if isinstance(f, ir.Compare)]
    for one, bound in ((a, b) for pair in pairs for a, b in itertools.permutations(pair, 2)):
        if isinstance(one, ir.Var) and one.name in own.ints:
            value, place = evaluator(bound, own.names, limits), own.names.index(one.name)
            for state in own.states[:count]:
                if isinstance(limit := value(state), int):
                    values = [copied(state[n]) for n in own.names]
                    yield [*values[:place], limit, *values[place + 1 :]]


def one_turn(own: Loop, limits: Limits) -> Callable[[Sequence[Value]], list[Value] | None]:
    """Return one turn of a loop as a function from a state to the one in which its test is reached next.

    None where it is not reached: the turn raises, returns, leaves the loop, or is long. The test itself is not looked at.
    """
    # The turn stands in a loop of its own, so that `break` and `continue` are right in it. The second time that the loop comes
    # to its start it notes so and ends. Loops are numbered from 1, so no program has variables that are called as these two.
    begun, again = "next_0", "stop_0"
    stop = ir.If(ir.Var(begun, "bool"), (ir.Assign((again,), (ir.TRUE,)), ir.Break()), ())
    body = (stop, ir.Assign((begun,), (ir.TRUE,)), *own.turn)
    compiled = compile_block((ir.While(0, ir.TRUE, body),), (*own.names, begun, again), limits)

    def run(values: Sequence[Value]) -> list[Value] | None:
        try:
            state = [*map(copied, values), False, False]
            after, _, result, raised = compiled.run(state, limits.run_ticks // 20, None)
        except OutOfFuel:
            return None
        if raised or result is not None or after.pop() is not True:
            return None
        return after[:-1]  # type: ignore[return-value]  # all assigned

    return run


def sample(
    own: Loop, tests: Sequence[Callable[[Sequence[Value]], bool]], count: int, *, spread: bool, seed: int = 0
) -> list[list[Value]]:
    """Return states that meet all tests: seen ones, and neighbours of seen ones in a small box."""
    rng = random.Random(f"{seed}/{own.loop.index}/{count}")  # noqa: S311 - sampling, not secrecy
    if not own.states:
        return []
    out: list[list[Value]] = []
    # equalities of lengths hold in few neighbours, and in fewer the more is changed at once
    rates = (0.0, 0.15, 0.6 if spread else 0.3) if own.lists else (0.6 if spread else 0.3,)
    for attempt in range(count * 12):
        if len(out) >= count:
            break
        state, rate = rng.choice(own.states), rates[attempt % len(rates)]
        values = [changed(rng, state[n], own.types[n]) if rng.random() < rate else copied(state[n]) for n in own.names]
        if all(t(values) for t in tests):
            out.append(values)
    return out


def run_turns(own: Loop, limits: Limits) -> Callable[[Sequence[Value]], tuple[list[Value | None], int] | None]:
    """Return the whole loop as a function from a state to last values and ticks; None where it raises, returns or is long."""
    compiled = compile_turns(own.loop, own.names, limits)

    def run(values: Sequence[Value]) -> tuple[list[Value | None], int] | None:
        try:
            after, ticks, result, raised = compiled.run([*map(copied, values)], limits.run_ticks // 20, None)
        except OutOfFuel:
            return None
        return None if raised or result is not None else (after, ticks)

    return run
