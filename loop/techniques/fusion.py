"""Loops over the same range or list made into one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from loop.observe import read_outside
from loop.techniques.lockstep import draft
from loop.techniques.step_writer import Pair
from loop.techniques.study import Draft, Study
from verify import flow, ir
from verify.ir import Block, Name, Program

Counted: TypeAlias = ir.For | ir.ForEach


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the head with two loops of one block fused, for each two that may be."""
    for path in _blocks(study.head.body):
        for i, first in enumerate(path):
            for j in range(i + 1, len(path)):
                second = path[j]
                if not isinstance(first, ir.For | ir.ForEach) or not isinstance(second, ir.For | ir.ForEach):
                    continue
                fused = _fused(study.head, first, path[i + 1 : j], second)
                if fused is None:
                    continue
                block = (*path[:i], *path[i + 1 : j], fused, *path[j + 1 :])
                body = _exchanged(study.head.body, path, block)
                found = draft(study, replace(study.head, body=body), _idea(first, second), _Pairs(study.head, first, second))
                if found is not None:
                    yield found


def _idea(first: ir.Loop, second: ir.Loop) -> str:
    return f"the loops on lines {first.line} and {second.line} are one"


def _blocks(block: Block) -> Iterator[Block]:
    """Yield a block and the blocks of branches in it; those within loops are left out."""
    yield block
    for s in block:
        if isinstance(s, ir.If):
            yield from _blocks(s.then)
            yield from _blocks(s.orelse)


def _exchanged(block: Block, old: Block, new: Block) -> Block:
    """Return a block with one of the blocks of branches in it, or itself, replaced."""
    if block is old:
        return new
    return tuple(
        replace(s, then=_exchanged(s.then, old, new), orelse=_exchanged(s.orelse, old, new)) if isinstance(s, ir.If) else s
        for s in block
    )


def _fused(head: Program, first: Counted, between: Block, second: Counted) -> Counted | None:
    """Return two loops as one that stands where the second does, None where the one needs what the other has done.

    What stands between them goes first, so that nothing of the first loop may bear on it.
    """
    if any(ir.leaves(s.body) or ir.returns(s.body) or _continues(s.body) for s in (first, second)):
        return None
    if any(not isinstance(s, ir.Assign) for s in between):
        return None
    if type(first) is not type(second):
        return None
    variable, other = first.variable, second.variable
    renamed = second if variable == other else _renamed(second, other, variable)
    if renamed is None or (variable != other and other in read_outside(head.body, second.index)):
        return None
    if variable in ir.writes(first.body) | ir.writes(renamed.body):
        return None
    if _source(first) != _source(renamed) or ir.variables(_source(first)) & ir.writes((*between, *first.body, *renamed.body)):
        return None
    done, due = ir.writes(first.body), ir.writes(renamed.body)
    needs = flow.exposed(renamed.body) | ir.reads(renamed.body)
    if done & (needs | due) or due & ir.reads(first.body):
        return None
    if (done | {variable}) & (ir.reads(between) | ir.writes(between)) or ir.reads(first.body) & ir.writes(between):
        return None
    return replace(first, body=(*first.body, *renamed.body))


def _continues(block: Block) -> bool:
    """Say whether a turn of the loop around a block may end early."""
    return any(
        isinstance(s, ir.Continue) or (isinstance(s, ir.If) and (_continues(s.then) or _continues(s.orelse))) for s in block
    )


def _source(loop: Counted) -> ir.Expr:
    """Return what a `for` goes over, as one expression."""
    match loop:
        case ir.For(start=start, stop=stop, step=step):
            return ir.Tuple((start, stop, step))
        case ir.ForEach(source=source):
            return source


def _renamed(loop: Counted, old: Name, new: Name) -> Counted | None:
    """Return a loop whose variable is called otherwise; None where its body assigns it."""
    if old in ir.writes(loop.body) or new in ir.reads(loop.body) | ir.writes(loop.body):
        return None
    kind = "int" if isinstance(loop, ir.For) else ir.element_type(loop.source)
    env: dict[Name, ir.Expr] = {old: ir.Var(new, kind)}
    return replace(loop, variable=new, body=ir.rewritten(loop.body, lambda e: ir.substitute(e, env)))


class _Pairs:
    """Pairs the loops of a version in which two were fused with those of the old one."""

    def __init__(self, old: Program, first: Counted, second: Counted) -> None:
        self.old, self.first, self.second = old, first, second

    def __call__(self, new: Program) -> list[Pair] | None:
        """Return the pairs; None where the loops within the two would change places with others between them."""
        order = [s for s in ir.statements(self.old.body) if isinstance(s, ir.LOOPS)]
        within = {s.index: [t.index for t in ir.statements(s.body) if isinstance(t, ir.LOOPS)] for s in order}
        moved = [self.first.index, *within[self.first.index], *within[self.second.index]]
        rest = [s.index for s in order if s.index not in moved and s.index != self.second.index]
        before = [k for k in rest if k < self.first.index]
        after = [k for k in rest if k > self.first.index]
        lined = [*before, *(k for k in after if k < self.second.index), *moved, *(k for k in after if k > self.second.index)]
        if len(lined) != len(new.loops):
            return None
        numbers = [s.index for s in ir.statements(new.body) if isinstance(s, ir.LOOPS)]
        variable, other = self.first.variable, self.second.variable
        both = {variable: variable} if variable == other else {}
        return [
            Pair(n, (k, self.second.index), renamed=both) if k == self.first.index else Pair(n, (k,))
            for n, k in zip(numbers, lined, strict=True)
        ]
