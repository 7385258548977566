"""The types that random programs are over, as their annotations, and values of them at the edges."""

import random
from typing import Final, TypeAlias

from verify.types import Value

Arguments: TypeAlias = tuple[Value, ...]

ELEMENT: Final = {
    "list[int]": "int", "list[bool]": "bool", "list[list[int]]": "list[int]", "list[tuple[int, int]]": "tuple[int, int]",
    "list[tuple[int, bool]]": "tuple[int, bool]", "list[list[list[int]]]": "list[list[int]]",
}  # fmt: skip
PARTS: Final = {
    "tuple[int, int]": ("int", "int"), "tuple[int, bool]": ("int", "bool"), "tuple[int, bool, int]": ("int", "bool", "int"),
    "tuple[list[int], int]": ("list[int]", "int"),
}  # fmt: skip
HOLDS_LIST: Final = frozenset(t for t in (*ELEMENT, *PARTS) if "list" in t)
SCALARS: Final = ("int", "bool")
TYPES: Final = ("int", "int", "int", "int", "bool", "bool", "list[int]", "list[int]", "list[int]", *ELEMENT, *PARTS)

SMALL: Final = (0, 0, 1, 1, -1, 2, 3, 4, 5, -2, -3, 6, 7, -5, 9)
EDGES: Final = (8, -8, 15, 16, 17, -16, 31, 32, 33, 63, 64, 65, -64, 100, 2**31 - 1, 2**31, -(2**31), 2**32 + 1, 2**63 - 1, 2**63,
                -(2**63), -(2**63) - 1, 2**64, 10**18, -(10**18) + 1, 2**70 + 3)  # fmt: skip


def integer(rng: random.Random) -> int:
    """Return an int, mostly a small one."""
    return rng.choice(SMALL) if rng.random() < 0.85 else rng.choice(EDGES)


def value(rng: random.Random, t: str) -> Value:
    """Return a value of a type; lists are short, and empty, equal or sorted ones are frequent."""
    if t == "int":
        return integer(rng)
    if t == "bool":
        return rng.random() < 0.5
    if t in PARTS:
        return tuple(value(rng, p) for p in PARTS[t])
    element = ELEMENT[t]
    match rng.randrange(8):
        case 0:
            return []
        case 1:
            return [value(rng, element)]
        case 2:
            one = value(rng, element)
            return [list(one) if isinstance(one, list) else one for _ in range(rng.randrange(2, 4))]
        case 3:
            return sorted(value(rng, element) for _ in range(rng.randrange(2, 6)))
        case _:
            return [value(rng, element) for _ in range(rng.choice((2, 3, 3, 4, 6)))]


def inputs(rng: random.Random, parameters: tuple[str, ...], count: int) -> list[Arguments]:
    """Return inputs of parameters of the given types."""
    return [tuple(value(rng, t) for t in parameters) for _ in range(count)]
