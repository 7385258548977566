"""Decides: the Lean reading of expressions: an Expr over a naming of variables -> Lean text.

Ints are `Int`, bools are `Bool`; a condition is printed as a proposition. `//` and `%` are `QED.fdiv` and `QED.fmod`, which
round towards minus infinity. By a literal divisor they are printed with `/` and `%`, which `omega` knows; that this is the
same is `fdiv_pos`, `fmod_pos`, `fdiv_neg` and `fmod_neg` of `lean/QED/Arith.lean`. A conditional expression is `QED.pick`.
"""

from collections.abc import Callable
from typing import TypeAlias

from verify import ir
from verify.ir import Expr, Name, Type

Naming: TypeAlias = Callable[[Name], str]
"""from a variable's name to the Lean term that stands for it"""

TYPE: dict[Type, str] = {"int": "Int", "bool": "Bool"}
_SYMBOL = {"add": "+", "sub": "-", "mul": "*"}
_RELATION = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "=", "ne": "≠"}


def field(name: Name) -> str:
    """Return the Lean name of a variable; the prefix keeps it apart from keywords and from names of ours."""
    return f"v_{name}"


def plain(name: Name) -> str:
    """Name a variable by itself."""
    return field(name)


def of_state(name: Name) -> str:
    """Name a variable as a field of the state `s`."""
    return f"s.{field(name)}"


def literal(value: int) -> str:
    """Return an integer literal."""
    return f"({value})" if value < 0 else str(value)


def value(e: Expr, name: Naming) -> str:
    """Return an expression as a Lean term of type `Int` or `Bool`."""
    if e.type == "bool":
        match e:
            case ir.Const(v):
                return "true" if v else "false"
            case ir.Var(n):
                return name(n)
            case _:
                return f"(decide {condition(e, name)})"
    return _integer(e, name)


def _integer(e: Expr, name: Naming) -> str:
    match e:
        case ir.Const(v):
            return literal(v)
        case ir.Var(n):
            return name(n)
        case ir.Unary("neg", operand):
            return f"(-{_integer(operand, name)})"
        case ir.Unary("abs", operand):
            return f"(Int.natAbs {_integer(operand, name)} : Int)"
        case ir.Binary("floordiv" | "mod" as op, left, right):
            return _division(op, _integer(left, name), right, name)
        case ir.Binary(op, left, right):
            return f"({_integer(left, name)} {_SYMBOL[op]} {_integer(right, name)})"
        case ir.Extremum(op, operands):
            text = _integer(operands[0], name)
            for operand in operands[1:]:
                text = f"({op} {text} {_integer(operand, name)})"
            return text
        case ir.Choice(test, then, orelse):
            return f"(pick {condition(test, name)} {_integer(then, name)} {_integer(orelse, name)})"
    raise TypeError(f"{type(e).__name__} is no int expression")


def _division(op: str, left: str, right: Expr, name: Naming) -> str:
    match right:
        case ir.Const(c) if c > 0:
            return f"({left} / {c})" if op == "floordiv" else f"({left} % {c})"
        case ir.Const(c) if c < 0:
            return f"((-{left}) / {-c})" if op == "floordiv" else f"(-((-{left}) % {-c}))"
    return f"({'fdiv' if op == 'floordiv' else 'fmod'} {left} {_integer(right, name)})"


def condition(e: Expr, name: Naming) -> str:
    """Return a bool expression as a Lean proposition."""
    match e:
        case ir.Const(v):
            return "True" if v else "False"
        case ir.Var(n):
            return f"({name(n)} = true)"
        case ir.Unary("not", operand):
            return f"(¬{condition(operand, name)})"
        case ir.Unary("truth", operand):
            return f"({_integer(operand, name)} ≠ 0)"
        case ir.Logic(op, operands):
            return "(" + (" ∧ " if op == "and" else " ∨ ").join(condition(o, name) for o in operands) + ")"
        case ir.Choice(test, then, orelse):
            t = condition(test, name)
            return f"(({t} → {condition(then, name)}) ∧ (¬{t} → {condition(orelse, name)}))"
        case ir.Compare(operands, relations):
            pairs = zip(operands, relations, operands[1:], strict=False)
            return "(" + " ∧ ".join(_link(a, r, b, name) for a, r, b in pairs) + ")"
    raise TypeError(f"{type(e).__name__} is no condition")


def _link(left: Expr, relation: str, right: Expr, name: Naming) -> str:
    if left.type == "bool":
        both = f"({condition(left, name)} ↔ {condition(right, name)})"
        return both if relation == "eq" else f"(¬{both})"
    return f"{_integer(left, name)} {_RELATION[relation]} {_integer(right, name)}"


def natural(e: Expr, name: Naming) -> str:
    """Return a cost, as `ticks.cost` builds it, as a Lean term of type `Nat`."""
    match e:
        case ir.Const(v) if v >= 0:
            return str(v)
        case ir.Binary("add", left, right):
            return f"({natural(left, name)} + {natural(right, name)})"
        case ir.Choice(test, then, orelse):
            return f"(pick {condition(test, name)} {natural(then, name)} {natural(orelse, name)})"
    raise TypeError(f"{type(e).__name__} is no cost")
