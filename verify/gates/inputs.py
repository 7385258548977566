"""Refuses only: a precondition -> allowed inputs to try, the small and the likely ones first.

Bounds are read off the precondition so that the usual ones do not starve the search; each input is then judged by the
precondition itself, so that a bound which was not understood costs time and nothing else. No two inputs share a list.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from verify import ir
from verify.gates.bounds import EACH, LEN, Bounds, Place, bounds_of
from verify.gates.drawing import drawn_values, related, small, with_constant
from verify.gates.repairs import repaired
from verify.interpreter import holds
from verify.ir import Expr, Value
from verify.limits import Limits
from verify.types import Key, ListOf, TupleOf, Type, copied, has_list, is_value, key

Input = tuple[Value, ...]
BOX: Final = 256
"""inputs of the exhaustive small box, at most"""
EXHAUST: Final = 600
"""domains of up to this many inputs are tried whole"""
CONSTANTS: Final = 40
"""mined constants that are used, at most; the smallest come first"""
SIDES: Final = {0: 1, 1: 53, 2: 15, 3: 6, 4: 4, 5: 3}
"""width of the box by the number of ints and lists in the parameters; 2 from six on"""


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


def magnitude(values: Input) -> tuple[int, Key]:
    """Return what inputs of one target are ordered by, nearest to zero and shortest first; no two have the same."""
    return sum(map(_size, values)), key(values)


def _size(value: Value) -> int:
    return abs(value) if isinstance(value, int) else sum(1 + _size(v) for v in value)


def _leaves(t: Type) -> int:
    """Return how many ints and lists a parameter holds."""
    return sum(map(_leaves, t.parts)) if isinstance(t, TupleOf) else int(t != "bool")


def _count(bounds: Bounds, t: Type, place: Place) -> int | None:
    """Return how many values of a type lie within the bounds of a place; None where that is not known to be a few."""
    found: int | None
    match t:
        case "int":
            sure = place in bounds.low and place in bounds.high and place not in bounds.unsure
            found = max(0, bounds.high[place] - bounds.low[place] + 1) if sure else None
        case "bool":
            found = 2
        case TupleOf(parts):
            found = 1
            for i, p in enumerate(parts):
                count = _count(bounds, p, (*place, i))
                found = None if found is None or count is None else found * count
        case ListOf(element):
            length, each = (*place, LEN), _count(bounds, element, (*place, EACH))
            most = bounds.high.get(length)
            if each is None or most is None or length in bounds.unsure or most > EXHAUST:
                return None
            least = max(0, bounds.low.get(length, 0))
            found = sum(each**n for n in range(least, most + 1))
    return found if found is not None and found <= EXHAUST else None


def _within(bounds: Bounds, t: Type, place: Place) -> Iterator[Value]:
    """Yield every value within bounds that `_count` found to be few."""
    match t:
        case "int":
            yield from range(bounds.low[place], bounds.high[place] + 1)
        case "bool":
            yield from (False, True)
        case TupleOf(parts):
            yield from itertools.product(*(_within(bounds, p, (*place, i)) for i, p in enumerate(parts)))
        case ListOf(element):
            length, each = (*place, LEN), list(_within(bounds, element, (*place, EACH)))
            for n in range(max(0, bounds.low.get(length, 0)), bounds.high[length] + 1):
                yield from map(list, itertools.product(each, repeat=n))


@dataclass(frozen=True, slots=True)
class Domain:
    """The allowed inputs of a target: its parameters and its precondition."""

    parameters: tuple[ir.Var, ...]
    require: Expr
    limits: Limits

    @property
    def bounds(self) -> Bounds:
        """The bounds that the precondition states."""
        return bounds_of(self.require, self.parameters)

    @property
    def has_lists(self) -> bool:
        """Whether a parameter holds lists."""
        return any(has_list(p.type) for p in self.parameters)

    def allowed(self, inputs: Iterable[Input]) -> list[Input]:
        """Return the inputs that the precondition allows, each once, in order, and as copies."""
        test = holds(self.require, [p.name for p in self.parameters], self.limits)
        seen: dict[Key, Input] = {}
        for values in inputs:
            if self.fits(values) and (of := key(values)) not in seen and test(values):
                seen[of] = tuple(map(copied, values))
        return list(seen.values())

    def fits(self, values: Input) -> bool:
        """Say whether an input has a value of the right type for each parameter."""
        return len(values) == len(self.parameters) and all(map(is_value, values, (p.type for p in self.parameters)))

    def repair(self, bounds: Bounds, values: Input) -> Input:
        """Return an input near one that the precondition is likelier to allow."""
        return repaired(bounds, values, self.parameters)

    def whole(self) -> list[Input] | None:
        """Return all allowed inputs where they are few, nearest to zero first; None where they are not known to be few."""
        bounds, size = self.bounds, 1
        for p in self.parameters:
            count = _count(bounds, p.type, (p.name,))
            if count is None or (size := size * count) > EXHAUST:
                return None
        every = itertools.product(*(_within(bounds, p.type, (p.name,)) for p in self.parameters))
        return sorted(self.allowed(every), key=magnitude)

    def box(self) -> list[Input]:
        """Return the allowed inputs of a small box, nearest to its corner first."""
        bounds, leaves = self.bounds, sum(_leaves(p.type) for p in self.parameters)
        width = SIDES.get(leaves, 2)
        counts = [min(BOX, max(4, int((16 * BOX) ** (_leaves(p.type) / max(1, leaves))))) for p in self.parameters]
        sides = [small(bounds, p.type, (p.name,), width, count) for p, count in zip(self.parameters, counts, strict=True)]
        whole = list(itertools.islice(itertools.product(*sides), 16 * BOX))
        found = self.allowed(whole)
        if self.has_lists and len(found) < BOX:
            found = self.allowed([*found, *(self.repair(bounds, v) for v in whole[:: max(1, len(whole) // BOX)])])
        return sorted(found, key=magnitude)[:BOX]

    def at(self, constants: Sequence[int], others: Sequence[Input]) -> list[Input]:
        """Return allowed inputs in which constants stand: at one place beside others' values, or at all."""
        bounds, ints = self.bounds, [i for i, p in enumerate(self.parameters) if p.type == "int"]
        found: list[Input] = []
        bases = others[:: max(1, len(others) // 3)]
        for c, (i, p) in itertools.product(constants, enumerate(self.parameters)):
            for base in bases:
                found += [(*base[:i], v, *base[i + 1 :]) for v in with_constant(p.type, base[i], c)]
        if len(ints) > 1 and others:
            found += [tuple(c if i in ints else v for i, v in enumerate(others[0])) for c in constants]
        if len(ints) == 2:  # noqa: PLR2004 - every pair is few enough only for two
            for c, d in itertools.islice(itertools.product(constants, repeat=2), 4 * BOX):
                both = {ints[0]: c, ints[1]: d}
                found += [tuple(both.get(i, v) for i, v in enumerate(base)) for base in others[:1]]
        moved = [self.repair(bounds, v) for v in found]
        kept = self.allowed([*found, *moved])
        # all constants have their share
        return kept if len(kept) <= 2 * BOX else kept[:BOX] + kept[BOX :: max(1, len(kept) // BOX)]

    def drawn(self, constants: Sequence[int], count: int, seed: int) -> list[Input]:
        """Return allowed inputs that Hypothesis draws; the same for the same arguments, whatever ran before."""
        if not self.parameters:
            return self.allowed([()])
        bounds = self.bounds
        whole = st.tuples(*(drawn_values(p.type, tuple(constants)) for p in self.parameters))
        draws = (count + 1) // 2 if self.has_lists else count  # each makes several inputs there, and takes longer
        found: list[Input] = []

        @seeded(seed)
        @settings(
            database=None, max_examples=draws, deadline=None, phases=(Phase.generate,), verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck), print_blob=False, backend="qedloop",
        )  # fmt: skip
        @given(whole)
        def draw(values: Input) -> None:
            found.append(values)

        draw()
        moved = [self.repair(bounds, v) for v in found]
        if self.has_lists:
            close = [related(self.parameters, v, turn) for turn, v in enumerate(moved)]
            moved = [v for three in zip(moved, close, (self.repair(bounds, v) for v in close), strict=True) for v in three]
            found = [v for v in found for _ in range(3)]
        return self.allowed(v for pair in zip(moved, found, strict=True) for v in pair)[:count]
