"""A loop over a list that the contract puts in order, as runs show it: what a turn does by how its element stands to a value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

from loop.observe import evaluator, read_outside
from loop.simplify import RELATIONS, after
from loop.techniques.ordered import TURNED, Order, order_of
from loop.techniques.study import Study
from verify import ir
from verify.gates.bounds import conjuncts
from verify.interpreter import Interpreter, OutOfFuel
from verify.ir import Block, Expr, Name, Value, Var

Side: TypeAlias = int
"""-1 for elements that come before a value, 0 for those that are equal to it, 1 for those that come after it"""
SIDES: Final = (-1, 0, 1)
PLAIN: Final = (ir.Var, ir.Const, ir.Binary, ir.Unary)
"""what a value may be made of that elements are compared with"""
OPERATORS: Final = ("add", "sub", "mul")


@dataclass(frozen=True, slots=True)
class Turn:
    """What a turn adds to each int, as far as it is always the same, and what it costs."""

    changes: Mapping[Name, int]
    ticks: int


@dataclass(frozen=True, slots=True)
class Scan:
    """The one loop of a version, over a whole list from its first element on, that compares elements with one value."""

    order: Order
    loop: ir.Loop
    before: Block
    after: Block
    begun: Mapping[Name, Expr]
    """what variables hold before the loop, over the parameters"""
    counter: Name | None
    """the index of the element, None where the loop goes over the elements themselves"""
    elements: frozenset[Expr]
    """what stands for the element in a turn"""
    value: Expr
    wanted: frozenset[Name]
    """what the loop writes and is read after it"""


def scan_of(study: Study) -> Scan | None:
    """Return the scan that a version is, None where it is none."""
    head = study.head
    order = order_of(study.spec.require, head)
    if order is None or len(head.loops) != 1 or head.recursive:
        return None
    at = next((k for k, s in enumerate(head.body) if isinstance(s, ir.LOOPS)), None)
    begun = None if at is None else after(head.body[:at])
    if at is None or begun is None:
        return None
    loop = head.loops[0]
    found = _place(loop, order.xs, begun)
    if found is None:
        return None
    counter, element = found
    elements = frozenset({element, *_names(loop.body, element)})
    written = ir.writes(ir.turn(loop))
    values = {t for t in _compared(loop, elements) if not ir.variables(t) & written and _is_plain(t)}
    if len(values) != 1 or order.xs.name in written:
        return None
    wanted = read_outside(head.body, loop.index) & written
    return Scan(order, loop, head.body[:at], head.body[at + 1 :], begun, counter, elements, values.pop(), wanted)


def _place(loop: ir.Loop, xs: Var, begun: Mapping[Name, Expr]) -> tuple[Name | None, Expr] | None:
    """Return the counter of a loop, and what its element is, where it begins at the first and may go on to the last."""

    def length(e: Expr) -> bool:
        return ir.substitute(e, dict(begun)) == ir.Length(xs)

    match loop:
        case ir.ForEach(variable=variable, source=source) if source == xs:
            return None, Var(variable, "int")
        case ir.For(variable=variable, start=ir.Const(0), stop=stop, step=ir.Const(1)) if length(stop):
            return variable, ir.Item(xs, Var(variable, "int"))
        case ir.While(test=test):
            match next(conjuncts(test)):
                case ir.Compare((Var(n) as i, end), ("lt",)) | ir.Compare((end, Var(n) as i), ("gt",)):
                    return (n, ir.Item(xs, i)) if length(end) and begun.get(n) == ir.Const(0) else None
    return None


def _names(block: Block, element: Expr) -> Iterator[Var]:
    """Yield variables that a turn gives the element."""
    for s in ir.statements(block):
        match s:
            case ir.Assign((name,), (value,)) if value == element:
                yield Var(name, "int")


def _compared(loop: ir.Loop, elements: frozenset[Expr]) -> Iterator[Expr]:
    """Yield what elements are compared with."""
    inside = [e for s in ir.statements(loop.body) for e in ir.expressions(s)]
    for e in [*inside, *([loop.test] if isinstance(loop, ir.While) else [])]:
        for x in ir.subexpressions(e):
            if isinstance(x, ir.Compare):
                for a, b in zip(x.operands, x.operands[1:], strict=False):
                    if (a in elements) != (b in elements):
                        yield b if a in elements else a


def _is_plain(e: Expr) -> bool:
    """Say whether a value raises nothing wherever it is worked out, and is linear arithmetic."""
    inside = list(ir.subexpressions(e))
    return all(isinstance(x, PLAIN) and x.type == "int" and getattr(x, "op", "add") in (*OPERATORS, "neg") for x in inside)


def sides_of(study: Study, scan: Scan) -> dict[Side, Turn] | None:
    """Return what turns do that go through to the next element, by the side of theirs; None where runs show no such rule."""
    names = [v.name for v in study.head.variables]
    value = evaluator(scan.value, names, study.limits)
    ints = [v.name for v in study.head.variables if v.type == "int"]
    found: dict[Side, Turn] = {}
    for xs, states in _watched(study, scan):
        for k, ((before, begun), (following, ended)) in enumerate(pairwise(states)):
            due = value(before)
            if not isinstance(due, int):
                return None
            side = _side(xs[k], due, rises=scan.order.rises)
            changes = {n: _int(following[n]) - _int(before[n]) for n in ints}
            old = found.setdefault(side, Turn(changes, ended - begun))
            if old.ticks != ended - begun:
                return None
            if old.changes != changes:
                found[side] = Turn({n: c for n, c in old.changes.items() if changes.get(n) == c}, old.ticks)
    return found


def _side(x: int, due: int, *, rises: bool) -> Side:
    return ((x > due) - (x < due)) * (1 if rises else -1)


def _int(value: Value) -> int:
    return int(value) if isinstance(value, int) else 0


def _watched(study: Study, scan: Scan) -> Iterator[tuple[list[int], list[tuple[dict[Name, Value], int]]]]:
    """Yield the list of each run, and the states of the loop at its tests with the ticks that had passed."""
    at = [p.name for p in study.head.parameters].index(scan.order.xs.name)
    interpreter = Interpreter(study.head, study.limits, watched=True)
    for arguments in study.runs:
        states: list[tuple[dict[Name, Value], int]] = []

        def watch(_: int, variables: dict[str, Value], ticks: int, states: list[tuple[dict[Name, Value], int]] = states) -> None:
            kept = {v.name: variables.get(f"v_{v.name}", ir.blank(v.type)) for v in study.head.variables}
            states.append((kept, ticks))

        try:
            interpreter.run(arguments, watch)
        except OutOfFuel:
            continue
        xs = arguments[at]
        if isinstance(xs, list):
            yield [_int(x) for x in xs], states


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ends: it goes on with the next element, leaves the loop, or returns a value; and what it gives to names."""

    kind: Literal["go", "leave", "return"]
    gives: Mapping[Name, Expr]
    value: Expr | None = None


