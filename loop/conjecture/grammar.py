"""What rules are conjectured over: leaves and operators, each with what it comes to on samples.

Values are those of Lean's total functions, which theorems speak of: `x // 0` is 0, `x % 0` is `x`, and a shift by less than 0 is
one by 0. None stands for what is too large to look at.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["int", "bool", "list"]
Value: TypeAlias = int | bool | tuple[int, ...]
Point: TypeAlias = Mapping[str, Value]
"""a sample: what each letter stands for"""
Vector: TypeAlias = tuple[Value | None, ...]
"""what a term comes to on each sample"""
SHIFT: Final = 80
"""the most that is shifted by"""
LARGE: Final = 1 << 4_000
"""ints from here on are not looked at"""
KINDS: Final[Mapping[str, Kind]] = {
    "x": "int", "y": "int", "z": "int", "p": "bool", "q": "bool", "r": "bool", "xs": "list", "ys": "list",
}  # fmt: skip
"""the letters of rules, see `loop/techniques/rules.py`"""
EDGES: Final = (0, 1, -1, 2, -2, 3, 7, -8, 63, 64, -255, 1_000_003)
"""ints that are drawn as often as all others together"""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator as text with a place for each operand, its kinds, and what it does."""

    text: str
    takes: tuple[Kind, ...]
    gives: Kind
    run: Callable[..., Value | None]
    commutes: bool = False


@dataclass(frozen=True, slots=True)
class Grammar:
    """Leaves by kind, letters and literals, and the operators over them."""

    name: str
    leaves: tuple[str, ...]
    operators: tuple[Operator, ...]

    @property
    def letters(self) -> tuple[str, ...]:
        """The leaves that stand for anything."""
        return tuple(leaf for leaf in self.leaves if leaf in KINDS)


def kind_of(leaf: str) -> Kind:
    """Return the kind of a leaf: of a letter, of `True` and `False`, of `[]`, or of an int literal."""
    if leaf in KINDS:
        return KINDS[leaf]
    return "bool" if leaf in ("True", "False") else "list" if leaf.startswith("[") else "int"


def samples(grammar: Grammar, count: int, seed: int) -> list[Point]:
    """Return assignments of the letters, the same for the same seed; ints are often near each other, so that tests pass, too."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    points: list[Point] = []
    for _ in range(count):
        point: dict[str, Value] = {}
        ints: list[int] = []
        for n in grammar.letters:
            point[n] = _drawn(KINDS[n], ints, chance)
        points.append(point)
    return points


def vector(leaf: str, points: Sequence[Point]) -> Vector:
    """Return what a leaf is on each sample."""
    if leaf in KINDS:
        return tuple(p[leaf] for p in points)
    literal: Value = {"True": True, "False": False}[leaf] if leaf in ("True", "False") else () if leaf == "[]" else int(leaf)
    return (literal,) * len(points)


def _drawn(kind: Kind, ints: list[int], chance: random.Random) -> Value:
    if kind == "bool":
        return bool(chance.getrandbits(1))
    if kind == "list":
        return tuple(_int(ints, chance) for _ in range(chance.choice((0, 1, 1, 2, 3, 5))))
    return _int(ints, chance)


def _int(ints: list[int], chance: random.Random) -> int:
    """Draw an int: one of those before or beside it, an edge, or any; and remember it."""
    x = chance.choice((chance.choice(EDGES), chance.randint(-(1 << 20), 1 << 20)))
    if ints and chance.getrandbits(1):
        near = chance.choice(ints)
        x = chance.choice((near, near, -near, near + 1, near - 1))
    ints.append(x)
    return x


def shifted(x: int, by: int) -> int | None:
    """Return an int shifted to the left, None where it is too far."""
    return 0 if not x else None if by > SHIFT else x << max(by, 0)


def _unary(text: str, kind: Kind, run: Callable[..., Value | None], gives: Kind | None = None) -> Operator:
    return Operator(text, (kind,), gives or kind, run)


def _binary(
    text: str, kind: Kind, run: Callable[..., Value | None], gives: Kind | None = None, *, commutes: bool = False
) -> Operator:
    return Operator(text, (kind, kind), gives or kind, run, commutes)


_ADD: Final = _binary("({} + {})", "int", lambda a, b: a + b, commutes=True)
_SUB: Final = _binary("({} - {})", "int", lambda a, b: a - b)
_NEG: Final = _unary("(-{})", "int", lambda a: -a)
_MUL: Final = _binary("({} * {})", "int", lambda a, b: a * b, commutes=True)
_MIN: Final = _binary("min({}, {})", "int", min, commutes=True)
_MAX: Final = _binary("max({}, {})", "int", max, commutes=True)
_ABS: Final = _unary("abs({})", "int", abs)
_CHOICE: Final = Operator("({1} if {0} else {2})", ("bool", "int", "int"), "int", lambda p, a, b: a if p else b)

GRAMMARS: Final = (
    Grammar("ints", ("x", "y", "z", "0", "1", "2"), (
        _NEG, _ADD, _SUB, _MUL,
        _binary("({} // {})", "int", lambda a, b: a // b if b else 0),
        _binary("({} % {})", "int", lambda a, b: a % b if b else a),
    )),
    Grammar("bits", ("x", "y", "z", "0", "1", "-1"), (
        _unary("(~{})", "int", lambda a: ~a), _NEG,
        _binary("({} & {})", "int", lambda a, b: a & b, commutes=True),
        _binary("({} | {})", "int", lambda a, b: a | b, commutes=True),
        _binary("({} ^ {})", "int", lambda a, b: a ^ b, commutes=True),
        _ADD, _SUB,
        _binary("({} << {})", "int", shifted),
        _binary("({} >> {})", "int", lambda a, b: a >> max(b, 0)),
    )),
    Grammar("comparisons", ("x", "y", "z", "0", "p", "q"), (
        _unary("(not {})", "bool", lambda a: not a),
        _binary("({} and {})", "bool", lambda a, b: a and b, commutes=True),
        _binary("({} or {})", "bool", lambda a, b: a or b, commutes=True),
        _binary("({} < {})", "int", lambda a, b: a < b, "bool"),
        _binary("({} <= {})", "int", lambda a, b: a <= b, "bool"),
        _binary("({} == {})", "int", lambda a, b: a == b, "bool", commutes=True),
        _MIN, _MAX, _ABS, _NEG, _ADD, _CHOICE,
    )),
    Grammar("folds", ("xs", "ys", "x", "0", "1"), (
        _binary("({} + {})", "list", lambda a, b: a + b),
        _unary("{}[::-1]", "list", lambda a: a[::-1]),
        Operator("({} * {})", ("list", "int"), "list", lambda a, n: () if not a else None if n > SHIFT else a * max(n, 0)),
        Operator("len({})", ("list",), "int", len),
        Operator("sum({})", ("list",), "int", sum),
        Operator("{}.count({})", ("list", "int"), "int", lambda a, x: a.count(x)),
        Operator("({1} in {0})", ("list", "int"), "bool", lambda a, x: x in a),
        _ADD, _MUL,
        _binary("({} or {})", "bool", lambda a, b: a or b, commutes=True),
    )),
)  # fmt: skip
"""the grammars by which rules are looked for, the plainest first"""


def value(operator: Operator, operands: Sequence[Value | None]) -> Value | None:
    """Return what an operator makes of operands; None where one of them is None, or the result is too large."""
    if any(v is None for v in operands):
        return None
    found = operator.run(*operands)
    if isinstance(found, tuple):
        return found if len(found) <= SHIFT else None
    return found if found is None or -LARGE < found < LARGE else None
