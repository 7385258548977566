"""Random small values of every type of the language, for runs to look at."""

import random
from dataclasses import dataclass, field
from typing import Final

from verify.ir import ListOf, TupleOf, Type, Value
from verify.types import Key, copied, key

KINDS: Final = ("any", "natural", "sorted", "rising", "bits", "permutation", "indices", "equal")
"""what a list may be like, so that preconditions about order, range and repetition can be met"""
LONGEST: Final = 8
"""elements of a list"""
LENGTH_WEIGHT: Final = 2
"""what an element weighs besides its own size, where values are ordered by size"""


@dataclass(slots=True)
class Draw:
    """Draws the values of one input; its lists are alike in kind and mostly in length."""

    rng: random.Random
    base: int
    """ints of parameters lie around it"""
    reach: int
    """how far at most"""
    longest: int = LONGEST
    _lengths: tuple[int, int] = field(init=False)
    _kind: str = field(init=False)

    def __post_init__(self) -> None:
        """Choose the lengths of outer and inner lists, and what the lists are like."""
        self._lengths = self.rng.randint(0, self.longest), self.rng.randint(0, min(self.longest, 4))
        self._kind = self.rng.choice(KINDS)

    def value(self, t: Type) -> Value:
        """Return a value for a parameter."""
        match t:
            case "bool":
                return self.rng.random() < 0.5  # noqa: PLR2004 - a coin
            case ListOf(element):
                return self.elements(element, 0)
            case TupleOf(parts):
                return tuple(map(self.value, parts))
            case _:
                return self.base + self.rng.randint(-self.reach, self.reach)

    def elements(self, element: Type, depth: int) -> list[Value]:
        """Return a list whose elements are of a type."""
        rng = self.rng
        usual = rng.random() < 0.75  # noqa: PLR2004 - most lists of one input are of one length
        n = self._lengths[min(depth, 1)] if usual else rng.randint(0, self.longest)
        if isinstance(element, ListOf):
            return [self.elements(element.element, depth + 1) for _ in range(n)]
        if element != "int":
            found = [self.value(element) for _ in range(n)]
            return sorted(found, key=key) if self._kind in ("sorted", "rising") else found
        return [*self.ints(n)]

    def ints(self, n: int) -> list[int]:
        """Return so many ints of the chosen kind."""
        rng, reach = self.rng, self.reach
        match self._kind:
            case "natural":
                return [rng.randint(0, reach) for _ in range(n)]
            case "sorted":
                return sorted(rng.randint(-reach, reach) for _ in range(n))
            case "rising":
                return sorted(rng.sample(range(-max(reach, n), max(reach, n) + 1), n))
            case "bits":
                return [rng.randint(0, 1) for _ in range(n)]
            case "permutation":
                return rng.sample(range(n), n)
            case "indices":
                return [rng.randrange(n) for _ in range(n)]
            case "equal":
                return [rng.randint(-reach, reach)] * n
            case _:
                return [self.base + rng.randint(-reach, reach) for _ in range(n)]


def changed(rng: random.Random, value: Value, t: Type) -> Value:
    """Return a neighbour of a value: lists with an element more, fewer or other; ints near it or near zero."""
    match t, value:
        case ListOf(element), list():
            out = [copied(v) for v in value]
            match rng.randrange(4):
                case 0:
                    out.append(changed(rng, out[-1], element) if out else Draw(rng, 0, 4, 2).value(element))
                case 1 if out:
                    out.pop(rng.randrange(len(out)))
                case 2 | 3 if out:
                    at = rng.randrange(len(out))
                    out[at] = changed(rng, out[at], element)
            return out
        case TupleOf(parts), tuple():
            return tuple(changed(rng, v, p) for v, p in zip(value, parts, strict=True))
        case "bool", _:
            return rng.random() < 0.5  # noqa: PLR2004 - a coin
        case _:
            return rng.choice([number(value), 0]) + rng.randint(-4, 9)


def number(value: Value | None) -> int:
    """Return an int or a bool as an int; 0 for what is neither."""
    return int(value) if isinstance(value, int) else 0


def weight(value: Value) -> int:
    """Return how large a value is: the sum of its ints' sizes and of its lists' lengths."""
    if isinstance(value, list):
        return sum(LENGTH_WEIGHT + weight(v) for v in value)
    return sum(map(weight, value)) if isinstance(value, tuple) else abs(int(value))


def by_size(values: tuple[Value, ...]) -> tuple[int, Key]:
    """Order inputs: small ones first."""
    return sum(map(weight, values)), key(values)
