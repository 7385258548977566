"""Decides: the typed language that the proofs are about: statements over the expressions of `verify/expr.py`.

Each construct has one meaning, carried by four readings that must agree: CPython (the source), `interpreter`, `smt` and
`lean_text`. `verify/program.py` is the only maker of these trees from source; it guarantees that they are well-typed, that
every variable is assigned before it is read, and that every path ends in `Return`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from verify.expr import (
    FALSE,
    TRUE,
    Appended,
    Apply,
    Arithmetic,
    Binary,
    Change,
    Choice,
    Compare,
    Const,
    Count,
    Divided,
    Each,
    Expr,
    Extended,
    Extremum,
    Fold,
    Folding,
    Item,
    Join,
    Length,
    List,
    Logic,
    Member,
    ModularPower,
    Name,
    Part,
    Popped,
    Relation,
    Repeat,
    Reverse,
    Slice,
    Span,
    Tuple,
    Unary,
    Updated,
    Var,
    element_type,
)
from verify.helper import Helper
from verify.types import ListOf, TupleOf, Type, Value, blank, has_list, scalars, type_text
from verify.walk import (
    children,
    conjunction,
    held,
    looks_at_all,
    negation,
    plus_constant,
    rebuilt,
    safe,
    subexpressions,
    substitute,
    variables,
)

__all__ = [
    "FALSE", "TRUE", "Appended", "Apply", "Arithmetic", "Binary", "Change", "Choice", "Compare", "Const", "Count", "Divided",
    "Each", "Expr", "Extended", "Extremum", "Fold", "Folding", "Helper", "Item", "Join", "Length", "List", "ListOf", "Logic",
    "Member", "ModularPower", "Name", "Part", "Popped", "Relation", "Repeat", "Reverse", "Slice", "Span", "Tuple", "TupleOf",
    "Type", "Unary", "Updated", "Value", "Var", "blank", "children", "conjunction", "element_type", "has_list", "held",
    "looks_at_all", "negation", "plus_constant", "rebuilt", "safe", "scalars", "subexpressions", "substitute", "type_text",
    "variables",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assign:
    """Evaluate all values left to right, then assign them; the targets are distinct.

    Where it is `free`, the targets are the reader's own, for values that Python keeps on its stack: storing them costs nothing.
    """

    targets: tuple[Name, ...]
    values: tuple[Expr, ...]
    line: int = field(default=0, compare=False)
    free: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """`target = function(arguments)`, where the function is the one that it stands in; the target is the reader's own."""

    target: Name
    function: Name
    arguments: tuple[Expr, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Return:
    """Leave the function with a value."""

    value: Expr
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Break:
    """Leave the innermost loop."""

    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with the next turn of the innermost loop."""

    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """Two-way branch."""

    test: Expr
    then: "Block"
    orelse: "Block"
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class While:
    """A loop on a test. `index` numbers the loops of a function from 1 in the order in which they stand in the source.

    `measure` must be non-negative where the test holds, and fall with every turn; `None` where nobody gave one.
    """

    index: int
    test: Expr
    body: "Block"
    invariants: tuple[Expr, ...] = ()
    measure: Expr | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class For:
    """`for variable in range(start, stop, step)`: the three are evaluated once, and a zero step raises.

    Two hidden variables, `next_K` and `stop_K` for loop number K (and `step_K` where the step is not a literal), hold the
    state of the range; assigning the loop variable in the body does not change which element comes next.
    """

    index: int
    variable: Name
    start: Expr
    stop: Expr
    step: Expr
    body: "Block"
    invariants: tuple[Expr, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ForEach:
    """`for variable in source`, over a list that is evaluated once.

    A hidden variable, `rest_K` for loop number K, holds the elements that are still to come.
    """

    index: int
    variable: Name
    source: Expr
    body: "Block"
    invariants: tuple[Expr, ...] = ()
    line: int = field(default=0, compare=False)


Statement: TypeAlias = Assign | Call | Return | Break | Continue | If | While | For | ForEach
Loop: TypeAlias = While | For | ForEach
LOOPS: Final = (While, For, ForEach)
Block: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A function: parameters, locals (hidden ones included) and body. `name` is the function's own.

    `measure` is for one that calls itself: it must be non-negative, and fall with every call; `None` where nobody gave one.
    """

    name: Name
    parameters: tuple[Var, ...]
    locals: tuple[Var, ...]
    result: Type
    body: Block
    measure: Expr | None = None

    @property
    def recursive(self) -> bool:
        """Whether it calls itself."""
        return any(isinstance(s, Call) for s in statements(self.body))

    @property
    def variables(self) -> tuple[Var, ...]:
        """Parameters, then locals."""
        return self.parameters + self.locals

    @property
    def loops(self) -> tuple[Loop, ...]:
        """All loops, by index."""
        return tuple(s for s in statements(self.body) if isinstance(s, LOOPS))


def statements(block: Block) -> Iterator[Statement]:
    """Yield every statement of a block and of the blocks within it, in source order."""
    for s in block:
        yield s
        match s:
            case If(_, then, orelse):
                yield from statements(then)
                yield from statements(orelse)
            case While(body=body) | For(body=body) | ForEach(body=body):
                yield from statements(body)


def expressions(s: Statement) -> tuple[Expr, ...]:
    """Return the expressions that stand in a statement itself, not in the statements within it."""
    match s:
        case Assign(_, values):
            return values
        case Call(arguments=arguments):
            return arguments
        case Return(value):
            return (value,)
        case If(test):
            return (test,)
        case While(test=test):
            return (test,)
        case For(start=start, stop=stop, step=step):
            return (start, stop, step)
        case ForEach(source=source):
            return (source,)
        case Break() | Continue():
            return ()


def noted(s: Statement) -> tuple[Expr, ...]:
    """Return the expressions of a loop's notes: its invariants and its measure."""
    measure = s.measure if isinstance(s, While) else None
    return (*(s.invariants if isinstance(s, LOOPS) else ()), *(() if measure is None else (measure,)))


def rewritten(block: Block, go: Callable[[Expr], Expr]) -> Block:
    """Return a block with each expression that stands in it or in its notes replaced by what `go` makes of it."""

    def several(es: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return tuple(map(go, es))

    def one(s: Statement) -> Statement:
        match s:
            case Assign(values=values):
                return replace(s, values=several(values))
            case Call(arguments=arguments):
                return replace(s, arguments=several(arguments))
            case Return(value):
                return replace(s, value=go(value))
            case If(test, then, orelse):
                return replace(s, test=go(test), then=rewritten(then, go), orelse=rewritten(orelse, go))
            case While(test=test, body=body, invariants=notes, measure=measure):
                kept = None if measure is None else go(measure)
                return replace(s, test=go(test), body=rewritten(body, go), invariants=several(notes), measure=kept)
            case For(start=start, stop=stop, step=step, body=body, invariants=notes):
                start, stop, step = several((start, stop, step))
                return replace(s, start=start, stop=stop, step=step, body=rewritten(body, go), invariants=several(notes))
            case ForEach(source=source, body=body, invariants=notes):
                return replace(s, source=go(source), body=rewritten(body, go), invariants=several(notes))
            case Break() | Continue():
                return s

    return tuple(map(one, block))


def reads(block: Block) -> frozenset[Name]:
    """Return the names that a block may read, the hidden ones of its ranges included."""
    found: set[Name] = set()
    for s in statements(block):
        for e in expressions(s):
            found |= variables(e)
        if isinstance(s, LOOPS):
            found.update(hidden(s), *map(variables, noted(s)))
    return frozenset(found)


def writes(block: Block) -> frozenset[Name]:
    """Return the names that a block may assign, the hidden ones of its ranges included; `Return` is not an assignment."""
    found: set[Name] = set()
    for s in statements(block):
        if isinstance(s, Assign):
            found.update(s.targets)
        if isinstance(s, Call):
            found.add(s.target)
        if isinstance(s, For | ForEach):
            found.update((s.variable, *hidden(s)))
    return frozenset(found)


def returns(block: Block) -> bool:
    """Say whether a `Return` stands anywhere in a block."""
    return any(isinstance(s, Return) for s in statements(block))


def hidden(loop: Loop) -> tuple[Name, ...]:
    """Return the names of a loop's hidden variables.

    For a range next, stop and, where the step is no literal, step; for a list the rest of it; for a `while` none.
    """
    match loop:
        case For(index=k, step=step):
            return (f"next_{k}", f"stop_{k}") if isinstance(step, Const) else (f"next_{k}", f"stop_{k}", f"step_{k}")
        case ForEach(index=k):
            return (f"rest_{k}",)
        case _:
            return ()


def leaves(block: Block) -> bool:
    """Say whether a `Break` stands in a block that leaves the loop around it."""
    for s in block:
        match s:
            case Break():
                return True
            case If(_, then, orelse) if leaves(then) or leaves(orelse):
                return True
    return False


def going(loop: Loop) -> Expr:
    """Return the condition under which a loop goes on; for one over a range or a list it is about the hidden variables."""
    match loop:
        case While(test=test):
            return test
        case ForEach():
            return Unary("truth", rest_of(loop))
    following, stop, step = (Var(f"{kind}_{loop.index}", "int") for kind in ("next", "stop", "step"))
    up, down = Compare((following, stop), ("lt",)), Compare((following, stop), ("gt",))
    if isinstance(loop.step, Const):
        return up if loop.step.value > 0 else down
    return Choice(Compare((step, Const(0)), ("gt",)), up, down)


def advance(loop: Loop) -> Assign | None:
    """Return what a `for` does first in each turn: it takes the next element; a `while` does nothing."""
    match loop:
        case While():
            return None
        case ForEach(variable=variable):
            rest = rest_of(loop)
            return Assign((variable, rest.name), (Item(rest, Const(0)), Slice(rest, Const(1), None)), loop.line)
    following = Var(f"next_{loop.index}", "int")
    step: Expr = loop.step if isinstance(loop.step, Const) else Var(f"step_{loop.index}", "int")
    return Assign((loop.variable, following.name), (following, Binary("add", following, step)), loop.line)


def turn(loop: Loop) -> Block:
    """Return what one turn of a loop does, the advance of a `for` included."""
    first = advance(loop)
    return loop.body if first is None else (first, *loop.body)


def rest_of(loop: ForEach) -> Var:
    """Return the hidden variable that holds the elements that are still to come."""
    return Var(f"rest_{loop.index}", loop.source.type)
