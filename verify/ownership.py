"""Refuses only: programs in which two names could be told to be one list.

In the language lists are values. In CPython they are objects, so a change made through one name shows through another. Both
are the same where a list that is changed in place was made by the function itself and has no other name. A list may move: where
the name that had it is read no more, another one, or a list that it is put into, takes it over. But for that, flow is not
followed: what may be another's at one place is taken to be so everywhere, and names between which a list moves count as one.
"""

import ast
import re
from collections.abc import Iterator
from typing import Final

from verify import flow, ir
from verify.expr import Expr, Name
from verify.reasons import Refusal, Unsupported
from verify.source import Source
from verify.types import ListOf, Type, has_list

CHANGES = (ir.Updated, ir.Appended, ir.Extended, ir.Popped)
UNNAMED: Final = re.compile(r"(rest|item|each|held)_[0-9]+")
"""names that the reader gave to lists that have none in the source"""


RETURNED: Final = "held_0"
"""stands for what another function made"""


def check_ownership(source: Source, program: ir.Program) -> None:
    """Raise Refusal(Unsupported) unless every list that the program changes has one name only."""
    statements = list(ir.statements(program.body))
    in_place = {s.targets[0] for s in statements if isinstance(s, ir.Assign) and isinstance(s.values[0], CHANGES)}
    parameters = {p.name for p in program.parameters}
    moved = _moved(program, parameters)
    changed = _as_one(in_place, moved)
    for s in statements:
        for what, do in _faults(s, changed, parameters, program.result, moved):
            raise Refusal(Unsupported(what=what, where=_where(source, s.line), do=do))


Moves = dict[tuple[int, Name], tuple[Name, Name]]
"""by the `id` of an assignment and one of its targets: that one, and the name whose list it takes over"""


def _moved(program: ir.Program, parameters: set[Name]) -> Moves:
    """Return the moves of a program: the name that had the list is read no more, or gets another value in the same assignment."""
    live, moved = flow.live_after(program.body), Moves()
    for s in (s for s in ir.statements(program.body) if isinstance(s, ir.Assign)):
        held = [n for e in s.values for n in _held(e)]
        for target, e in zip(s.targets, s.values, strict=True):
            match _stored(e):
                case (ir.Var(name, ListOf()),) if name not in parameters and held.count(name) == 1:
                    if name in s.targets or name not in live[id(s)]:
                        moved[id(s), target] = (target, name)
    return moved


def _as_one(names: set[Name], moved: Moves) -> set[Name]:
    """Return some names with all that count as one with them."""
    found = set(names)
    while more := {n for pair in moved.values() if found & {*pair} for n in pair} - found:
        found |= more
    return found


def _where(source: Source, line: int) -> str:
    """Return `file:line:column` of the statement that begins on a line."""
    found = (n for n in ast.walk(source.tree) if isinstance(n, ast.stmt) and n.lineno == line)
    first = min(found, key=lambda n: n.col_offset, default=None)
    return f"{source.label}:{line}" if first is None else source.where(first)


def _faults(
    s: ir.Statement, changed: set[Name], parameters: set[Name], result: Type, moved: Moves
) -> Iterator[tuple[str, str]]:
    match s:
        case ir.Call(target, _, arguments) if has_list(result):
            for e in arguments:  # what the function returns may be, or hold, any of them
                yield from _shared(target, e, changed)
        case ir.Assign(targets, values):
            for target, e in zip(targets, values, strict=True):
                if isinstance(e, CHANGES) and target in parameters:
                    yield f"`{target}` is an argument, and arguments are never changed.", f"Change a copy: `own = {target}[:]`."
                if (id(s), target) not in moved:
                    yield from _shared(target, e, changed)
        case ir.ForEach(variable=variable, source=source, body=body):
            yield from _shared(variable, ir.Item(source, ir.Const(0)), changed)
            # before the loop no other name had the list that it goes over
            within = {id(t) for t in ir.statements(body)}
            moves = {key: pair for key, pair in moved.items() if key[0] in within}
            inside = {t.targets[0] for t in ir.statements(body) if isinstance(t, ir.Assign) and isinstance(t.values[0], CHANGES)}
            # `reversed(xs)` is a view of the list, and `xs[::-1]` is read as the same
            viewed = source.operand if isinstance(source, ir.Reverse) else source
            if also := sorted(n for n in _held(viewed) if _as_one({n}, moves) & inside):
                yield f"`{also[0]}` is changed while a loop goes over it.", f"Go over a copy: `{also[0]}[:]`."


def _shared(target: Name, e: Expr, changed: set[Name]) -> Iterator[tuple[str, str]]:
    """Yield why an assignment gives a second name to a list that is changed somewhere, or to one that it holds."""
    names = set[Name]().union(*map(_held, _stored(e)))
    found = sorted((n for n in names if n in changed or target in changed), key=lambda n: (_hidden(n), n))
    if not found:
        return
    if _hidden(found[0]):
        what = "a list that is changed would be held twice, or come from elsewhere." if _hidden(target) else (
            f"`{target}` is changed, and its lists would be held twice, or come from elsewhere.")  # fmt: skip
        yield what, "Make each list where it is stored: write a copy of it, `...[:]`."
        return
    other = found[0]
    what = f"what `{other}` holds would be held twice, and is changed." if _hidden(target) else (
        f"`{other}` takes a list of its own, and is changed." if target == other else
        f"`{other}` and `{target}` would be one list, or hold one, and one of them is changed.")  # fmt: skip
    yield what, f"Write a copy: {_copy(other, e)}."


def _hidden(name: Name) -> bool:
    """Say whether the reader gave the name."""
    return UNNAMED.fullmatch(name) is not None


def _copy(name: Name, e: Expr) -> str:
    """Return how to write a copy of what an assignment would share."""
    return f"`{name}[:]`" if isinstance(e, ir.Var) and isinstance(e.type, ListOf) else "`[:]` behind the list, or a comprehension"


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
        case ir.Apply(_, arguments):
            # what it returns may be, or hold, any of them, or hold a list of its own twice
            return frozenset({RETURNED}).union(*map(_held, arguments))
        case ir.Each(element, _, source):
            # the bound variable counts as a name: an element may hold what it stands for more than once
            held = _held(element)
            return held | _held(ir.Item(source, ir.Const(0))) if held else held
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
