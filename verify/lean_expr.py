"""Decides: the Lean reading of expressions: an Expr over a naming of variables -> Lean text.

Ints are `Int`, bools `Bool`, tuples products, lists `List`; a condition is printed as a proposition. `//` and `%` are `QED.fdiv`
and `QED.fmod`, which round towards minus infinity. By a literal divisor they are printed with `/` and `%`, which `omega` knows;
that this is the same is `fdiv_pos`, `fmod_pos`, `fdiv_neg` and `fmod_neg` of `lean/QED/Arith.lean`. Shifts are products and
quotients by powers of two, and `&` with a literal `2^k - 1` is `% 2^k` (`band_mask` of `lean/QED/Bits.lean`). A conditional
expression is `QED.pick`. What lists do is in `lean/QED/Lists.lean`.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from verify import ir
from verify.ir import Expr, ListOf, Name, TupleOf, Type

Naming: TypeAlias = Callable[[Name], str]
"""from a variable's name to the Lean term that stands for it"""

_SYMBOL: Final = {"add": "+", "sub": "-", "mul": "*"}
_BITS: Final = {"and": "band", "or": "bor", "xor": "bxor"}
_RELATION: Final = {"lt": "<", "le": "≤", "gt": ">", "ge": "≥", "eq": "=", "ne": "≠"}


def lean_type(t: Type) -> str:
    """Return a type as Lean writes it; one of several words is in parentheses."""
    match t:
        case ListOf(element):
            return f"(List {lean_type(element)})"
        case TupleOf(parts):
            return f"({' × '.join(map(lean_type, parts))})"
        case _:
            return "Int" if t == "int" else "Bool"


def blank(t: Type) -> str:
    """Return the value that a local holds before it is assigned."""
    match t:
        case ListOf():
            return "[]"
        case TupleOf(parts):
            return f"({', '.join(map(blank, parts))})"
        case _:
            return "0" if t == "int" else "false"


def field(name: Name) -> str:
    """Return the Lean name of a variable; the prefix keeps it apart from keywords and from names of ours."""
    return f"v_{name}"


def plain(name: Name) -> str:
    """Name a variable by itself."""
    return field(name)


def of_state(name: Name) -> str:
    """Name a variable as a field of the state `s`."""
    return f"s.{field(name)}"


def space(helper: ir.Helper) -> str:
    """Return the Lean namespace of a function that others call, within `QED`."""
    return f"f_{helper.label}"


def literal(value: int) -> str:
    """Return an integer literal."""
    return f"({value})" if value < 0 else str(value)


def _seed(e: Expr, name: Naming) -> str:
    """Return an int expression as a Lean term of which nobody can doubt that its type is `Int`.

    Lean takes a number for a `Nat` where nothing beside it says otherwise, and its subtraction ends at 0 there. What is worked
    out from numbers alone therefore begins with one whose type is said. A number that stands alone means the same in both.
    """
    return f"({e.value} : Int)" if isinstance(e, ir.Const) else _integer(e, name)


def value(e: Expr, name: Naming) -> str:
    """Return an expression as a Lean term of its type."""
    match e:
        case ir.Var(n):
            return name(n)
        case ir.Part() | ir.Item():
            return _element(e, name)
        case ir.Choice(test, then, orelse) if e.type == "int":
            return f"(pick {condition(test, name)} {_first(then, (orelse,), name)} {_integer(orelse, name)})"
        case ir.Choice(test, then, orelse) if e.type != "bool":
            return f"(pick {condition(test, name)} {value(then, name)} {value(orelse, name)})"
        case ir.Tuple(items):
            return f"({', '.join(value(i, name) for i in items)})"
        case ir.Apply(helper, arguments, "value"):
            return f"({space(helper)}.value{''.join(f' {value(a, name)}' for a in arguments)})"
    if isinstance(e.type, ListOf):
        return _list(e, name)
    if e.type == "bool":
        match e:
            case ir.Const(v):
                return "true" if v else "false"
            case _:
                return f"(decide {condition(e, name)})"
    return _integer(e, name)


