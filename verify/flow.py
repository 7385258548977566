"""Decides: a block -> where values go in it: which names it needs on entry or later, and what lies outside one of its loops."""

from collections.abc import Iterator

from verify import ir
from verify.ir import Name


def outside(block: ir.Block, index: int) -> Iterator[ir.Statement]:
    """Yield the statements of a block, those of loop `index` and within it left out."""
    for s in block:
        if isinstance(s, ir.LOOPS) and s.index == index:
            continue
        yield s
        match s:
            case ir.If(_, then, orelse):
                yield from outside((*then, *orelse), index)
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                yield from outside(body, index)


def exposed(block: ir.Block) -> frozenset[Name]:
    """Return the names whose value on entry a block may read, the hidden ones of ranges that it starts itself left out."""
    needed: set[Name] = set()
    assigned: set[Name] = set()
    for s in block:
        inner: frozenset[Name] = frozenset()
        sure: frozenset[Name] = frozenset()
        match s:
            case ir.If(_, then, orelse):
                inner, sure = exposed(then) | exposed(orelse), _sure(then) & _sure(orelse)
            case ir.While(body=body):
                inner = exposed(body)
            case ir.For(variable=variable, body=body) | ir.ForEach(variable=variable, body=body):
                inner = exposed(body) - {variable, *ir.hidden(s)}
            case ir.Assign(targets):
                sure = frozenset(targets)
            case ir.Call(target):
                sure = frozenset({target})
        own = frozenset[Name]().union(*map(ir.variables, ir.expressions(s)))
        needed |= (own | inner) - assigned
        assigned |= sure
    return frozenset(needed)


def live_after(block: ir.Block) -> dict[int, frozenset[Name]]:
    """Return, by the `id` of each assignment in a block, the names whose value anything that runs after it may read.

    It may name more than are read, never fewer. What a note says is not read.
    """
    found: dict[int, frozenset[Name]] = {}
    _needed(block, frozenset(), frozenset(), frozenset(), found)
    return found


def _needed(
    block: ir.Block, after: frozenset[Name], left: frozenset[Name], again: frozenset[Name], found: dict[int, frozenset[Name]]
) -> frozenset[Name]:
    """Return the names that are needed on entry to a block, where `left` are needed at a `break` and `again` at a `continue`."""
    for s in reversed(block):
        own = frozenset[Name]().union(*map(ir.variables, ir.expressions(s)))
        match s:
            case ir.Assign(targets):
                found[id(s)] = after
                after = (after - set(targets)) | own
            case ir.Call(target):
                after = (after - {target}) | own
            case ir.Return():
                after = own
            case ir.Break():
                after = left
            case ir.Continue():
                after = again
            case ir.If(_, then, orelse):
                after = own | _needed(then, after, left, again, found) | _needed(orelse, after, left, again, found)
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                head = own | after
                while (more := head | _needed(body, head, after, head, found)) != head:
                    head = more
                after = head
    return after


def _sure(block: ir.Block) -> frozenset[Name]:
    """Return the names that a block assigns whenever it falls through, those of inner branches left out."""
    assigned = frozenset(n for s in block if isinstance(s, ir.Assign) for n in s.targets)
    return assigned | {s.target for s in block if isinstance(s, ir.Call)}
