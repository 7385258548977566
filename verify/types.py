"""Decides: the types of the language, and which Python values they hold."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class ListOf:
    """`list[element]`: a finite sequence."""

    element: "Type"


@dataclass(frozen=True, slots=True)
class TupleOf:
    """`tuple[a, b, ...]` of at least two components, each of a type of its own."""

    parts: "tuple[Type, ...]"


Type: TypeAlias = Literal["int", "bool"] | ListOf | TupleOf
Value: TypeAlias = int | bool | tuple["Value", ...] | list["Value"]
Key: TypeAlias = int | bool | tuple["Key", ...]


def type_text(t: Type) -> str:
    """Return a type as an annotation writes it.

    >>> type_text(ListOf(TupleOf(("int", "bool"))))
    'list[tuple[int, bool]]'
    """
    match t:
        case ListOf(element):
            return f"list[{type_text(element)}]"
        case TupleOf(parts):
            return f"tuple[{', '.join(map(type_text, parts))}]"
        case _:
            return t


def is_value(value: object, t: Type) -> bool:
    """Say whether a Python object is a value of a type; `True` is no int, and a subclass's instance is no value.

    Looks at no more than a few thousand levels; deeper ones are no values.
    """
    match t:
        case "int":
            return type(value) is int
        case "bool":
            return type(value) is bool
        case ListOf(element):
            return type(value) is list and all(is_value(v, element) for v in value)
        case TupleOf(parts):
            return type(value) is tuple and len(value) == len(parts) and all(map(is_value, value, parts))


def blank(t: Type) -> Value:
    """Return the value that a local holds before it is assigned; no program reads it."""
    match t:
        case "int":
            return 0
        case "bool":
            return False
        case ListOf():
            return []
        case TupleOf(parts):
            return tuple(map(blank, parts))


def key(value: Value) -> Key:
    """Return something hashable that is equal for equal values of one type, and for no others of it."""
    return tuple(map(key, value)) if isinstance(value, list | tuple) else value


def copied(value: Value) -> Value:
    """Return a value that shares no list with the one given."""
    match value:
        case list():
            return [copied(v) for v in value]
        case tuple():
            return tuple(copied(v) for v in value)
        case _:
            return value


def has_list(t: Type) -> bool:
    """Say whether values of a type hold lists, so that two names for one value could be told apart."""
    return isinstance(t, ListOf) or (isinstance(t, TupleOf) and any(map(has_list, t.parts)))


def scalars(t: Type) -> int | None:
    """Return how many ints and bools a value holds; None where that depends on the length of a list."""
    match t:
        case ListOf():
            return None
        case TupleOf(parts):
            counts = [scalars(p) for p in parts]
            return None if None in counts else sum(c for c in counts if c is not None)
        case _:
            return 1