def _first(e: Expr, others: Sequence[Expr], name: Naming) -> str:
    """Return the first of some int expressions that Lean gives one type: where all are numbers, with that type."""
    return _seed(e, name) if all(isinstance(o, ir.Const) for o in others) else _integer(e, name)


def _integer(e: Expr, name: Naming) -> str:
    """Return an int expression as a Lean term: a number, or a term of which Lean can tell that it is an `Int`; see `_seed`."""
    match e:
        case ir.Const(v):
            return literal(v)
        case ir.Var() | ir.Part() | ir.Item() | ir.Choice() | ir.Apply():
            return value(e, name)
        case ir.Unary("neg", operand):
            return f"(-{_seed(operand, name)})"
        case ir.Unary("invert", operand):
            return f"(-{_seed(operand, name)} - 1)"
        case ir.Unary("abs", operand):
            return f"(Int.natAbs {_integer(operand, name)} : Int)"
        case ir.Binary():
            return _binary(e, name)
        case ir.ModularPower(base, exponent, modulus):
            return _division("mod", _power(_seed(base, name), exponent, name), modulus, name)
        case ir.Extremum(op, operands):
            text = _first(operands[0], operands[1:], name)
            for operand in operands[1:]:
                text = f"({op} {text} {_integer(operand, name)})"
            return text
        case ir.Length(operand):
            return f"(List.length {value(operand, name)} : Int)"
        case ir.Count(item, operand):
            return f"(List.count {value(item, name)} {value(operand, name)} : Int)"
        case ir.Fold(op, operand):
            return f"({ {'sum': 'List.sum', 'min': 'least', 'max': 'greatest'}[op]} {value(operand, name)})"
    raise TypeError(f"{type(e).__name__} is no int expression")


def _binary(e: ir.Binary, name: Naming) -> str:
    # of a power only the base counts, and of a shift by a variable the power
    left = _seed(e.left, name) if e.op == "pow" else _first(e.left, (e.right,), name)
    match e.op, e.right:
        case ("floordiv" | "mod"), _:
            return _division(e.op, left, e.right, name)
        case "pow", _:
            return _power(left, e.right, name)
        case "lshift", ir.Const(k) if k >= 0:
            return f"({left} * {2**k})"
        case "rshift", ir.Const(k) if k >= 0:
            return f"({left} / {2**k})"
        case ("lshift" | "rshift"), _:
            return f"({left} {'*' if e.op == 'lshift' else '/'} {_power('(2 : Int)', e.right, name)})"
        case "and", ir.Const(k) if k > 0 and k & (k + 1) == 0:
            return f"({left} % {k + 1})"
        case ("and" | "or" | "xor"), _:
            return f"({_BITS[e.op]} {left} {_integer(e.right, name)})"
    return f"({left} {_SYMBOL[e.op]} {_integer(e.right, name)})"


def _power(base: str, exponent: Expr, name: Naming) -> str:
    match exponent:
        case ir.Const(k) if k >= 0:
            return f"({base} ^ {k})"
    return f"({base} ^ ({_seed(exponent, name)}).toNat)"


def _division(op: str, left: str, right: Expr, name: Naming) -> str:
    match right:
        case ir.Const(c) if c > 0:
            return f"({left} / {c})" if op == "floordiv" else f"({left} % {c})"
        case ir.Const(c) if c < 0:
            return f"((-{left}) / {-c})" if op == "floordiv" else f"(-((-{left}) % {-c}))"
    return f"({'fdiv' if op == 'floordiv' else 'fmod'} {left} {_integer(right, name)})"


# -- tuples and lists -----------------------------------------------------------------------------------------------------------