def outcome(scan: Scan, side: Side) -> Outcome | None:
    """Return how a turn ends whose element is on a side of the value, over what held before it; None where more sways it."""
    if isinstance(scan.loop, ir.While):
        for e in tuple(conjuncts(scan.loop.test))[1:]:
            goes = _decided(scan, e, side)
            if goes is not True:
                return None if goes is None else Outcome("leave", {})
    return _ended(scan, scan.loop.body, side, {})


def _ended(scan: Scan, block: Block, side: Side, env: dict[Name, Expr]) -> Outcome | None:
    for i, s in enumerate(block):
        match s:
            case ir.Assign(targets, values):
                env = env | dict(zip(targets, [ir.substitute(v, env) for v in values], strict=True))
            case ir.If(test, then, orelse):
                holds = _decided(scan, ir.substitute(test, env), side)
                return None if holds is None else _ended(scan, (*(then if holds else orelse), *block[i + 1 :]), side, env)
            case ir.Return(value):
                return Outcome("return", env, ir.substitute(value, env))
            case ir.Break():
                return Outcome("leave", env)
            case ir.Continue():
                return Outcome("go", env)
            case _:
                return None
    return Outcome("go", env)


def _decided(scan: Scan, e: Expr, side: Side) -> bool | None:
    """Say whether a condition holds of an element on a side of the value; None where that does not decide it."""
    match e:
        case ir.Compare((a, b), (relation,)) if a in scan.elements and b == scan.value:
            return RELATIONS[relation](side if scan.order.rises else -side, 0)
        case ir.Compare((a, b), (relation,)) if b in scan.elements and a == scan.value:
            return _decided(scan, ir.Compare((b, a), (TURNED[relation],)), side)
        case ir.Unary("not", operand):
            held = _decided(scan, operand, side)
            return None if held is None else not held
        case ir.Logic(op, operands):
            held_each = [_decided(scan, o, side) for o in operands]
            decisive = op == "or"
            return decisive if decisive in held_each else None if None in held_each else not decisive
    return None
