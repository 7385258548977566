"""Branches never taken and operations that change nothing, as far as runs on what the contract allows show."""

from collections.abc import Iterator
from dataclasses import replace

from loop.simplify import static_cost
from loop.techniques.lockstep import agrees, in_step
from loop.techniques.study import Draft, Study
from verify import ir
from verify.ir import Block, Expr, Name

MOST = 60
"""places of a program that are tried"""


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the head with all of it folded that runs allow; where it has no loop the prover needs no help."""
    body = study.head.body
    place, tried = 0, 0
    while tried < MOST and (ways := list(_folded(body, place, study.head.loops))):
        tried += 1
        kept = next((b for b in ways if agrees(study, replace(study.head, body=b))), None)
        if kept is None:
            place += 1
        else:
            body = kept
    if body == study.head.body:
        return
    program, idea = replace(study.head, body=body), "what the contract decides is not asked"
    if not study.head.loops:
        yield Draft(program, idea)
        return
    found = in_step(study, program, idea)
    if found is not None:
        yield found


def _folded(block: Block, place: int, apart: tuple[ir.Loop, ...]) -> Iterator[Block]:
    """Yield a block with one of its places folded, in each way that there is; nothing where it has no such place.

    What the loops `apart`, which the block does not stand in, leave behind is no matter of the contract alone.
    """
    count = 0
    for i, s in enumerate(block):
        own = list(_places(s, apart))
        if place < count + len(own):
            for instead in own[place - count]:
                yield (*block[:i], *instead, *block[i + 1 :])
            return
        count += len(own)


def _places(s: ir.Statement, apart: tuple[ir.Loop, ...]) -> Iterator[list[Block]]:
    """Yield, for each place in a statement that may be folded, what may stand instead of the statement."""
    left = frozenset[Name]().union(*(ir.writes((t,)) for t in apart))
    match s:
        case ir.If(test, then, orelse):
            if not ir.variables(test) & left:
                yield [then, orelse]
            for k in range(_count(then, apart)):
                yield [(replace(s, then=b),) for b in _folded(then, k, apart)]
            for k in range(_count(orelse, apart)):
                yield [(replace(s, orelse=b),) for b in _folded(orelse, k, apart)]
        case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
            apart = tuple(t for t in apart if t.index != s.index)
            left = frozenset[Name]().union(*(ir.writes((t,)) for t in apart))
            for k in range(_count(body, apart)):
                yield [(replace(s, body=b),) for b in _folded(body, k, apart)]
    for e in ir.expressions(s):
        for x in dict.fromkeys(ir.subexpressions(e)):
            if not ir.variables(x) & left and (ways := _simpler(x)):
                yield [ir.rewritten((s,), lambda y, x=x, w=w: _exchanged(y, x, w)) for w in ways]  # type: ignore[misc]  # bound at once


def _count(block: Block, apart: tuple[ir.Loop, ...]) -> int:
    return sum(1 for s in block for _ in _places(s, apart))


def _simpler(e: Expr) -> list[Expr]:
    """Return what an expression may be under a contract, cheapest first."""
    match e:
        case ir.Unary("abs", x):
            return [x]
        case ir.Binary("mod", x, _):
            return [x]
        case ir.Extremum(_, operands) | ir.Logic(_, operands):
            return sorted(operands, key=static_cost)
        case ir.Choice(_, then, orelse):
            return [then, orelse]
    return []


def _exchanged(e: Expr, old: Expr, new: Expr) -> Expr:
    return new if e == old else ir.rebuilt(e, lambda x: _exchanged(x, old, new))
