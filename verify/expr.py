"""Decides: the expressions of the typed language: over ints, bools, tuples and lists.

`verify/expressions.py` makes them from source, well-typed. Lists are
values here: that no program could tell is the business of `verify/ownership.py`.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from verify.helper import Helper
from verify.types import ListOf, TupleOf, Type

Name: TypeAlias = str


class _Int:
    """What is an int."""

    __slots__ = ()

    @property
    def type(self) -> Type:
        """Always `int`."""
        return "int"


class _Bool:
    """What is a bool."""

    __slots__ = ()

    @property
    def type(self) -> Type:
        """Always `bool`."""
        return "bool"


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
    """`-x`, `~x`, `abs(x)`, `not x`; or the truth of an int or a list in a test (not zero, not empty), which costs nothing."""

    op: Literal["neg", "invert", "abs", "not", "truth"]
    operand: "Expr"

    @property
    def type(self) -> Type:
        """The type of the result."""
        return "bool" if self.op in ("not", "truth") else "int"


Arithmetic: TypeAlias = Literal["add", "sub", "mul", "floordiv", "mod", "pow", "lshift", "rshift", "and", "or", "xor"]


@dataclass(frozen=True, slots=True)
class Binary(_Int):
    """An int operator.

    `floordiv` and `mod` round towards minus infinity and raise on a zero divisor; `pow` and shifts raise for a negative right
    operand, where Python's `**` gives a float; bits are those of infinite two's complement.
    """

    op: Arithmetic
    left: "Expr"
    right: "Expr"
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Extremum(_Int):
    """`min` or `max` of at least two ints."""

    op: Literal["min", "max"]
    operands: "tuple[Expr, ...]"


Relation: TypeAlias = Literal["lt", "le", "gt", "ge", "eq", "ne"]


@dataclass(frozen=True, slots=True)
class Compare(_Bool):
    """A chain `a R b S c`: each operand is evaluated once, left to right, and the first false link ends it.

    Ints are ordered; all else is compared for equality only.
    """

    operands: "tuple[Expr, ...]"
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Logic(_Bool):
    """`and` or `or` of bools, short-circuiting."""

    op: Literal["and", "or"]
    operands: "tuple[Expr, ...]"


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


@dataclass(frozen=True, slots=True)
class ModularPower(_Int):
    """`pow(base, exponent, modulus)`; raises for a negative exponent, where Python may give an inverse, and a zero modulus."""

    base: "Expr"
    exponent: "Expr"
    modulus: "Expr"
    line: int = field(default=0, compare=False)


# -- tuples and lists -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple of at least two components."""

    items: "tuple[Expr, ...]"

    @property
    def type(self) -> Type:
        """The components' types."""
        return TupleOf(tuple(e.type for e in self.items))


@dataclass(frozen=True, slots=True)
class Divided(Tuple):
    """`divmod(a, b)`, as its value `(a // b, a % b)`; Python evaluates `a` and `b` once, and only that is charged."""


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a tuple, counted from 0; `index` is within its length."""

    operand: "Expr"
    index: int

    @property
    def type(self) -> Type:
        """The component's type."""
        if not isinstance(self.operand.type, TupleOf):
            raise TypeError("a component is one of a tuple")
        return self.operand.type.parts[self.index]


@dataclass(frozen=True, slots=True)
class List:
    """A list written out; `element` is the type of its elements."""

    items: "tuple[Expr, ...]"
    element: Type

    @property
    def type(self) -> Type:
        """A list."""
        return ListOf(self.element)


@dataclass(frozen=True, slots=True)
class Item:
    """`operand[index]` of a list; raises unless `-len <= index < len`."""

    operand: "Expr"
    index: "Expr"
    line: int = field(default=0, compare=False)

    @property
    def type(self) -> Type:
        """The type of the elements."""
        return element_type(self.operand)


class _LikeOperand:
    """What has the type of its operand."""

    __slots__ = ()
    operand: "Expr"

    @property
    def type(self) -> Type:
        """The list's own type."""
        return self.operand.type


@dataclass(frozen=True, slots=True)
class Slice(_LikeOperand):
    """`operand[start:stop]` of a list, with Python's clamping; None where a bound is left out."""

    operand: "Expr"
    start: "Expr | None"
    stop: "Expr | None"


