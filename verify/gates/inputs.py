"""Refuses only: a precondition -> allowed inputs to try, the small and the likely ones first.

Bounds are read off the precondition's conjuncts so that the usual ones do not starve the search; each input is then judged
by the precondition itself, so that a bound which was not understood costs time and nothing else.
"""

import functools
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider

from verify import ir
from verify.interpreter import holds
from verify.ir import Expr, Name, Value
from verify.limits import Limits

Input = tuple[Value, ...]
WIDE: Final = 2**64
DENSE: Final = 50
"""the small ints 0..DENSE are drawn often"""
BOX: Final = 256
"""inputs of the exhaustive small box, at most"""
EXHAUST: Final = 600
"""domains of up to this many inputs are tried whole"""
CONSTANTS: Final = 40
"""mined constants that are used, at most; the smallest come first"""
SIDES: Final = {0: 1, 1: 53, 2: 15, 3: 6, 4: 4, 5: 3}
"""width of the box by the number of int parameters; 2 from six on"""


class OwnConstantsOnly(HypothesisProvider):
    """Draws as Hypothesis does, but without the constants that it collects from whatever modules are loaded.

    With those, draws would depend on what else runs in the process, and a folder would be written to keep them in.
    """

    def _maybe_draw_constant(self, *_: object, **__: object) -> None:
        """Draw no constant."""


AVAILABLE_PROVIDERS["qedloop"] = f"{__name__}.{OwnConstantsOnly.__name__}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of the int parameters; a name that `low` or `high` lacks has no such bound."""

    low: dict[Name, int]
    high: dict[Name, int]
    links: list[tuple[Name, Name, int]]
    """`(a, b, d)` says a + d <= b"""
    remainders: list[tuple[Name, int, int]]
    """`(a, m, r)` says a % m == r, with m > 0"""

    def learn(self, left: Expr, right: Expr, distance: int) -> None:
        """Take in that `left + distance <= right`, where that is about int parameters and literals."""
        match left, right:
            case ir.Var(x, "int"), ir.Var(y, "int"):
                self.links.append((x, y, distance))
            case ir.Const(value), ir.Var(y, "int"):
                self.raise_low(y, value + distance)
            case ir.Var(x, "int"), ir.Const(value):
                self.lower_high(x, value - distance)

    def raise_low(self, name: Name, value: int) -> None:
        """Take in that a parameter is at least `value`."""
        self.low[name] = max(self.low.get(name, value), value)

    def lower_high(self, name: Name, value: int) -> None:
        """Take in that a parameter is at most `value`."""
        self.high[name] = min(self.high.get(name, value), value)

    def side(self, p: ir.Var, width: int) -> list[Value]:
        """Return `width` neighbouring values of a parameter within its bounds, small ones where there is a choice."""
        if p.type == "bool":
            return [False, True]
        low, high = self.low.get(p.name), self.high.get(p.name)
        start = -2 if width > 6 else -1 if width > 3 else 0  # noqa: PLR2004 - wide boxes hold negatives too
        if low is not None:
            start = max(low, start) if low > -width else low
        if high is not None and high < start + width - 1:
            start = high - width + 1 if low is None else max(low, high - width + 1)
        stop = start + width if high is None else min(start + width, high + 1)
        return list(range(start, stop))

    def size(self, parameters: Sequence[ir.Var]) -> int | None:
        """Return how many inputs lie within the bounds, None where they are not finite."""
        total = 1
        for p in parameters:
            if p.type == "bool":
                total *= 2
            elif p.name in self.low and p.name in self.high:
                total *= max(0, self.high[p.name] - self.low[p.name] + 1)
            else:
                return None
        return total

    def whole(self, parameters: Sequence[ir.Var]) -> Iterator[Input]:
        """Yield every input within the bounds, which are finite."""
        sides = [[False, True] if p.type == "bool" else range(self.low[p.name], self.high[p.name] + 1) for p in parameters]
        yield from itertools.product(*sides)

    def repair(self, values: Input, parameters: Sequence[ir.Var]) -> Input:
        """Return an input moved to where the bounds hold, as far as a few steps can do it."""
        at = {p.name: v for p, v in zip(parameters, values, strict=True)}
        for _ in range(3):
            for a, b, d in self.links:
                if (b, a, -d) in self.links:
                    at[b] = at[a] + d
                elif at[a] + d > at[b]:
                    # keep the two apart by what they were apart, so that not all repaired inputs lie on the border
                    at[a], at[b] = min(at[a], at[b]), max(at[b] + d, at[a] + d)
            for n in at.keys() & (self.low.keys() | self.high.keys()):
                at[n] = self.clip(n, at[n])
            for a, m, r in self.remainders:
                at[a] += (r - at[a]) % m
        return tuple(at[p.name] for p in parameters)

    def clip(self, name: Name, value: int) -> int:
        """Return a value moved into its bounds; what lies beyond is folded back in where they are finite."""
        low, high = self.low.get(name), self.high.get(name)
        if low is not None and high is not None and low <= high:
            return value if low <= value <= high else low + (value - low) % (high - low + 1)
        if low is not None and value < low:
            return 2 * low - value
        return 2 * high - value if high is not None and value > high else value


