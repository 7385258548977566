"""A loop that asks in each turn whether its counter has come to a point that is known before it becomes two that do not ask.

The first goes up to that point and the second on from there; one of them is dropped where its turns do nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from loop.fit import horner
from loop.observe import read_outside
from loop.simplify import RELATIONS, simplified, static_cost, terms
from loop.techniques.hoisting import evaluated, free_name
from loop.techniques.lockstep import with_lemmas
from loop.techniques.ordered import TURNED
from loop.techniques.splitting_proof import Halves, to_lemmas
from loop.techniques.study import Draft, Study
from loop.techniques.walk import constant
from verify import ir
from verify.ir import Block, Expr, Name, Program, Var

Counted: TypeAlias = ir.For | ir.While
DEAREST: Final = 4
"""most ticks of the point at which a loop is split"""
VARIABLES: Final = ("j", "k", "h", "later")
"""what the variable of the second loop is called, as far as these names are free"""
MIDDLES: Final = ("middle", "point", "part")
EARLIER: Final = {"lt": 0, "le": 1}
LATER: Final = {"ge": 0, "gt": 1}
"""relations to a value that hold before a turn or from a turn on, and how far that turn is from the value"""


@dataclass(frozen=True, slots=True)
class Counter:
    """How a loop counts: by one, up or down, until it comes to `stop`."""

    variable: Name
    start: Expr | None
    stop: Expr
    way: int
    """1 for up, -1 for down"""
    moving: frozenset[Name]
    """variables that the turns of any loop write"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the version with one loop split, for each loop and each point."""
    head = study.head
    for loop in head.body:
        counter = _counter(head, loop) if isinstance(loop, ir.For | ir.While) else None
        if counter is None or not isinstance(loop, ir.For | ir.While):
            continue
        for bound, saved in _bounds(loop.body, counter).items():
            program, numbers, end = _split(head, loop, counter, bound)
            halves = Halves(loop, counter.way, counter.variable, bound, counter.stop, end, saved)
            idea = f"the loop on line {loop.line} is split where its test changes"
            yield from with_lemmas(study, program, idea, partial(to_lemmas, study, halves=halves, numbers=numbers))


def _counter(head: Program, loop: Counted) -> Counter | None:
    """Return how a loop counts, None where that is no matter of ones, or where it may be left or is nothing to split."""
    body = loop.body
    inside = list(ir.statements(body))
    if head.recursive or ir.leaves(body) or ir.returns(body) or any(isinstance(s, ir.LOOPS) for s in inside):
        return None
    moving = frozenset[Name]().union(*(ir.writes(ir.turn(s)) for s in head.loops))
    match loop:
        case ir.For(variable=variable, start=start, stop=stop, step=ir.Const(1 | -1 as step)):
            counter = Counter(variable, start, stop, int(step), moving)
            if variable in ir.writes(body) | read_outside(head.body, loop.index):
                return None
        case (
            ir.While(test=ir.Compare((Var(i), stop) as sides, (said,)))
            | ir.While(test=ir.Compare((stop, Var(i)) as sides, (said,)))
        ):
            relation = said if sides[1] == stop else TURNED[said]
            ahead = {"lt": 1, "le": 1, "gt": -1, "ge": -1}.get(relation, 0)
            last = ir.Assign((i,), (ir.plus_constant(Var(i, "int"), ahead),))
            if not ahead or body[-1] not in (last, _swapped(last)) or i in ir.writes(body[:-1]) or _continues(body):
                return None
            stop = simplified(ir.plus_constant(stop, ahead)) if relation in ("le", "ge") else stop
            counter = Counter(i, _start(head.body[: head.body.index(loop)], i), stop, ahead, moving)
        case _:
            return None
    inner = [counter.stop] if isinstance(loop, ir.While) else [loop.start, counter.stop]
    ok = all(ir.safe(e) == ir.TRUE and not ir.variables(e) & counter.moving and static_cost(e) <= DEAREST for e in inner)
    return counter if ok else None


def _start(block: Block, name: Name) -> Expr | None:
    """Return what a block leaves in a name, where it assigns it last of all at its own level."""
    last = next((s for s in reversed(block) if name in ir.writes((s,))), None)
    return dict(zip(last.targets, last.values, strict=True))[name] if isinstance(last, ir.Assign) else None


def _swapped(s: ir.Assign) -> ir.Assign:
    """Return `i = 1 + i` for `i = i + 1`."""
    match s.values:
        case (ir.Binary("add", left, right),):
            return replace(s, values=(ir.Binary("add", right, left),))
    return s


def _continues(block: Block) -> bool:
    return any(isinstance(s, ir.Continue) for s in ir.statements(block))


def _bounds(body: Block, counter: Counter) -> dict[Expr, int]:
    """Return the points at which tests that each turn makes change, with the ticks that a turn then saves at least."""
    found: dict[Expr, int] = {}
    for s in body:
        if not isinstance(s, ir.Assign | ir.If):
            continue
        for e in ir.expressions(s):
            asked = [e] if isinstance(s, ir.If) else []
            asked += [x.test for x in evaluated(e) if isinstance(x, ir.Choice)]
            for x in evaluated(e):
                point = _point(x, counter)
                if point is not None:
                    found.setdefault(point[0], static_cost(x) + (x in asked))
        if _continues((s,)):
            break
    return found