@dataclass(frozen=True, slots=True)
class Reverse(_LikeOperand):
    """`operand[::-1]` of a list."""

    operand: "Expr"


@dataclass(frozen=True, slots=True)
class Join:
    """`left + right` of two lists of one type."""

    left: "Expr"
    right: "Expr"

    @property
    def type(self) -> Type:
        """The lists' type."""
        return self.left.type


@dataclass(frozen=True, slots=True)
class Repeat(_LikeOperand):
    """`operand * count` of a list; empty where the count is not positive."""

    operand: "Expr"
    count: "Expr"


@dataclass(frozen=True, slots=True)
class Length(_Int):
    """`len(operand)` of a list."""

    operand: "Expr"


@dataclass(frozen=True, slots=True)
class Member(_Bool):
    """`item in operand` of a list."""

    item: "Expr"
    operand: "Expr"


@dataclass(frozen=True, slots=True)
class Count(_Int):
    """`operand.count(item)` of a list."""

    item: "Expr"
    operand: "Expr"


Folding: TypeAlias = Literal["sum", "min", "max", "all", "any", "sorted"]


@dataclass(frozen=True, slots=True)
class Fold:
    """A builtin over a list: of ints (`min` and `max` raise where it is empty), or of bools for `all` and `any`."""

    op: Folding
    operand: "Expr"

    @property
    def type(self) -> Type:
        """`bool` for `all` and `any`, a list for `sorted`, else `int`."""
        return "bool" if self.op in ("all", "any") else self.operand.type if self.op == "sorted" else "int"


@dataclass(frozen=True, slots=True)
class Span:
    """The ints of `range(start, stop, step)` as a list; raises for a zero step. It stands where something goes over them."""

    start: "Expr"
    stop: "Expr"
    step: "Expr"

    @property
    def type(self) -> Type:
        """A list of ints."""
        return ListOf("int")


@dataclass(frozen=True, slots=True)
class Each:
    """`[element for variable in source if test]`; no two variables that are bound so within a function have one name.

    As the operand of `all` or `any` it is the generator of the same form: what comes after the deciding element is not looked at.
    """

    element: "Expr"
    variable: Var
    source: "Expr"
    test: "Expr | None" = None

    @property
    def type(self) -> Type:
        """A list of what the element is."""
        return ListOf(self.element.type)


# Changes of a list that its function made itself. They are values like all else, and stand as the whole right side of an
# assignment to the name that they change.


@dataclass(frozen=True, slots=True)
class Updated(_LikeOperand):
    """A list with one element replaced, `operand[index] = value`; raises as `Item` does."""

    operand: "Expr"
    index: "Expr"
    value: "Expr"
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Appended(_LikeOperand):
    """A list with one more element at its end."""

    operand: "Expr"
    item: "Expr"


@dataclass(frozen=True, slots=True)
class Extended(_LikeOperand):
    """A list with those of another at its end: `operand += more`."""

    operand: "Expr"
    more: "Expr"


@dataclass(frozen=True, slots=True)
class Popped(_LikeOperand):
    """A list without its last element; raises where it is empty."""

    operand: "Expr"
    line: int = field(default=0, compare=False)


# -- functions of the file ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Apply:
    """`helper(arguments)`; or the ticks that it takes, the call itself left out, which stands in costs alone."""

    helper: Helper
    arguments: "tuple[Expr, ...]"
    what: Literal["value", "ticks"] = "value"
    line: int = field(default=0, compare=False)

    @property
    def type(self) -> Type:
        """The type of the helper's result; an int for ticks."""
        return self.helper.program.result if self.what == "value" else "int"


Change: TypeAlias = Updated | Appended | Extended | Popped
Expr: TypeAlias = (
    Const | Var | Unary | Binary | ModularPower | Extremum | Compare | Logic | Choice | Tuple | Divided | Part | List | Item
    | Slice | Reverse | Join | Repeat | Length | Member | Count | Fold | Span | Each | Apply | Change
)  # fmt: skip

TRUE, FALSE = Const(True), Const(False)  # noqa: FBT003 - the literals themselves


def element_type(e: Expr) -> Type:
    """Return the type of a list's elements."""
    if not isinstance(e.type, ListOf):
        raise TypeError("elements are those of a list")
    return e.type.element