def conjuncts(e: Expr) -> Iterator[Expr]:
    """Yield the conditions that all hold where `e` does."""
    if isinstance(e, ir.Logic) and e.op == "and":
        for operand in e.operands:
            yield from conjuncts(operand)
    else:
        yield e


def bounds_of(require: Expr, parameters: Sequence[ir.Var]) -> Bounds:
    """Read bounds off the conjuncts that compare a parameter with a literal or with another parameter."""
    ints = {p.name for p in parameters if p.type == "int"}
    found = Bounds({}, {}, [], [])
    for left, relation, right in _comparisons(require):
        for least, most, distance in _at_most(left, relation, right):
            found.learn(least, most, distance)
        match left, relation, right:
            case ir.Binary("mod", ir.Var(x), ir.Const(m)), "eq", ir.Const(r) if m > 0:
                found.remainders.append((x, m, r))
    for _ in ints:
        for a, b, d in found.links:
            if a in found.low:
                found.raise_low(b, found.low[a] + d)
            if b in found.high:
                found.lower_high(a, found.high[b] - d)
    return found


def _comparisons(require: Expr) -> Iterator[tuple[Expr, ir.Relation, Expr]]:
    """Yield the links of all chains that must hold."""
    for e in conjuncts(require):
        if isinstance(e, ir.Compare):
            yield from zip(e.operands, e.relations, e.operands[1:], strict=False)


def _at_most(left: Expr, relation: ir.Relation, right: Expr) -> list[tuple[Expr, Expr, int]]:
    """Return a comparison as statements `a + d <= b`."""
    match relation:
        case "lt":
            return [(left, right, 1)]
        case "le":
            return [(left, right, 0)]
        case "gt":
            return [(right, left, 1)]
        case "ge":
            return [(right, left, 0)]
        case "eq":
            return [(left, right, 0), (right, left, 0)]
        case _:
            return []


def mined(expressions: Iterable[Expr]) -> tuple[int, ...]:
    """Return the ints that stand in expressions, each with its neighbours and its negative, the smallest first."""
    found = {
        x.value for e in expressions for x in ir.subexpressions(e) if isinstance(x, ir.Const) and not isinstance(x.value, bool)
    }
    kept = sorted(found, key=lambda c: (abs(c), c))[:CONSTANTS]
    near = {n for c in kept for n in (c - 1, c, c + 1, -c)}
    return tuple(sorted(near, key=lambda c: (abs(c), c)))


def in_program(program: ir.Program) -> Iterator[Expr]:
    """Yield the expressions that a program evaluates."""
    for s in ir.statements(program.body):
        yield from ir.expressions(s)


