"""Decides: what a proof says about loops, applied to a program: measures and invariants.

A note is a hint with no authority: the printer writes it into the loop's shadow and Lean proves it, or the proof fails.
"""

import ast
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from verify import ir
from verify.calls import helpers_in, helpers_of
from verify.canonical import Data
from verify.ir import Expr, Helper, Program, Type
from verify.limits import Limits
from verify.program import to_expression
from verify.reasons import Malformed, Refusal
from verify.source import to_source

FUNCTION = 0
"""in place of a loop's number: the note is about the function itself, which calls itself; its measure is over the parameters"""


@dataclass(frozen=True, slots=True)
class Note:
    """What is said of one loop, as Python expressions over the function's variables and the ranges' hidden ones.

    `function` is the label of another function of the file that the loop stands in; empty for the version itself.
    """

    loop: int
    measure: str | None = None
    invariants: tuple[str, ...] = ()
    function: str = ""

    def as_data(self) -> Data:
        """Return the note for `notes.json`."""
        return {"function": self.function, "loop": self.loop, "measure": self.measure, "invariants": list(self.invariants)}


def notes_from_data(data: object) -> tuple[Note, ...]:
    """Read notes back. Raises Refusal (Malformed)."""
    fault = Refusal(Malformed(what="the notes of a proof do not have the due form."))
    if not isinstance(data, list):
        raise fault
    out = []
    for item in data:
        match item:
            case {
                "function": str() as function, "loop": int() as loop, "measure": str() | None as measure,
                "invariants": [*texts], **rest,
            } if not rest:  # fmt: skip
                if not all(isinstance(t, str) for t in texts):
                    raise fault
                out.append(Note(loop, measure, tuple(texts), function))
            case _:
                raise fault
    return tuple(out)


def annotate(program: Program, notes: tuple[Note, ...], limits: Limits, contract: tuple[Expr, ...] = ()) -> Program:
    """Return the program with the notes added to its loops, and to those of the functions that it calls.

    A measure that stands in the source goes before one of a note. A note may also be about a function that only the `contract`
    calls; `annotated` adds it there. Raises Refusal where a note does not read, or names a loop or a function that is not there.
    """
    called = _helpers((*helpers_in(program.body), *helpers_of(contract)), notes, limits)
    noted = _own(program, tuple(n for n in notes if not n.function), limits)
    return replace(noted, body=ir.rewritten(noted.body, lambda e: _exchanged(e, called)))


def annotated(e: Expr, notes: tuple[Note, ...], limits: Limits) -> Expr:
    """Return a condition of a contract with the notes added to the functions that it calls; notes about others do not count."""
    known = {h.label for h in helpers_of((e,))}
    return _exchanged(e, _helpers(helpers_of((e,)), tuple(n for n in notes if n.function in known), limits))


def _helpers(helpers: Iterable[Helper], notes: tuple[Note, ...], limits: Limits) -> dict[Helper, Helper]:
    """Return functions, each after those that it calls, with the notes about them."""
    done: dict[Helper, Helper] = {}
    for h in helpers:
        own = tuple(replace(n, function="") for n in notes if n.function == h.label)
        program = _own(h.program, own, limits)
        body = ir.rewritten(program.body, lambda e: _exchanged(e, done))
        require, ensure = _exchanged(h.require, done), _exchanged(h.ensure, done)
        done[h] = replace(h, program=replace(program, body=body), require=require, ensure=ensure)
    if not {n.function for n in notes} <= {h.label for h in done} | {""}:
        raise Refusal(Malformed(what="the notes of a proof name a function that is not there."))
    return done


def _exchanged(e: Expr, done: Mapping[Helper, Helper]) -> Expr:
    """Return an expression that calls the functions given for those that it calls."""
    e = ir.rebuilt(e, lambda x: _exchanged(x, done))
    return replace(e, helper=done[e.helper]) if isinstance(e, ir.Apply) else e


def _own(program: Program, notes: tuple[Note, ...], limits: Limits) -> Program:
    """Return a program with the notes about itself."""
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


def read_note(text: str, scope: Mapping[str, Type], due: Type, limits: Limits) -> Expr:
    """Read one expression of a note. Raises Refusal."""
    source = to_source(text.encode(), "a note of the proof", limits)
    match source.tree.body:
        case [ast.Expr(value=value)]:
            return to_expression(source, value, scope, due)
    raise Refusal(Malformed(what=f"`{text[:60]}` is not one expression.", where=source.label))
