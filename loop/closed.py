"""Closed forms of loops: what a loop leaves in a variable, and what it costs, as expressions over its state on entry.

Found by fitting on reference runs. Sources of shapes: polynomials in the state; polynomials by residue class of the number of
turns; telescoping sums by residue class of the counter, and with whole quotients of it.
"""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from loop.draw import number
from loop.fit import Poly, by_residue, evaluate, fit, horner, monomials, plus, solve, times, whole
from loop.hosting.baselines import telescoped
from loop.hosting.hosted import hosted
from loop.observe import Loop, divisors, evaluator, one_turn, run_turns, sample
from verify import ir
from verify.interpreter import holds
from verify.ir import Expr, Name, Value
from verify.limits import Limits

POINTS = 260
"""sample states of a loop for fitting"""
TICKS = "ticks"
"""how a loop's cost is asked for; no variable is called so"""


@dataclass(frozen=True, slots=True)
class Trip:
    """A loop that counts: it goes on while `distance > 0`, and each turn takes `stride` off the distance."""

    distance: Expr
    stride: int

    @property
    def turns(self) -> Expr:
        """The number of turns, for a distance above minus the stride."""
        if self.stride == 1:
            return self.distance
        return ir.Binary("floordiv", ir.plus_constant(self.distance, self.stride - 1), ir.Const(self.stride))

    @property
    def entered(self) -> Expr:
        """The condition under which `turns` is the number of turns."""
        return ir.Compare((self.distance, ir.Const(-self.stride)), ("gt",))


@dataclass(frozen=True, slots=True)
class Form:
    """`scale * last value = numerator`; the numerator is over the loop's state on entry, and `T`, the number of turns."""

    numerator: Expr
    scale: int


TURNS = ir.Var("T", "int")


def trip(own: Loop, limits: Limits, *, leaving: bool = False) -> Trip | None:
    """Return how a loop counts, or None where it does not do so in equal steps, or may be left before it is through.

    With `leaving` it may be left: then the turns are the most that there are.
    """
    if ir.leaves(own.loop.body) and not leaving:
        return None
    match own.loop:
        case ir.For(step=ir.Const(step), index=k):
            following, stop = ir.Var(f"next_{k}", "int"), ir.Var(f"stop_{k}", "int")
            difference = (stop, following) if step > 0 else (following, stop)
            return Trip(ir.Binary("sub", *difference), abs(step))
        case ir.While(test=ir.Compare((a, b), (relation,))) if a.type == "int" and relation != "eq":
            return _while_trip(own, a, b, relation, limits)
        case ir.While(test=ir.Logic("and", (ir.Compare((a, b), (relation,)), *_))) if leaving and a.type == "int":
            return None if relation == "eq" else _while_trip(own, a, b, relation, limits)
        case ir.ForEach() as loop:
            return Trip(ir.Length(ir.rest_of(loop)), 1)
    return None


def _while_trip(own: Loop, a: Expr, b: Expr, relation: str, limits: Limits) -> Trip | None:
    big, small = (b, a) if relation in ("lt", "le") else (a, b)
    distance: Expr = big if small == ir.Const(0) else ir.Binary("sub", big, small)
    if relation in ("le", "ge"):
        distance = ir.plus_constant(distance, 1)
    goes = holds(own.test, own.names, limits)
    turn, value = one_turn(own, limits), int_function(distance, own.names, limits)
    strides = set()
    tests = [holds(f, own.names, limits) for f in own.facts]
    for values in sample(own, [*tests, goes], 60, spread=True):
        after = turn(values)
        if after is not None:
            strides.add(value(values) - value(after))
    if len(strides) != 1 or (stride := strides.pop()) < 1 or (relation == "ne" and stride != 1):
        return None
    return Trip(distance, stride)