def _element(e: ir.Part | ir.Item, name: Naming) -> str:
    operand = value(e.operand, name)
    if isinstance(e, ir.Item):
        return f"(item {operand} {_integer(e.index, name)})"
    last = isinstance(e.operand.type, TupleOf) and e.index == len(e.operand.type.parts) - 1
    text = f"({operand}{'.2' * e.index}{'' if last else '.1'})"
    root = e.operand
    while isinstance(root, ir.Part | ir.Item):
        root = root.operand
    # of a pair that is written out, numbers alone may not say that they are ints
    return text if isinstance(root, ir.Var) or e.type != "int" else f"({text} : Int)"


def _one(item: Expr, name: Naming) -> str:
    """Return what all elements of a list are worked out by."""
    return _seed(item, name) if item.type == "int" else value(item, name)


def _list(e: Expr, name: Naming) -> str:  # noqa: PLR0912 - one arm a construct
    """Return an expression as a Lean term of type `List`."""

    def of(x: Expr) -> str:
        return value(x, name)

    match e:
        case ir.List(items):
            text = f"[{', '.join(map(of, items))}]"
            return f"({text} : {lean_type(e.type)})" if all(isinstance(i, ir.Const) for i in items) else text
        case ir.Slice(operand, start, stop):
            return _slice(of(operand), start, stop, name)
        case ir.Reverse(operand):
            return f"(List.reverse {of(operand)})"
        case ir.Join(left, right) | ir.Extended(left, right):
            return f"({of(left)} ++ {of(right)})"
        case ir.Repeat(ir.List((item,)), count):
            return f"(List.replicate ({_seed(count, name)}).toNat {_one(item, name)})"
        case ir.Repeat(operand, count):
            return f"(List.flatten (List.replicate ({_seed(count, name)}).toNat {of(operand)}))"
        case ir.Fold("sorted", operand):
            return f"(ascending {of(operand)})"
        case ir.Span(start, stop, ir.Const(1)):
            return f"(upto {of(start)} {of(stop)})"
        case ir.Span(start, stop, step):
            return f"(span {of(start)} {of(stop)} {of(step)})"
        case ir.Each(element, variable, source, test):
            kept = of(source)
            if test is not None:
                kept = f"(List.filter {binder(variable, name, lambda inner: f'decide {condition(test, inner)}')} {kept})"
            return f"(List.map {binder(variable, name, lambda inner: _one(element, inner))} {kept})"
        case ir.Updated(operand, index, item):
            return f"(updated {of(operand)} {of(index)} {of(item)})"
        case ir.Appended(operand, item):
            return f"({of(operand)} ++ [{of(item)}])"
        case ir.Popped(operand):
            return f"(List.dropLast {of(operand)})"
    raise TypeError(f"{type(e).__name__} is no list expression")


def _slice(operand: str, start: Expr | None, stop: Expr | None, name: Naming) -> str:
    """Return a slice; bounds that are literals and not negative are cut off by the list's end alone."""
    match stop:
        case None:
            front = operand
        case ir.Const(k) if k >= 0:
            front = f"(List.take {k} {operand})"
        case _:
            front = f"(List.take (bound {operand} {_integer(stop, name)}) {operand})"
    match start:
        case None | ir.Const(0):
            return front
        case ir.Const(k) if k > 0:
            return f"(List.tail {front})" if k == 1 else f"(List.drop {k} {front})"
    return f"(List.drop (bound {operand} {_integer(start, name)}) {front})"


def binder(variable: ir.Var, name: Naming, body: Callable[[Naming], str]) -> str:
    """Return a function of the variable that a comprehension binds."""
    own = field(variable.name)
    return f"(fun ({own} : {lean_type(variable.type)}) => {body(inside(variable, name))})"


def inside(variable: ir.Var, name: Naming) -> Naming:
    """Return the naming under the binder of a variable."""
    return lambda n: field(n) if n == variable.name else name(n)


