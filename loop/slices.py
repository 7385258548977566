"""What a loop leaves in one variable, as a plain recursive function: a normal form in which loops are alike up to names.

Only the variables that the value depends on are arguments, named in the order in which the function comes to need them. So the
loop that sums squares is one function, whatever its variables are called and whatever else its body counts. A lemma about that
function is about no program, and serves every program with such a loop. The ticks are left out: what a turn costs is a number
of one program's text, and a line that is found at once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, Union

from verify import ir
from verify.canonical import digest
from verify.ir import Expr, Name, Program, Type
from verify.lean_expr import condition, lean_type, value
from verify.lean_text import DECREASING
from verify.shape import Shape

PLACE: Final = "LEFT"
"""stands for the function's own name while its digest is taken"""
Env: TypeAlias = dict[Name, Expr]


@dataclass(frozen=True, slots=True)
class Split:
    """Two ways through a loop's body, by a test."""

    test: Expr
    then: "Paths"
    orelse: "Paths"


Paths: TypeAlias = Union["Split", tuple[Expr, ...], Env]
"""the ways through a body; at their ends what all variables hold, or what the needed ones do"""


@dataclass(frozen=True, slots=True)
class Slice:
    """The function of one variable of a loop; `variables` are the program's, in the order of its arguments x0, x1, ..."""

    wanted: Name
    variables: tuple[Name, ...]
    types: tuple[Type, ...]
    name: str
    definition: str

    @property
    def binders(self) -> str:
        """The arguments with their types."""
        return " ".join(f"(x{i} : {lean_type(t)})" for i, t in enumerate(self.types))

    @property
    def call(self) -> str:
        """The function applied to its arguments."""
        return " ".join([self.name, *(f"x{i}" for i in range(len(self.variables)))])

    def named(self, name: Name) -> str:
        """Return the argument that stands for a variable; KeyError where none does."""
        return {n: f"x{i}" for i, n in enumerate(self.variables)}[name]


def slice_of(program: Program, shape: Shape, wanted: Name, paths: int) -> Slice | None:
    """Return the function of what a loop leaves in `wanted`.

    None where the loop may return, may be left or go on within a turn, has loops within it, or has more than so many paths.
    """
    inner = any(isinstance(s, ir.LOOPS) for s in ir.statements(shape.loop.body))
    if shape.returns or inner:
        return None
    types = {v.name: v.type for v in program.variables}
    whole = _run(ir.turn(shape.loop), {n: ir.Var(n, types[n]) for n in shape.arguments}, [paths])
    if whole is None:
        return None
    guard = shape.test if shape.invariant == ir.TRUE else ir.Logic("and", (shape.invariant, shape.test))
    names = _needed(whole, [wanted, *_names([guard]), *_asked(shape.measure)])
    return _printed(shape, wanted, names, tuple(types[n] for n in names), guard, _pruned(whole, names))


def _run(block: ir.Block, env: Env, left: list[int]) -> Paths | None:
    """Return what a block does, path by path; `left[0]` counts the paths that may still be written."""
    if not block:
        left[0] -= 1
        return env if left[0] >= 0 else None
    s, rest = block[0], block[1:]
    match s:
        case ir.Assign(targets, values):
            return _run(rest, {**env, **{n: ir.substitute(e, env) for n, e in zip(targets, values, strict=True)}}, left)
        case ir.If(test, then, orelse):
            yes, no = _run((*then, *rest), env, left), _run((*orelse, *rest), env, left)
            return None if yes is None or no is None else Split(ir.substitute(test, env), yes, no)
    return None


def _needed(whole: Paths, names: Sequence[Name]) -> tuple[Name, ...]:
    """Return the names and all that they depend on from turn to turn, in the order in which that shows."""
    known = tuple(dict.fromkeys(names))
    while True:
        more = tuple(dict.fromkeys((*known, *_names(_expressions(_pruned(whole, known))))))
        if more == known:
            return known
        known = more


def _pruned(paths: Paths, names: tuple[Name, ...]) -> Paths:
    """Return the paths with what they do to `names` alone; tests that make no difference to these are left out."""
    match paths:
        case Split(test, then, orelse):
            yes, no = _pruned(then, names), _pruned(orelse, names)
            return yes if yes == no else Split(test, yes, no)
        case dict():
            return tuple(paths[n] for n in names)
        case _:
            return paths


def _expressions(paths: Paths) -> list[Expr]:
    match paths:
        case Split(test, then, orelse):
            return [test, *_expressions(then), *_expressions(orelse)]
        case dict():
            return list(paths.values())
        case _:
            return list(paths)


def _names(expressions: Sequence[Expr]) -> list[Name]:
    """Return the names on which expressions depend, in the order in which they come."""
    found = ((x.name, ir.variables(e)) for e in expressions for x in ir.subexpressions(e) if isinstance(x, ir.Var))
    return [n for n, free in found if n in free]


def _asked(measure: Callable[[Callable[[Name], str]], str]) -> list[Name]:
    """Return the names that a measure asks for."""
    names: list[Name] = []

    def note(name: Name) -> str:
        names.append(name)
        return name

    measure(note)
    return names


def _printed(shape: Shape, wanted: Name, names: tuple[Name, ...], types: tuple[Type, ...], guard: Expr, paths: Paths) -> Slice:
    naming = {n: f"x{i}" for i, n in enumerate(names)}.__getitem__

    def written(p: Paths) -> str:
        match p:
            case Split(test, then, orelse):
                return f"(if {condition(test, naming)} then\n    {written(then)}\n    else\n    {written(orelse)})"
            case _:
                return " ".join(["(" + PLACE, *(value(e, naming) for e in _expressions(p))]) + ")"

    binders = " ".join(f"(x{i} : {lean_type(t)})" for i, t in enumerate(types))
    text = (
        f"def {PLACE} {binders} : {lean_type(types[0])} :=\n"
        f"  if {condition(guard, naming)} then\n    {written(paths)}\n  else x0\n"
        f"termination_by {shape.measure(naming)}\n{DECREASING}\n"
    )
    name = f"left_{digest('slice', text)[:12]}"
    return Slice(wanted, names, types, name, text.replace(PLACE, name))