class Fitter:
    """Samples one loop once, and fits what it leaves behind."""

    def __init__(self, own: Loop, counted: Trip, limits: Limits) -> None:
        """Draw the sample states: those that meet the facts, with the distance in reach of the trip's formula."""
        self.own, self.trip, self.limits = own, counted, limits
        self.moduli = _moduli(own)
        tests = [holds(f, own.names, limits) for f in (*own.facts, counted.entered)]
        run = run_turns(own, limits)
        self.turns = int_function(counted.turns, own.names, limits)
        self.states: list[list[Value]] = []
        self.after: list[tuple[list[Value | None], int]] = []
        reaches = [False, True, True]
        for seed, spread in enumerate(reaches):
            for values in sample(own, tests, POINTS // len(reaches), spread=spread, seed=seed):
                self._take(values, run)
        for values in self._far(tests):
            self._take(values, run)

    def _take(self, values: list[Value], run: Callable[[Sequence[Value]], tuple[list[Value | None], int] | None]) -> None:
        outcome = run(values) if values not in self.states else None
        if outcome is not None:
            self.states.append(values)
            self.after.append(outcome)

    def _far(self, tests: list[Callable[[Sequence[Value]], bool]]) -> Iterator[list[Value]]:
        """Yield states whose counter lies far out, so that long periods show."""
        period = min(math.lcm(*self.moduli), 1200) if self.moduli else 12
        rng = random.Random(self.own.loop.index)  # noqa: S311 - sampling, not secrecy
        control = ir.variables(self.trip.distance) & set(self.own.ints)
        for values in sample(self.own, tests, POINTS, spread=True, seed=9):
            shift, longer = rng.randint(0, 3 * period), rng.randint(0, min(3 * period, 500))
            for most in (longer, 0):
                far = [
                    number(v) + shift + (rng.randint(0, most) if most else 0) if n in control else v
                    for n, v in zip(self.own.names, values, strict=True)
                ]
                if all(t(far) for t in tests):
                    yield far
                    break

    def target(self, name: Name) -> tuple[list[int], Expr]:
        """Return the values to fit, and what the form adds to them: a variable's gain, or the ticks."""
        if name == TICKS:
            return [ticks for _, ticks in self.after], ir.Const(0)
        i = self.own.names.index(name)
        gains = [number(a[0][i]) - number(s[i]) for s, a in zip(self.states, self.after, strict=True)]
        return gains, ir.Var(name, "int")

    def forms(self, name: Name) -> Iterator[Form]:
        """Yield closed forms of a variable's last value or of the ticks, simplest first; most loops have one or none.

        Of what is no int there is none.
        """
        if len(self.states) < 20 or (name != TICKS and name not in self.own.ints):  # noqa: PLR2004 - too few to tell anything
            return
        values, entry = self.target(name)
        relevant = self.relevant(name)
        for numerator, scale in self._shapes(values, relevant):
            yield Form(plus(times(ir.Const(scale), entry), numerator), scale)

    def relevant(self, name: Name) -> list[Name]:
        """Return the ints on which the gain of a variable, or the ticks, depend."""
        values, _ = self.target(name)
        known = list(zip(self.states, values, strict=True))
        run = run_turns(self.own, self.limits)
        tests = [holds(f, self.own.names, self.limits) for f in (*self.own.facts, self.trip.entered)]
        out = []
        for group in _tied(self.own):
            columns = [self.own.names.index(n) for n in group]
            if self._matters(columns, name, known, run, tests):
                out.append(group[0])
        return out

    def _matters(
        self,
        columns: list[int],
        name: Name,
        known: list[tuple[list[Value], int]],
        run: Callable[[Sequence[Value]], tuple[list[Value | None], int] | None],
        tests: list[Callable[[Sequence[Value]], bool]],
    ) -> bool:
        for state, value in known[:60]:
            for change in (1, -1, 3):
                other = [number(v) + change if i in columns else v for i, v in enumerate(state)]
                outcome = run(other) if all(t(other) for t in tests) else None
                if outcome is None:
                    continue
                if name == TICKS:
                    now = outcome[1]
                else:
                    k = self.own.names.index(name)
                    now = number(outcome[0][k]) - number(other[k])
                if now != value:
                    return True
        return False

    def _shapes(self, values: list[int], relevant: list[Name]) -> Iterator[tuple[Expr, int]]:
        bases: list[Expr] = [ir.Var(n, "int") for n in relevant]
        columns = [self.own.names.index(n) for n in relevant]
        points = [[number(s[c]) for c in columns] for s in self.states]
        for v in self._entered():
            bases.append(ir.Length(v))
            length = int_function(bases[-1], self.own.names, self.limits)
            points = [[*p, length(s)] for p, s in zip(points, self.states, strict=True)]
        if self.trip.stride > 1:
            # the number of turns stands for the end of the range
            ends = ir.variables(self.trip.distance) - set(self.own.written)
            keep = [i for i, b in enumerate(bases) if not isinstance(b, ir.Var) or b.name not in ends]
            bases = [*(bases[i] for i in keep), TURNS]
            points = [[*(p[i] for i in keep), t] for p, t in zip(points, map(self.turns, self.states), strict=True)]
        plain = fit(len(bases), points, values)
        if plain is not None:
            yield horner(plain[0], bases), plain[1]
            return
        for p in dict.fromkeys([2, *self.moduli]):
            if p <= 6:  # noqa: PLR2004 - a class needs points of its own
                yield from self._by_turns(values, bases, points, p)
        yield from self._telescoping(values, relevant)

    def _entered(self) -> list[ir.Var]:
        """Return the lists whose lengths a form may be over: those that the loop does not change, and what it goes over."""
        return [v for v in self.own.lists if v.name not in self.own.written or v.name in ir.hidden(self.own.loop)]

    def _by_turns(self, values: list[int], bases: list[Expr], points: list[list[int]], p: int) -> Iterator[tuple[Expr, int]]:
        """One polynomial for each residue class of the number of turns."""
        pieces: list[tuple[Poly, int]] = []
        classes = [t % p for t in map(self.turns, self.states)]
        for r in range(p):
            chosen = [i for i, c in enumerate(classes) if c == r]
            piece = fit(len(bases), [points[i] for i in chosen], [values[i] for i in chosen], most=60, highest=4)
            if piece is None:
                return
            pieces.append(piece)
        scale = math.lcm(*(d for _, d in pieces))
        texts = [horner({m: c * (scale // d) for m, c in poly.items()}, bases) for poly, d in pieces]
        selector = TURNS if self.trip.stride > 1 else self.trip.turns
        yield by_residue(ir.Binary("mod", selector, ir.Const(p)), texts), scale

    def _telescoping(self, values: list[int], relevant: list[Name]) -> Iterator[tuple[Expr, int]]:
        """`A(end) - A(counter)`, with A a polynomial by residue class, or linear with whole quotients."""
        ends = _ends(self.trip)
        if ends is None or self.trip.stride != 1:
            return
        high, low = ends
        others = [n for n in relevant if n not in ir.variables(high) | ir.variables(low)][:2]
        at = [[number(s[self.own.names.index(n)]) for n in others] for s in self.states]
        highs, lows = ([int_function(e, self.own.names, self.limits)(s) for s in self.states] for e in (high, low))
        weights = monomials(len(others), 1)
        scales = [[evaluate(w, z) for w in weights] for z in at]
        differences = hosted(telescoped)
        for p in dict.fromkeys([2, *(m for m in self.moduli if m <= 12)]):  # noqa: PLR2004 - a class needs points of its own
            for degree in (1, 2, 3):
                powers = list(itertools.product(range(degree + 1), range(p)))
                labels = [(k, r, w) for k, r in powers for w in weights]
                rows = [
                    [scale * part for part in differences(a, b, p, powers) for scale in own]
                    for b, a, own in zip(highs, lows, scales, strict=True)
                ]
                found = solve(rows, values) if len(labels) * 5 // 4 < len(rows) else None
                if found is not None:
                    yield _difference(found, labels, p, high, low, [ir.Var(n, "int") for n in others])
                    return
        yield from self._quotients(values, high, low, highs, lows)

    def _quotients(
        self, values: list[int], high: Expr, low: Expr, highs: list[int], lows: list[int]
    ) -> Iterator[tuple[Expr, int]]:
        periods = sorted({*self.moduli, *(math.lcm(a, b) for a in self.moduli for b in self.moduli)})
        for shifts in ((0,), (-1,), (0, -1)):
            parts = [(m, c) for m in periods if m <= 1200 for c in shifts]  # noqa: PLR2004 - what `_far` reaches
            rows = [
                [b - a, *((b + c) // m - (a + c) // m for m, c in parts)] for b, a in zip(highs, lows, strict=True)
            ]  # fmt: skip
            found = solve(rows, values) if parts and len(parts) * 2 < len(rows) else None
            if found is not None:
                break
        else:
            return
        scale = math.lcm(*(f.denominator for f in found))

        def at(x: Expr) -> Expr:
            total = times(ir.Const(int(found[0] * scale)), x)
            for (m, c), coefficient in zip(parts, found[1:], strict=True):
                quotient = ir.Binary("floordiv", ir.plus_constant(x, c), ir.Const(m))
                total = plus(total, times(ir.Const(int(coefficient * scale)), quotient))
            return total

        yield ir.Binary("sub", at(high), at(low)), scale


def _tied(own: Loop) -> list[list[Name]]:
    """Return the loop's ints in groups that the facts make equal; a group is known by its first."""
    at_most = {
        (f.operands[0].name, f.operands[1].name)
        for f in own.facts
        if isinstance(f, ir.Compare) and isinstance(f.operands[0], ir.Var) and isinstance(f.operands[1], ir.Var)
    }
    groups: list[list[Name]] = []
    for n in own.ints:
        group = next((g for g in groups if (n, g[0]) in at_most and (g[0], n) in at_most), None)
        if group is None:
            groups.append([n])
        else:
            group.append(n)
    return groups


def _difference(
    found: Sequence[object], labels: list[tuple[int, int, tuple[int, ...]]], p: int, high: Expr, low: Expr, others: list[Expr]
) -> tuple[Expr, int]:
    poly, scale = whole(found, [(k, r, *w) for k, r, w in labels])  # type: ignore[arg-type]  # fractions

    def at(x: Expr) -> Expr:
        pieces = [horner({(m[0], *m[2:]): c for m, c in poly.items() if m[1] == r}, [x, *others]) for r in range(p)]
        return by_residue(ir.Binary("mod", x, ir.Const(p)), pieces)

    return ir.Binary("sub", at(high), at(low)), scale


def _ends(counted: Trip) -> tuple[Expr, Expr] | None:
    match counted.distance:
        case ir.Binary("sub", high, low):
            return high, low
        case ir.Binary("add", ir.Binary("sub", high, low), ir.Const(c)):
            return ir.plus_constant(high, int(c)), low
    return None


def _moduli(own: Loop) -> list[int]:
    """Return the literals by which the loop divides, or takes remainders."""
    found = divisors(e for s in ir.statements((own.loop,)) for e in ir.expressions(s))
    return sorted(m for m in found if 2 <= m <= 1200)[:4]  # noqa: PLR2004 - what `_far` reaches


def int_function(e: Expr, names: Sequence[Name], limits: Limits) -> Callable[[Sequence[Value]], int]:
    """Return an int expression as a function of the values of `names`; 0 where it raises, or is too long to compute."""
    run = evaluator(e, names, limits)
    return lambda values: number(run(dict(zip(names, values, strict=True))))
