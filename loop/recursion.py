"""Measures for a function that calls itself, guessed from runs."""

from collections.abc import Iterator, Sequence

from loop.observe import evaluator
from verify import ir
from verify.interpreter import Interpreter, OutOfFuel, text
from verify.ir import Expr, Name, Program, Value
from verify.limits import Limits
from verify.notes import FUNCTION, Note
from verify.types import ListOf, copied

CALLS = 2_000
"""calls that are looked at, at most"""
Call = tuple[dict[Name, Value], dict[Name, Value]]
"""the arguments of a call, and those of the one that it made"""


def function_notes(program: Program, runs: Sequence[tuple[Value, ...]], limits: Limits) -> tuple[Note, ...]:
    """Return a note for each measure that fell with every call seen and was never negative; () where none is needed."""
    if not program.recursive or program.measure is not None:
        return ()
    seen = _calls(program, runs, limits)
    names = [p.name for p in program.parameters]
    found = []
    for guess in dict.fromkeys(_guesses(program)):
        value = evaluator(guess, names, limits)
        if seen and all(_falls(value(before), value(after)) for before, after in seen):
            found.append(Note(FUNCTION, text(guess, prefix="", guarded=False)))
    return tuple(found)


def _falls(before: Value | None, after: Value | None) -> bool:
    return isinstance(before, int) and isinstance(after, int) and before > max(after, -1) and before >= 0


def _calls(program: Program, runs: Sequence[tuple[Value, ...]], limits: Limits) -> list[Call]:
    interpreter = Interpreter(program, limits, watched=True)
    seen: list[Call] = []

    def watch(index: int, variables: dict[str, Value], _ticks: int) -> None:
        callee = variables.get("callee")
        if index == FUNCTION and isinstance(callee, list) and len(seen) < CALLS:
            before = {p.name: copied(variables[f"v_{p.name}"]) for p in program.parameters}
            seen.append((before, {p.name: copied(v) for p, v in zip(program.parameters, callee, strict=True)}))

    for arguments in runs:
        if len(seen) >= CALLS:
            break
        try:
            interpreter.run(arguments, watch)
        except OutOfFuel:
            continue
    return seen


def _guesses(program: Program) -> Iterator[Expr]:
    """Yield what usually falls: an argument, a length, a difference, a sum."""
    ints: list[Expr] = [ir.Var(p.name, "int") for p in program.parameters if p.type == "int"]
    lists: list[Expr] = [ir.Length(ir.Var(p.name, p.type)) for p in program.parameters if isinstance(p.type, ListOf)]
    sizes = [*ints, *lists]
    yield from sizes
    for a in ints:
        yield ir.Unary("abs", a)
    for a in sizes:
        for b in sizes:
            if a != b:
                yield ir.Binary("sub", a, b)
    for i, a in enumerate(sizes):
        for b in sizes[i + 1 :]:
            yield ir.Binary("add", a, b)
    for a in sizes:
        for b in sizes:
            if a != b:
                yield ir.plus_constant(ir.Binary("sub", a, b), 1)
