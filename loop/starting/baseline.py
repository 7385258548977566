"""A baseline for a signature: a function that does something, raises nothing, and is there to be replaced by the author's own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from verify.types import ListOf, TupleOf, Type

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the function."""

    name: str
    type: Type


def baseline(parameters: Sequence[Parameter], result: Type) -> tuple[str, ...]:
    """Return the lines of a body, indented: it adds up what the parameters hold, and returns that as the result's type."""
    taken = {p.name for p in parameters}
    total, index, item = (fresh(name, taken) for name in ("total", "i", "item"))
    lines = [f"{total} = 0"]
    for p in parameters:
        lines += _added(p.name, p.type, total, index, item)
    return tuple(INDENT + line for line in (*lines, f"return {_as(result, total)}"))


def fresh(name: str, taken: Iterable[str]) -> str:
    """Return a name that is not taken.

    >>> fresh("i", {"i", "i2"})
    'i3'
    """
    known = set(taken)
    return next(n for n in (name, *(f"{name}{k}" for k in range(2, len(known) + 3))) if n not in known)


def _added(name: str, t: Type, total: str, index: str, item: str) -> Iterator[str]:
    """Yield lines that add what a parameter holds."""
    match t:
        case "int":
            yield from (f"for {index} in range({name}):", f"{INDENT}{total} += {index}")
        case "bool":
            yield from (f"if {name}:", f"{INDENT}{total} += 1")
        case ListOf("int"):
            yield from (f"for {item} in {name}:", f"{INDENT}{total} += {item}")
        case ListOf():
            yield f"{total} += len({name})"
        case TupleOf(parts):
            for i, part in enumerate(parts):
                yield from _part(f"{name}[{i}]", part, total)


def _part(text: str, t: Type, total: str) -> Iterator[str]:
    """Yield lines that add what stands in a tuple."""
    match t:
        case "int":
            yield f"{total} += {text}"
        case "bool":
            yield from (f"if {text}:", f"{INDENT}{total} += 1")
        case ListOf():
            yield f"{total} += len({text})"
        case TupleOf(parts):
            for i, part in enumerate(parts):
                yield from _part(f"{text}[{i}]", part, total)


def _as(t: Type, total: str) -> str:
    """Return a value of a type, made from the total."""
    match t:
        case "bool":
            return f"{total} % 2 == 0"
        case ListOf(element):
            return f"[{_as(element, total)}]"
        case TupleOf(parts):
            return f"({', '.join(_as(p, total) for p in parts)})"
    return total