def condition(e: Expr, name: Naming) -> str:
    """Return a bool expression as a Lean proposition."""
    match e:
        case ir.Const(v):
            return "True" if v else "False"
        case ir.Var() | ir.Item() | ir.Part() | ir.Apply():
            return f"({value(e, name)} = true)"
        case ir.Unary("not", operand):
            return f"(¬{condition(operand, name)})"
        case ir.Unary("truth", operand):
            return f"({value(operand, name)} ≠ {'[]' if isinstance(operand.type, ListOf) else '0'})"
        case ir.Member(item, operand):
            return f"({value(item, name)} ∈ {value(operand, name)})"
        case ir.Fold("all" | "any" as op, operand):
            return _quantified(op, operand, name)
        case ir.Logic(op, operands):
            return "(" + (" ∧ " if op == "and" else " ∨ ").join(condition(o, name) for o in operands) + ")"
        case ir.Choice(test, then, orelse):
            t = condition(test, name)
            return f"(({t} → {condition(then, name)}) ∧ (¬{t} → {condition(orelse, name)}))"
        case ir.Compare(operands, relations):
            pairs = zip(operands, relations, operands[1:], strict=False)
            return "(" + " ∧ ".join(_link(a, r, b, name) for a, r, b in pairs) + ")"
    raise TypeError(f"{type(e).__name__} is no condition")


def _quantified(op: str, operand: Expr, name: Naming) -> str:
    """Return `all` or `any` as a quantifier over the elements of a list."""
    if not isinstance(operand, ir.Each):
        return f"({'∀' if op == 'all' else '∃'} b ∈ {value(operand, name)}, b = true)"
    inner, own = inside(operand.variable, name), field(operand.variable.name)
    body = condition(operand.element, inner)
    if operand.test is not None:
        body = f"({condition(operand.test, inner)} {'→' if op == 'all' else '∧'} {body})"
    return f"({'∀' if op == 'all' else '∃'} {own} ∈ {value(operand.source, name)}, {body})"


def _link(left: Expr, relation: str, right: Expr, name: Naming) -> str:
    if left.type == "bool":
        both = f"({condition(left, name)} ↔ {condition(right, name)})"
        return both if relation == "eq" else f"(¬{both})"
    return f"{value(left, name)} {_RELATION[relation]} {value(right, name)}"


def natural(e: Expr, name: Naming) -> str:
    """Return a cost, as `ticks.cost` builds it, as a Lean term of type `Nat`."""
    match e:
        case ir.Const(v) if v >= 0:
            return str(v)
        case ir.Binary("add", left, right):
            return f"({natural(left, name)} + {natural(right, name)})"
        case ir.Binary("mul", left, right):
            return f"({natural(left, name)} * {natural(right, name)})"
        case ir.Choice(test, then, orelse):
            return f"(pick {condition(test, name)} {natural(then, name)} {natural(orelse, name)})"
        case ir.Length(operand):
            return f"(List.length {value(operand, name)})"
        case ir.Apply(helper, arguments, "ticks"):
            return f"({space(helper)}.ticks{''.join(f' {value(a, name)}' for a in arguments)})"
        case ir.Fold("sum", ir.Each(element, variable, source)):
            each = binder(variable, name, lambda inner: natural(element, inner))
            return f"(List.sum (List.map {each} {value(source, name)}))"
    raise TypeError(f"{type(e).__name__} is no cost")


def plus(ticks: str, more: str) -> str:
    """Return a sum of ticks."""
    return more if ticks == "0" else ticks if more == "0" else f"{ticks} + {more}"


def projections(term: str, arity: int) -> list[str]:
    """Return the components of a right-nested tuple."""
    if arity <= 1:
        return [term] * arity
    return [term + ".2" * i + ("" if i == arity - 1 else ".1") for i in range(arity)]


def packed(terms: list[str]) -> str:
    """Return terms as one argument of a procedure."""
    return terms[0] if len(terms) == 1 else f"({', '.join(terms)})" if terms else "()"
