"""Decides: what a proof says about loops, applied to a program: measures and invariants.

A note is a hint with no authority: the printer writes it into the loop's shadow and Lean proves it, or the proof fails.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace

from verify import ir
from verify.canonical import Data
from verify.ir import Program, Type
from verify.limits import Limits
from verify.program import to_expression
from verify.reasons import Malformed, Refusal
from verify.source import to_source

FUNCTION = 0
"""in place of a loop's number: the note is about the function itself, which calls itself; its measure is over the parameters"""


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of one loop, as Python expressions over the function's variables and the ranges' hidden ones."""

    loop: int
    measure: str | None = None
    invariants: tuple[str, ...] = ()

    def as_data(self) -> Data:
        """Return the note for `notes.json`."""
        return {"loop": self.loop, "measure": self.measure, "invariants": list(self.invariants)}


def notes_from_data(data: object) -> tuple[Note, ...]:
    """Read notes back. Raises Refusal (Malformed)."""
    fault = Refusal(Malformed(what="the notes of a proof do not have the due form."))
    if not isinstance(data, list):
        raise fault
    out = []
    for item in data:
        match item:
            case {"loop": int() as loop, "measure": str() | None as measure, "invariants": [*texts], **rest} if not rest:
                if not all(isinstance(t, str) for t in texts):
                    raise fault
                out.append(Note(loop, measure, tuple(texts)))
            case _:
                raise fault
    return tuple(out)


def annotate(program: Program, notes: tuple[Note, ...], limits: Limits) -> Program:
    """Return the program with the notes added to its loops.

    A measure that stands in the source goes before one of a note. Raises Refusal where a note does not read, or names a loop
    that is not there.
    """
    by_loop = {n.loop: n for n in notes}
    known = {s.index for s in program.loops} | ({FUNCTION} if program.recursive else set())
    if len(by_loop) < len(notes) or not by_loop.keys() <= known:
        raise Refusal(Malformed(what="the notes of a proof name a loop twice, or one that is not there."))
    own, measure = by_loop.get(FUNCTION), program.measure
    if own is not None and measure is None and own.measure is not None:
        measure = read_note(own.measure, {p.name: p.type for p in program.parameters}, "int", limits)
    body = _block(program.body, by_loop, {v.name: v.type for v in program.variables}, limits)
    return replace(program, body=body, measure=measure)


def _block(block: ir.Block, notes: Mapping[int, Note], scope: dict[str, Type], limits: Limits) -> ir.Block:
    out: list[ir.Statement] = []
    for s in block:
        match s:
            case ir.If(then=then, orelse=orelse):
                out.append(replace(s, then=_block(then, notes, scope, limits), orelse=_block(orelse, notes, scope, limits)))
            case ir.While() | ir.For() | ir.ForEach():
                out.append(_loop(s, notes.get(s.index, Note(s.index)), scope, limits, notes))
            case _:
                out.append(s)
    return tuple(out)


def _loop(s: ir.Loop, note: Note, scope: dict[str, Type], limits: Limits, notes: Mapping[int, Note]) -> ir.Loop:
    invariants = (*s.invariants, *(read_note(t, scope, "bool", limits) for t in note.invariants))
    body = _block(s.body, notes, scope, limits)
    if not isinstance(s, ir.While):
        return replace(s, body=body, invariants=invariants)
    given = read_note(note.measure, scope, "int", limits) if note.measure is not None else None
    return replace(s, body=body, invariants=invariants, measure=s.measure if s.measure is not None else given)


def read_note(text: str, scope: Mapping[str, Type], due: Type, limits: Limits) -> ir.Expr:
    """Read one expression of a note. Raises Refusal."""
    source = to_source(text.encode(), "a note of the proof", limits)
    match source.tree.body:
        case [ast.Expr(value=value)]:
            return to_expression(source, value, scope, due)
    raise Refusal(Malformed(what=f"`{text[:60]}` is not one expression.", where=source.label))