def _point(test: Expr, counter: Counter) -> tuple[Expr, bool] | None:
    """Return the value of the counter from which a test changes, and whether it holds before; None where it is no such test."""
    match test:
        case ir.Compare((a, b), (said,)) if a.type == b.type == "int":
            value = _compared(ir.Binary("sub", a, b), counter)
        case _:
            return None
    if value is None:
        return None
    rest, sign = value
    relation = said if sign == counter.way else TURNED[said]
    if relation in ("eq", "ne"):
        first = isinstance(counter.start, ir.Const) and rest == counter.start
        last = _difference(counter.stop, rest) == counter.way
        if not first and not last:
            return None
        point = simplified(ir.plus_constant(rest, counter.way)) if first else rest
        holds = first == (relation == "eq")
    else:
        holds = relation in EARLIER
        shift = (EARLIER if holds else LATER)[relation] * counter.way
        point = simplified(ir.plus_constant(rest, shift))
    ok = ir.safe(point) == ir.TRUE and static_cost(point) <= DEAREST and not ir.variables(point) & counter.moving
    return (point, holds) if ok else None


def _compared(difference: Expr, counter: Counter) -> tuple[Expr, int] | None:
    """Return the value that a difference compares the counter with, and the sign that the counter has in it."""
    variable = Var(counter.variable, "int")
    atoms: list[Expr] = [variable]
    poly = terms(difference, atoms)
    if poly is None or any(counter.variable in ir.variables(x) for x in atoms[1:]):
        return None
    sign = poly.pop((1,), 0)
    if sign not in (1, -1) or any(m and m[0] for m in poly):
        return None
    full = {m + (0,) * (len(atoms) - len(m)): -sign * c for m, c in poly.items()}
    return horner(full, atoms), sign


def _difference(a: Expr, b: Expr) -> int | None:
    """Return what one value is more than another, where that is always the same."""
    return constant(ir.Binary("sub", a, b))


# -- the two halves --------------------------------------------------------------------------------------------------------------


def _cut(block: Block, counter: Counter, bound: Expr, *, before: bool) -> Block:
    """Return what a turn does before a point, or from it on."""

    def decided(e: Expr) -> Expr:
        point = _point(e, counter)
        if point is not None and point[0] == bound:
            return ir.Const(point[1] == before)
        return _folded(ir.rebuilt(e, decided))

    return _taken(ir.rewritten(block, decided))


def _folded(e: Expr) -> Expr:
    """Return an expression without the parts that literals decide."""
    match e:
        case ir.Choice(ir.Const(test), then, orelse):
            return then if test else orelse
        case ir.Unary("not", ir.Const(truth)):
            return ir.Const(not truth)
        case ir.Compare((ir.Const(a), ir.Const(b)), (relation,)):
            return ir.Const(RELATIONS[relation](int(a), int(b)))
        case ir.Logic(op, operands):
            kept: list[Expr] = []
            for x in operands:
                if x == ir.Const(op == "or"):
                    kept.append(x)
                    break
                if x != ir.Const(op == "and"):
                    kept.append(x)
            return ir.Logic(op, tuple(kept)) if len(kept) > 1 else kept[0] if kept else ir.Const(op == "and")
    return e


def _taken(block: Block) -> Block:
    """Return a block with the branches that literals decide in place of the choices; what stands behind a jump is dropped."""
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.If(ir.Const(test), then, orelse):
                out += _taken(then if test else orelse)
            case ir.If(then=then, orelse=orelse):
                out.append(replace(s, then=_taken(then), orelse=_taken(orelse)))
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                out.append(replace(s, body=_taken(body)))
            case _:
                out.append(s)
        if out and isinstance(out[-1], ir.Continue):
            break
    return tuple(out)


def _split(head: Program, loop: Counted, counter: Counter, bound: Expr) -> tuple[Program, list[int], Expr]:
    """Return the version with both halves, whose turns each of its loops makes, and where the first half stops."""
    at, end = head.body.index(loop), _nearer(bound, counter.stop, counter.way)
    early, late = (_cut(loop.body, counter, bound, before=b) for b in (True, False))
    taken = {v.name for v in head.variables} | {head.name}
    before: Block = ()
    made: tuple[Var, ...] = ()
    if isinstance(loop, ir.For):
        first: ir.Loop = replace(loop, stop=end, body=early)
        # another variable: what runs show of one loop's is then no matter of the other
        other = Var(free_name(taken, VARIABLES), "int")
        env: dict[Name, Expr] = {counter.variable: other}
        late = ir.rewritten(late, lambda e: ir.substitute(e, env))
        made = (other,)
        second: ir.Loop = replace(loop, variable=other.name, start=_nearer(bound, loop.start, -counter.way), body=late)
    else:
        if static_cost(end):
            middle = Var(free_name(taken, MIDDLES), "int")
            made, before, end = (middle,), (ir.Assign((middle.name,), (end,), loop.line),), middle
        test = ir.Compare((Var(counter.variable, "int"), end), ("lt" if counter.way > 0 else "gt",))
        first, second = replace(loop, test=test, body=early), replace(loop, body=late)
    body = (*head.body[:at], *before, first, replace(second, index=0), *head.body[at + 1 :])
    numbers = [s.index or loop.index for s in ir.statements(body) if isinstance(s, ir.LOOPS)]
    return replace(head, body=body, locals=(*head.locals, *made)), numbers, end


def _nearer(a: Expr, b: Expr, way: int) -> Expr:
    """Return the one of two values that a counter comes to first: the smaller one where it goes up."""
    apart = _difference(a, b)
    if apart is not None:
        return a if apart * way <= 0 else b
    return ir.Extremum("min" if way > 0 else "max", (a, b))
