"""Decides: the typed language that the proofs are about: expressions over `int` and `bool`, and structured statements.

Each construct has one meaning, carried by four readings that must agree: CPython (the source), `interpreter`, `smt` and
`lean_text`. `verify/program.py` is the only maker of these trees from source; it guarantees that they are well-typed, that
every variable is assigned before it is read, and that every path ends in `Return`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Type: TypeAlias = Literal["int", "bool"]
Value: TypeAlias = int | bool
Name: TypeAlias = str


@dataclass(frozen=True, slots=True)
class Const:
    """A literal."""

    value: int | bool

    @property
    def type(self) -> Type:
        """`bool` for `True` and `False`, else `int`."""
        return "bool" if isinstance(self.value, bool) else "int"


@dataclass(frozen=True, slots=True)
class Var:
    """A parameter or a local, or `result` in a postcondition."""

    name: Name
    type: Type


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `abs(x)`, `not x`, or the truth of an int in a test (`x != 0`, which costs nothing)."""

    op: Literal["neg", "abs", "not", "truth"]
    operand: "Expr"

    @property
    def type(self) -> Type:
        """The type of the result."""
        return "bool" if self.op in ("not", "truth") else "int"


@dataclass(frozen=True, slots=True)
class Binary:
    """An int operator; `floordiv` and `mod` round towards minus infinity and raise on a zero divisor."""

    op: Literal["add", "sub", "mul", "floordiv", "mod"]
    left: "Expr"
    right: "Expr"
    line: int = field(default=0, compare=False)

    @property
    def type(self) -> Type:
        """Always `int`."""
        return "int"


@dataclass(frozen=True, slots=True)
class Extremum:
    """`min` or `max` of at least two ints."""

    op: Literal["min", "max"]
    operands: "tuple[Expr, ...]"

    @property
    def type(self) -> Type:
        """Always `int`."""
        return "int"


Relation: TypeAlias = Literal["lt", "le", "gt", "ge", "eq", "ne"]


