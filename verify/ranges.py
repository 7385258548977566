"""Decides: a precondition -> an interval for each int among the arguments that holds it on every input that is allowed.

Only what surely holds is used: the links of comparisons that a conjunction consists of, one side of which is an int among the
arguments. An int that they do not bound on both sides has no interval, and is refused (NotBounded).
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from verify import ir
from verify.bit_expr import Reader
from verify.bit_terms import YES, Int, Script
from verify.intervals import Interval
from verify.ir import Expr, Name
from verify.limits import Limits
from verify.reasons import NotBounded, Refusal
from verify.spec import Spec
from verify.types import TupleOf, Type, type_text

Place: TypeAlias = tuple[Name | int, ...]
"""a parameter, then the components of tuples"""
Link: TypeAlias = tuple[Expr, Expr, int]
"""low, high and distance: low + distance <= high"""
Half: TypeAlias = dict[Place, int]
ROUNDS: Final = 8
"""how often bounds are handed on from one int to another"""
_NEGATION: Final[Mapping[ir.Relation, ir.Relation]] = {
    "lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq",
}  # fmt: skip


def ranges(spec: Spec, limits: Limits) -> dict[Place, Interval]:
    """Return the interval of each int among the arguments. Raises Refusal(NotBounded), also for an argument that is a list."""
    links, low, high = list(_links(spec.require, holds=True)), Half(), Half()
    for _ in range(ROUNDS):
        for small, large, distance in links:
            _learn(low, large, _value(small, low, limits), distance, 1)
            _learn(high, small, _value(large, high, limits), distance, -1)
    found = {}
    for place, text in (p for v in spec.program.parameters for p in _ints(v.type, (v.name,), v.name)):
        if place not in low or place not in high:
            what = f"the precondition does not bound `{text}` on both sides."
            do = f"Bound it, for example with `@require(lambda {place[0]}: 0 <= {text} < 2**32)`."
            raise Refusal(NotBounded(what=what, where=spec.where, do=do))
        found[place] = (low[place], max(low[place], high[place]))
    return found


def _ints(t: Type, place: Place, text: str) -> Iterator[tuple[Place, str]]:
    """Yield the ints in a value of a type, each with the way in which Python names it."""
    match t:
        case "int":
            yield place, text
        case "bool":
            pass
        case TupleOf(parts):
            for i, part in enumerate(parts):
                yield from _ints(part, (*place, i), f"{text}[{i}]")
        case _:
            raise Refusal(NotBounded(what=f"`{text}` is a {type_text(t)}; the tier smt takes ints, bools and tuples of them."))


def _links(e: Expr, *, holds: bool) -> Iterator[Link]:
    """Yield what is sure where a condition holds, or where it is false."""
    match e:
        case ir.Unary("not", operand):
            yield from _links(operand, holds=not holds)
        case ir.Logic(op, operands) if (op == "and") == holds:
            for operand in operands:
                yield from _links(operand, holds=holds)
        case ir.Compare(operands, relations) if (holds or len(relations) == 1) and operands[0].type == "int":
            for left, relation, right in zip(operands, relations, operands[1:], strict=False):
                yield from _link(left, relation if holds else _NEGATION[relation], right)


def _link(left: Expr, relation: ir.Relation, right: Expr) -> Iterator[Link]:
    found = [(left, right, int(relation == "lt"))] if relation in ("lt", "le", "eq") else []
    found += [(right, left, int(relation == "gt"))] if relation in ("gt", "ge", "eq") else []
    for small, large, distance in found:
        if isinstance(small, ir.Unary) and small.op == "abs":
            yield small.operand, large, distance
            yield ir.Unary("neg", large), small.operand, distance
        else:
            yield small, large, distance


def _place(e: Expr) -> Place | None:
    match e:
        case ir.Var(name):
            return (name,)
        case ir.Part(operand, index):
            inner = _place(operand)
            return None if inner is None else (*inner, index)
    return None


def _learn(half: Half, e: Expr, bound: int | None, distance: int, sign: int) -> None:
    """Take note that `e` is at least `bound + distance`; with the sign -1 that it is at most `bound - distance`."""
    if bound is None:
        return
    bound += sign * distance
    place = _place(e)
    if place is not None and (place not in half or sign * bound > sign * half[place]):
        half[place] = bound


def _value(e: Expr, half: Half, limits: Limits) -> int | None:
    """Return the bound that is known of `e`, None where there is none."""
    place = _place(e)
    if place is not None:
        return half.get(place)
    if ir.variables(e):
        return None
    reader = Reader(Script(limits), {})
    try:
        found = reader.value(e)
    except Refusal:
        return None
    return found.value if isinstance(found, Int) and reader.fine == YES else None
