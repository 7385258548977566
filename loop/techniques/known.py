"""What is known all through a version: bounds of variables, and what the contract says of parameters that are kept."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from loop.techniques.study import Study
from verify import ir
from verify.gates.bounds import bounds_of, conjuncts
from verify.ir import Block, Expr, Name

Ends: TypeAlias = tuple[int | None, int | None]
Known: TypeAlias = dict[Name, Ends]
"""the least and the greatest value of ints, None where none is known"""
NOTHING: Final[Ends] = (None, None)


def sure(study: Study) -> Known:
    """Return bounds that hold all through a version: of parameters that it keeps, by the contract; and of what stays >= 0."""
    head = study.head
    written = ir.writes(head.body)
    found = bounds_of(study.spec.require, head.parameters)
    known: Known = {}
    for p in head.parameters:
        place = (p.name,)
        if p.type == "int" and p.name not in written and place not in found.unsure:
            known[p.name] = found.low.get(place), found.high.get(place)
    start = {p.name for p in head.parameters if p.type == "int" and (found.low.get((p.name,)) or -1) >= 0}
    start |= {p.name for p in head.parameters if found.low.get((p.name,)) == 0}
    names = {v.name for v in head.locals if v.type == "int"} | (start & written)
    while lost := {n for n in names if not all(_never_negative(e, known, names) for e in _values(head.body, n))}:
        names -= lost
    return known | {n: (0, known.get(n, NOTHING)[1]) for n in names}


def told(study: Study) -> tuple[Expr, ...]:
    """Return what the contract says of parameters that a version keeps and that is no bound: `x % y == 0`, `x < y`, `x != 0`."""
    head = study.head
    kept = frozenset(p.name for p in head.parameters) - ir.writes(head.body)
    links: list[Expr] = []
    for e in conjuncts(study.spec.require):
        if isinstance(e, ir.Compare):
            pairs = zip(e.operands, e.relations, e.operands[1:], strict=False)
            links += [ir.Compare((a, b), (r,)) for a, r, b in pairs if a.type == b.type == "int"]
    return tuple(e for e in links if ir.variables(e) <= kept and not _is_bound(e))


def _is_bound(e: Expr) -> bool:
    """Say whether a comparison is of a variable and a literal, so that it is known as a bound."""
    match e:
        case ir.Compare((ir.Var(), ir.Const()) | (ir.Const(), ir.Var()), (relation,)):
            return relation != "ne"
    return False


def _values(block: Block, name: Name) -> Iterator[Expr]:
    """Yield what a name may be given; something negative where that is not known."""
    unknown = ir.Const(-1)
    for s in ir.statements(block):
        match s:
            case ir.Assign(targets, values) if name in targets:
                yield values[targets.index(name)]
            case ir.Call(target) if target == name:
                yield unknown
            case ir.For(variable=v, start=start, stop=stop, step=step) if v == name:
                # going up it is never below its start, and going down never at its stop or below
                up = isinstance(step, ir.Const) and step.value > 0
                down = isinstance(step, ir.Const) and isinstance(stop, ir.Const) and stop.value >= -1
                yield start if up or down else unknown
            case ir.ForEach(variable=v) if v == name:
                yield unknown


def _never_negative(e: Expr, known: Mapping[Name, Ends], names: set[Name]) -> bool:
    def go(x: Expr) -> bool:
        return _never_negative(x, known, names)

    match e:
        case ir.Const(v):
            return v >= 0
        case ir.Var(n):
            low = known.get(n, NOTHING)[0]
            return n in names or (low is not None and low >= 0)
        case ir.Unary("abs") | ir.Length() | ir.Count():
            return True
        case ir.Binary("add" | "mul" | "floordiv" | "pow" | "lshift" | "or" | "xor", left, right):
            return go(left) and go(right)
        case ir.Binary("rshift", left):
            return go(left)
        case ir.Binary("mod", _, right):
            return go(right)
        case ir.Binary("and", left, right):
            return go(left) or go(right)
        case ir.Extremum(op, operands):
            return (any if op == "max" else all)(map(go, operands))
        case ir.Choice(_, then, orelse):
            return go(then) and go(orelse)
    return False