@dataclass(frozen=True, slots=True)
class Domain:
    """The allowed inputs of a target: its parameters, its precondition, and the bounds read off that."""

    parameters: tuple[ir.Var, ...]
    require: Expr
    limits: Limits

    @property
    def bounds(self) -> Bounds:
        """The bounds that the precondition states."""
        return bounds_of(self.require, self.parameters)

    def allowed(self, inputs: Iterable[Input]) -> list[Input]:
        """Return the inputs that the precondition allows, each once, in order."""
        test = holds(self.require, [p.name for p in self.parameters], self.limits)
        seen: dict[tuple[object, ...], Input] = {}
        for values in inputs:
            if self.fits(values) and test(values):
                seen.setdefault(values, values)
        return list(seen.values())

    def fits(self, values: Input) -> bool:
        """Say whether an input has a value of the right type for each parameter."""
        due = [bool if p.type == "bool" else int for p in self.parameters]
        return [type(v) for v in values] == due

    def whole(self) -> list[Input] | None:
        """Return all allowed inputs where they are few, nearest to zero first; None where they are not known to be few."""
        bounds = self.bounds
        size = bounds.size(self.parameters)
        if size is None or size > EXHAUST:
            return None
        return sorted(self.allowed(bounds.whole(self.parameters)), key=_magnitude)

    def box(self) -> list[Input]:
        """Return the allowed inputs of a small box, nearest to its corner first."""
        bounds = self.bounds
        width = SIDES.get(sum(p.type == "int" for p in self.parameters), 2)
        sides = [bounds.side(p, width) for p in self.parameters]
        whole = itertools.islice(itertools.product(*sides), 16 * BOX)
        return sorted(self.allowed(whole), key=_magnitude)[:BOX]

    def at(self, constants: Sequence[int], others: Sequence[Input]) -> list[Input]:
        """Return allowed inputs in which constants stand: at one parameter beside others' values, or at all."""
        bounds, ints = self.bounds, [i for i, p in enumerate(self.parameters) if p.type == "int"]
        found: list[Input] = []
        for c, i in itertools.product(constants, ints):
            found += [(*base[:i], c, *base[i + 1 :]) for base in others[:: max(1, len(others) // 3)]]
        if len(ints) > 1 and others:
            found += [tuple(c if i in ints else v for i, v in enumerate(others[0])) for c in constants]
        if len(ints) == 2:  # noqa: PLR2004 - every pair is few enough only for two
            for c, d in itertools.islice(itertools.product(constants, repeat=2), 4 * BOX):
                both = {ints[0]: c, ints[1]: d}
                found += [tuple(both.get(i, v) for i, v in enumerate(base)) for base in others[:1]]
        moved = [bounds.repair(v, self.parameters) for v in found]
        return self.allowed([*found, *moved])[: 2 * BOX]

    def drawn(self, constants: Sequence[int], count: int, seed: int) -> list[Input]:
        """Return allowed inputs that Hypothesis draws; the same for the same arguments, whatever ran before."""
        if not self.parameters:
            return self.allowed([()])
        bounds = self.bounds
        ints = _ints(tuple(constants))
        whole = st.tuples(*(st.booleans() if p.type == "bool" else ints for p in self.parameters))
        found: list[Input] = []

        @seeded(seed)
        @settings(
            database=None, max_examples=count, deadline=None, phases=(Phase.generate,), verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck), print_blob=False, backend="qedloop",
        )  # fmt: skip
        @given(whole)
        def draw(values: Input) -> None:
            found.append(values)

        draw()
        moved = [bounds.repair(v, self.parameters) for v in found]
        return self.allowed(v for pair in zip(moved, found, strict=True) for v in pair)[:count]


@functools.lru_cache(maxsize=32)
def _ints(constants: tuple[int, ...]) -> st.SearchStrategy[int]:
    """Return the mix of ints: dense small ones, mined constants, powers of two and their neighbours, wide ones."""
    powers = [2**k + d for k in range(3, 65) for d in (-1, 0, 1)]
    kinds: list[st.SearchStrategy[int]] = [
        st.integers(0, DENSE), st.integers(0, DENSE), st.integers(-DENSE, 500),
        st.sampled_from(powers), st.integers(-WIDE, WIDE),
    ]  # fmt: skip
    return st.one_of([*kinds, *([st.sampled_from(constants)] * 2 if constants else [])])


def _magnitude(values: Input) -> tuple[int, Input]:
    return sum(map(abs, values)), values
