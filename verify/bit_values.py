"""Decides: what stands for a value in the tier smt: terms of `verify/bit_terms.py`, tuples of values, and lists of fixed length.

What would be a list of several lengths is kept as such, and refused (NotBounded) only where it is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from verify.bit_terms import NO, YES, Bit, Int, Script
from verify.ir import Name, Value
from verify.reasons import NotBounded, Refusal


@dataclass(frozen=True, slots=True)
class Fixed:
    """A list of a length that does not depend on the input."""

    elements: "tuple[Term, ...]"


@dataclass(frozen=True, slots=True)
class Mixed:
    """What would be lists of several lengths; only a use of it is refused."""


Term: TypeAlias = Int | Bit | tuple["Term", ...] | Fixed | Mixed
Terms: TypeAlias = Mapping[Name, Term]


def refused(what: str, do: str = "") -> NoReturn:
    """Raise Refusal(NotBounded)."""
    raise Refusal(NotBounded(what=what, do=do))


def literal(script: Script, value: Value) -> Term:
    """Return a value as a term."""
    match value:
        case bool():
            return YES if value else NO
        case int():
            return script.number(value)
        case list():
            return Fixed(tuple(literal(script, v) for v in value))
        case _:
            return tuple(literal(script, v) for v in value)


def choose(script: Script, test: Bit, then: Term, orelse: Term) -> Term:
    """Return `then` where the test holds, else `orelse`, both of one type."""
    if test == YES or then == orelse:
        return then
    if test == NO:
        return orelse
    match then, orelse:
        case Int(), Int():
            return script.choose(test, then, orelse)
        case Bit(), Bit():
            return script.pick(test, then, orelse)
        case Fixed(first), Fixed(second) if len(first) == len(second):
            script.spend(len(first))
            return Fixed(tuple(choose(script, test, a, b) for a, b in zip(first, second, strict=True)))
        case tuple(), tuple():
            return tuple(choose(script, test, a, b) for a, b in zip(then, orelse, strict=True))
        case Fixed() | Mixed(), Fixed() | Mixed():
            return Mixed()
    raise TypeError("two terms of different types")


def same(script: Script, a: Term, b: Term) -> Bit:
    """Return that two values of one type are equal."""
    match a, b:
        case Int(), Int():
            return script.same(a, b)
        case Bit(), Bit():
            return script.alike(a, b)
        case Fixed(first), Fixed(second):
            return same(script, first, second) if len(first) == len(second) else NO
        case tuple(), tuple():
            script.spend(len(a))
            return script.both(*(same(script, x, y) for x, y in zip(a, b, strict=True)))
    refused("a list may have several lengths.")