@dataclass(frozen=True, slots=True)
class Compare:
    """A chain `a R b S c`: each operand is evaluated once, left to right, and the first false link ends it."""

    operands: "tuple[Expr, ...]"
    relations: tuple[Relation, ...]

    @property
    def type(self) -> Type:
        """Always `bool`."""
        return "bool"


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` of bools, short-circuiting."""

    op: Literal["and", "or"]
    operands: "tuple[Expr, ...]"

    @property
    def type(self) -> Type:
        """Always `bool`."""
        return "bool"


@dataclass(frozen=True, slots=True)
class Choice:
    """`then if test else orelse`."""

    test: "Expr"
    then: "Expr"
    orelse: "Expr"

    @property
    def type(self) -> Type:
        """The type of both arms."""
        return self.then.type


Expr: TypeAlias = Const | Var | Unary | Binary | Extremum | Compare | Logic | Choice

TRUE, FALSE = Const(True), Const(False)  # noqa: FBT003 - the literals themselves


@dataclass(frozen=True, slots=True)
class Assign:
    """Evaluate all values left to right, then assign them; the targets are distinct."""

    targets: tuple[Name, ...]
    values: tuple[Expr, ...]
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Return:
    """Leave the function with a value."""

    value: Expr
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


Statement: TypeAlias = Assign | Return | If | While | For
Loop: TypeAlias = While | For
Block: TypeAlias = tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A function: parameters, locals (hidden ones included) and body. `name` is the function's own."""

    name: Name
    parameters: tuple[Var, ...]
    locals: tuple[Var, ...]
    result: Type
    body: Block

    @property
    def variables(self) -> tuple[Var, ...]:
        """Parameters, then locals."""
        return self.parameters + self.locals

    @property
    def loops(self) -> tuple[Loop, ...]:
        """All loops, by index."""
        return tuple(s for s in statements(self.body) if isinstance(s, While | For))


def statements(block: Block) -> Iterator[Statement]:
    """Yield every statement of a block and of the blocks within it, in source order."""
    for s in block:
        yield s
        match s:
            case If(_, then, orelse):
                yield from statements(then)
                yield from statements(orelse)
            case While(body=body) | For(body=body):
                yield from statements(body)


def children(e: Expr) -> tuple[Expr, ...]:
    """Return the direct subexpressions, in order of evaluation."""
    match e:
        case Const() | Var():
            return ()
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Extremum(_, operands) | Compare(operands, _) | Logic(_, operands):
            return operands
        case Choice(test, then, orelse):
            return (test, then, orelse)


def subexpressions(e: Expr) -> Iterator[Expr]:
    """Yield an expression and everything in it."""
    yield e
    for child in children(e):
        yield from subexpressions(child)


def expressions(s: Statement) -> tuple[Expr, ...]:
    """Return the expressions that stand in a statement itself, not in the statements within it."""
    match s:
        case Assign(_, values):
            return values
        case Return(value):
            return (value,)
        case If(test):
            return (test,)
        case While(test=test):
            return (test,)
        case For(start=start, stop=stop, step=step):
            return (start, stop, step)


def reads(block: Block) -> frozenset[Name]:
    """Return the names that a block may read, the hidden ones of its ranges included."""
    found: set[Name] = set()
    for s in statements(block):
        for e in expressions(s):
            found.update(x.name for x in subexpressions(e) if isinstance(x, Var))
        if isinstance(s, For):
            found.update(hidden(s))
        if isinstance(s, While | For):
            notes = s.invariants + ((s.measure,) if isinstance(s, While) and s.measure else ())
            found.update(x.name for e in notes for x in subexpressions(e) if isinstance(x, Var))
    return frozenset(found)


def writes(block: Block) -> frozenset[Name]:
    """Return the names that a block may assign, the hidden ones of its ranges included; `Return` is not an assignment."""
    found: set[Name] = set()
    for s in statements(block):
        if isinstance(s, Assign):
            found.update(s.targets)
        if isinstance(s, For):
            found.update((s.variable, *hidden(s)))
    return frozenset(found)


def exposed(block: Block) -> frozenset[Name]:
    """Return the names whose value on entry a block may read, the hidden ones of ranges that it starts itself left out."""
    needed: set[Name] = set()
    assigned: set[Name] = set()
    for s in block:
        inner: frozenset[Name] = frozenset()
        sure: frozenset[Name] = frozenset()
        match s:
            case If(_, then, orelse):
                inner, sure = exposed(then) | exposed(orelse), _sure(then) & _sure(orelse)
            case While(body=body):
                inner = exposed(body)
            case For(variable=variable, body=body):
                inner = exposed(body) - {variable, *hidden(s)}
            case Assign(targets):
                sure = frozenset(targets)
        own = {x.name for e in expressions(s) for x in subexpressions(e) if isinstance(x, Var)}
        needed |= (own | inner) - assigned
        assigned |= sure
    return frozenset(needed)


def _sure(block: Block) -> frozenset[Name]:
    """Return the names that a block assigns whenever it falls through, those of inner branches left out."""
    return frozenset(n for s in block if isinstance(s, Assign) for n in s.targets)


def returns(block: Block) -> bool:
    """Say whether a `Return` stands anywhere in a block."""
    return any(isinstance(s, Return) for s in statements(block))


def hidden(loop: For) -> tuple[Name, ...]:
    """Return the names of a range's hidden variables: next, stop and, where the step is no literal, step."""
    names = (f"next_{loop.index}", f"stop_{loop.index}")
    return names if isinstance(loop.step, Const) else (*names, f"step_{loop.index}")


def conjunction(parts: list[Expr] | tuple[Expr, ...]) -> Expr:
    """Return the `and` of conditions, simplified where there are fewer than two."""
    kept = tuple(p for p in parts if p != TRUE)
    return TRUE if not kept else kept[0] if len(kept) == 1 else Logic("and", kept)


def negation(e: Expr) -> Expr:
    """Return `not e`."""
    return FALSE if e == TRUE else TRUE if e == FALSE else Unary("not", e)


def plus_constant(e: Expr, c: int) -> Expr:
    """Return `e + c` for a literal `c`."""
    return e if c == 0 else Binary("sub", e, Const(-c)) if c < 0 else Binary("add", e, Const(c))


def safe(e: Expr) -> Expr:
    """Return the condition under which evaluating `e` raises nothing; `TRUE` where it never does.

    The condition itself is built from subexpressions that are safe wherever it is reached, short circuits respected.
    """
    match e:
        case Const() | Var():
            return TRUE
        case Binary("floordiv" | "mod", left, right):
            nonzero = TRUE if isinstance(right, Const) and right.value != 0 else Compare((right, Const(0)), ("ne",))
            return conjunction([safe(left), safe(right), nonzero])
        case Choice(test, then, orelse):
            return conjunction([safe(test), _guarded(test, safe(then)), _guarded(negation(test), safe(orelse))])
        case Logic(op, operands):
            parts, guard = [safe(operands[0])], operands[0]
            for operand in operands[1:]:
                parts.append(_guarded(guard if op == "and" else negation(guard), safe(operand)))
                guard = Logic(op, (*guard.operands, operand) if isinstance(guard, Logic) and guard.op == op else (guard, operand))
            return conjunction(parts)
        case Compare(operands, relations):
            parts = [safe(operands[0]), safe(operands[1])]
            for i in range(2, len(operands)):
                parts.append(_guarded(Compare(operands[:i], relations[: i - 1]), safe(operands[i])))
            return conjunction(parts)
        case _:
            return conjunction([safe(child) for child in children(e)])


def _guarded(guard: Expr, condition: Expr) -> Expr:
    """Return `guard implies condition`."""
    return TRUE if condition == TRUE else Logic("or", (negation(guard), condition))


def substitute(e: Expr, env: dict[Name, Expr]) -> Expr:
    """Return `e` with each variable in `env` replaced by its expression."""

    def go(x: Expr) -> Expr:
        match x:
            case Const():
                return x
            case Var(name):
                return env.get(name, x)
            case Unary(op, operand):
                return Unary(op, go(operand))
            case Binary(op, left, right, line):
                return Binary(op, go(left), go(right), line)
            case Extremum(op, operands):
                return Extremum(op, tuple(map(go, operands)))
            case Compare(operands, relations):
                return Compare(tuple(map(go, operands)), relations)
            case Logic(lop, operands):
                return Logic(lop, tuple(map(go, operands)))
            case Choice(test, then, orelse):
                return Choice(go(test), go(then), go(orelse))

    return go(e)
