"""What a function works out and nothing reads is not worked out: values, branches and whole loops.

A value that only values of this kind are made from counts as not read, as what a loop keeps for its own next turn; so does one
that is overwritten on every way on. The loops that are left go in step with the old ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from loop.techniques.lockstep import draft
from loop.techniques.step_writer import Pair
from loop.techniques.study import Draft, Study
from verify import flow, ir
from verify.ir import Block, Name, Program


def drafts(study: Study) -> Iterator[Draft]:
    """Yield the head without what nothing reads, where it has loops; elsewhere whoever simplifies drops it."""
    head = study.head
    if head.recursive or not head.loops:
        return
    body = head.body
    while (shorter := _live(_used(body))) != body:
        body = shorter
    if body == head.body:
        return
    program = replace(head, body=body)
    kept = [s.index for s in program.loops]

    def pairs(_: Program) -> Sequence[Pair]:
        return [Pair(new, (old,)) for new, old in enumerate(kept, 1)]

    dropped = [s.index for s in head.loops if s.index not in kept]
    found = draft(study, program, "what nothing reads is not worked out", pairs, dropped)
    if found is not None:
        yield found


def _used(block: Block) -> Block:
    """Return a block without the assignments from which no result comes, and without what only such are in."""
    names, before = frozenset[Name](), None
    while names != before:
        before, kept = names, _kept(block, names)
        names = names.union(*(ir.variables(e) for s in ir.statements(kept) for e in ir.expressions(s)))
    return _kept(block, names)


def _kept(block: Block, names: frozenset[Name]) -> Block:
    """Return what is left of a block where nothing but some names is of use."""
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.Assign(targets):
                if chosen := _chosen(s, [n in names for n in targets]):
                    out.append(chosen)
            case ir.If(then=then, orelse=orelse):
                s = replace(s, then=_kept(then, names), orelse=_kept(orelse, names))  # noqa: PLW2901 - what is left of it
                if s.then or s.orelse:
                    out.append(s)
            case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                inside = _through(_kept(body, names))
                if any(not isinstance(t, ir.Continue | ir.Break) for t in ir.statements(inside) if not isinstance(t, ir.If)):
                    out.append(replace(s, body=inside))
            case _:
                out.append(s)
    return tuple(out)


def _through(body: Block) -> Block:
    """Return the body of a loop without what at its end only goes on with the next turn."""
    match body:
        case (*before, ir.Continue()):
            return _through(tuple(before))
        case (*before, ir.If(then=then, orelse=orelse)) if not _through(then) and not _through(orelse):
            return _through(tuple(before))
    return body


def _chosen(s: ir.Assign, wanted: list[bool]) -> ir.Assign | None:
    """Return what is left of an assignment."""
    if all(wanted):
        return s
    chosen = [(n, e) for n, e, w in zip(s.targets, s.values, wanted, strict=True) if w]
    return replace(s, targets=tuple(n for n, _ in chosen), values=tuple(e for _, e in chosen)) if chosen else None


def _live(block: Block) -> Block:
    """Return a block without assignments to what is overwritten before it is read."""
    needed = flow.live_after(block)

    def within(part: Block) -> Block:
        out: list[ir.Statement] = []
        for s in part:
            match s:
                case ir.Assign(targets):
                    if chosen := _chosen(s, [n in needed[id(s)] for n in targets]):
                        out.append(chosen)
                case ir.If(then=then, orelse=orelse):
                    out.append(replace(s, then=within(then), orelse=within(orelse)))
                case ir.While(body=body) | ir.For(body=body) | ir.ForEach(body=body):
                    out.append(replace(s, body=within(body)))
                case _:
                    out.append(s)
        return tuple(out)

    return within(block)
