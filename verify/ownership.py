"""Refuses only: programs in which two names could be told to be one list.

In the language lists are values. In CPython they are objects, so a change made through one name shows through another. Both
are the same where a list that is changed in place was made by the function itself and has no other name. Flow is not followed:
what may be another's at one place is taken to be so everywhere.
"""

from collections.abc import Iterator

from verify import ir
from verify.expr import Expr, Name
from verify.reasons import Refusal, Unsupported
from verify.source import Source
from verify.types import has_list

CHANGES = (ir.Updated, ir.Appended, ir.Extended, ir.Popped)


def check_ownership(source: Source, program: ir.Program) -> None:
    """Raise Refusal(Unsupported) unless every list that the program changes has one name only."""
    statements = list(ir.statements(program.body))
    changed = {s.targets[0] for s in statements if isinstance(s, ir.Assign) and isinstance(s.values[0], CHANGES)}
    parameters = {p.name for p in program.parameters}
    for s in statements:
        for what, do in _faults(s, changed, parameters):
            raise Refusal(Unsupported(what=what, where=f"{source.label}:{s.line}", do=do))


def _faults(s: ir.Statement, changed: set[Name], parameters: set[Name]) -> Iterator[tuple[str, str]]:
    match s:
        case ir.Assign(targets, values):
            for target, e in zip(targets, values, strict=True):
                if isinstance(e, CHANGES) and target in parameters:
                    yield f"`{target}` is an argument, and arguments are never changed.", f"Change a copy: `own = {target}[:]`."
                yield from _shared(target, e, changed)
        case ir.ForEach(variable=variable, source=source, body=body):
            yield from _shared(variable, ir.Item(source, ir.Const(0)), changed)
            inside = {t.targets[0] for t in ir.statements(body) if isinstance(t, ir.Assign) and isinstance(t.values[0], CHANGES)}
            if also := sorted(_held(source) & inside):
                yield f"`{also[0]}` is changed while a loop goes over it.", f"Go over a copy: `{also[0]}[:]`."


def _shared(target: Name, e: Expr, changed: set[Name]) -> Iterator[tuple[str, str]]:
    """Yield why an assignment gives a second name to a list that is changed somewhere, or to one that it holds."""
    names = sorted(set[Name]().union(*map(_held, _stored(e))))
    other = next((n for n in names if n in changed or target in changed), None)
    if other is not None:
        what = f"`{other}` and `{target}` would be one list, and one of them is changed."
        yield what, f"Write a copy: `{other}[:]`."


def _stored(e: Expr) -> tuple[Expr, ...]:
    """Return what an assignment stores: of a change what it puts into the list, which keeps its name."""
    match e:
        case ir.Updated(_, _, ir.Updated(operand=ir.Item()) as inner):
            return _stored(inner)
        case ir.Updated(_, _, value):
            return (value,)
        case ir.Appended(_, item):
            return (item,)
        case ir.Extended(_, more):
            return (ir.Item(more, ir.Const(0)),)
        case ir.Popped():
            return ()
        case _:
            return (e,)


def _held(e: Expr) -> frozenset[Name]:
    """Return the names whose list, or whose elements that are lists, are part of a value."""
    if not has_list(e.type):
        return frozenset()
    match e:
        case ir.Var(name):
            return frozenset({name})
        case ir.Choice(_, then, orelse):
            return _held(then) | _held(orelse)
        case ir.Tuple(items) | ir.List(items):
            return frozenset[Name]().union(*map(_held, items))
        case ir.Part(operand) | ir.Item(operand) | ir.Popped(operand):
            return _held(operand)
        case ir.Each(element, _, source):
            return _held(element) | _held(ir.Item(source, ir.Const(0)))
        case ir.Updated(operand, _, value):
            return _held(operand) | _held(value)
        case ir.Appended(operand, item):
            return _held(operand) | _held(item)
        case ir.Slice(operand) | ir.Reverse(operand) | ir.Repeat(operand) | ir.Fold(_, operand):
            return _held(ir.Item(operand, ir.Const(0)))
        case ir.Join(left, right) | ir.Extended(left, right):
            return _held(ir.Item(left, ir.Const(0))) | _held(ir.Item(right, ir.Const(0)))
        case _:
            return frozenset()
