"""Proposes what the order `worst-case` may claim of two versions, and refutes by runs what someone else proposes.

For each size of inputs that `verify.worst_case` admits: the most ticks that runs of the new version took, as a polynomial from
above, and the family of inputs of a few plain forms on which the old version took most. Runs prove nothing of it.
"""

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from loop.draw import Draw, number
from loop.fit import horner
from loop.observe import evaluator, inputs
from loop.orders import measured
from loop.source_text import expression
from verify import ir
from verify.interpreter import holds
from verify.ir import ListOf, TupleOf, Type, Value
from verify.limits import Limits
from verify.reasons import BadWorstCase, CostNotLower, Reason, literal
from verify.task import Task
from verify.types import key
from verify.worst_case import SIZE, Reading, WorstCase, read_worst_case, sizes

Arguments = tuple[Value, ...]
GRID: Final = (*range(13), 16, 20, 24, 32, 48, 64, 80, 96, 128)
"""sizes at which families are run"""
PROBES: Final = (5, 7, 12)
"""sizes at which a family must be allowed, and of the due size, to be run at all"""
FAMILIES: Final = 120
"""most families that are run for one size"""
MEASURED: Final = 12
"""those of them, the dearest, that are run at all sizes of the grid"""
FUEL: Final = 60_000
"""ticks of one run"""
DRAWN: Final = 300
"""inputs besides that the bound must hold on"""
CLAIMS: Final = 2
"""most claims that are proposed"""
HIGHEST: Final = 3
"""degree of a bound"""
SURE: Final = Fraction(51, 50)
"""the factor by which the last measurement may exceed what those before foretell"""
NEAR: Final = 8
"""the ticks by which it may do so besides"""
REACHED: Final = 5
"""fewest sizes of the grid at which a family must exceed the bound, up to its end"""
FEWEST: Final = 7
"""fewest sizes of the grid that a bound is fitted on"""
FAR: Final = 20
"""the least that the last of them may be"""


def proposals(task: Task, limits: Limits) -> list[WorstCase]:
    """Return claims that the runs of both versions do not refute, the likeliest first; none where there is no such size."""
    if task.new is None:
        return []
    for size in _sizes(task):
        trial = Trial(task, size, limits)
        found = [claim for bound in trial.bounds() if (claim := trial.claim(bound)) is not None]
        if found:
            return found[:CLAIMS]
    return []


def _sizes(task: Task) -> list[str]:
    """Return the sizes that are tried: that of each parameter, lists first, and of all together."""
    single = sorted(sizes(task.spec), key=lambda text: not text.startswith("len"))
    return [*single, *([" + ".join(sizes(task.spec))] if len(single) > 1 else [])]


def refuted(task: Task, claim: WorstCase, limits: Limits) -> Reason | None:
    """Return what runs show against a claim, or what in it is not of the due form; None where they show nothing."""
    reading = read_worst_case(claim, task.spec, limits)
    trial = Trial(task, claim.size, limits)
    run = evaluator(reading.bound, [SIZE], limits)
    grid = sorted({claim.least, *(s for s in GRID if s >= claim.least)})
    family = trial.family([text for _, text in claim.family], grid)
    for size in grid:
        point, bound = family.points[size], run({SIZE: size})
        if point is None or not isinstance(bound, int):
            what = f"an expression of the claim raises at size {size}."
            return BadWorstCase(what=what, do="Write expressions that have a value at each size from the first on.")
        if not trial.allowed(point) or trial.size(point) != size:
            what = f"the family's input of size {size} is {trial.call(point)}, which is of another size, or not allowed."
            return BadWorstCase(what=what, do="Give for each size an allowed input of that size.")
        if size in family.old and family.old[size] <= bound:
            what = f"the version to beat takes {family.old[size]} ticks for {trial.call(point)}, and the bound is {bound}."
            return CostNotLower(what=what, where=task.spec.where)
    for size, ticks, point in trial.dearest():
        if size >= claim.least and ticks > (bound := number(run({SIZE: size}))):
            what = f"the candidate takes {ticks} ticks for {trial.call(point)}, and the bound for its size, {size}, is {bound}."
            return CostNotLower(what=what, where=task.judged.source.label)
    return None


@dataclass(frozen=True, slots=True)
class Family:
    """Expressions over `size` for the parameters, with their inputs by size, and what the old version takes on these.

    The input is None where an expression raises; ticks are there for the runs that end.
    """

    texts: tuple[str, ...]
    points: dict[int, Arguments | None] = field(repr=False)
    old: dict[int, int] = field(repr=False)


def _dear(family: Family) -> list[int]:
    """Return what a family costs the old version at most; [] where no run ended."""
    return sorted(family.old.values())[-1:]


class Trial:
    """Runs of both versions, seen by one size of inputs."""

    def __init__(self, task: Task, size: str, limits: Limits) -> None:
        """Take the text of a size. Raises Refusal as `read_worst_case` does."""
        self.task, self.size_text = task, size
        self.limits = limits = replace(limits, run_ticks=min(FUEL, limits.run_ticks))
        self.parameters = task.spec.program.parameters
        names = [p.name for p in self.parameters]
        self.allowed: Callable[[Sequence[Value]], bool] = holds(task.spec.require, names, limits)
        reading = self.reading([_constant(p.type, 0) for p in self.parameters])
        run = evaluator(reading.size, names, limits)
        self.size: Callable[[Arguments], int] = lambda point: number(run(dict(zip(names, point, strict=True))))
        """the size of an input"""
        self.counted = ir.variables(reading.size)
        self._dearest: list[tuple[int, int, Arguments]] = []
        self._families: list[Family] = []

    def reading(self, family: Sequence[str]) -> Reading:
        """Return the reading of a family with no bound."""
        pairs = zip((p.name for p in self.parameters), family, strict=True)
        return read_worst_case(WorstCase(self.size_text, "0", 0, tuple(pairs)), self.task.spec, self.limits)

    def call(self, point: Arguments) -> str:
        """Return a call for people, cut where it is long."""
        text = ", ".join(map(literal, point))
        return f"{self.task.spec.name}({text if len(text) <= 80 else text[:80] + ' ...'})"  # noqa: PLR2004 - a line

    # -- runs -----------------------------------------------------------------------------------------------------------

    def family(self, texts: Sequence[str], at: Sequence[int]) -> Family:
        """Run the old version on a family's inputs of some sizes."""
        makers = [evaluator(e, [SIZE], self.limits) for e in self.reading(texts).family]
        points: dict[int, Arguments | None] = {}
        for size in at:
            values = tuple(v for v in (make({SIZE: size}) for make in makers) if v is not None)
            points[size] = values if len(values) == len(makers) else None
        ticks = measured(self.task.old.program, [p for p in points.values() if p is not None], self.limits)
        return Family(tuple(texts), points, {s: ticks[k] for s, p in points.items() if p is not None and (k := key(p)) in ticks})

    def fits(self, family: Family, size: int) -> bool:
        """Say whether a family's input is allowed, and of the size that it is for."""
        point = family.points[size]
        return point is not None and self.allowed(point) and self.size(point) == size

    def families(self) -> list[Family]:
        """Return families of plain forms whose inputs fit, the dearest for the old version first."""
        if not self._families:
            forms = [self._forms(p) for p in self.parameters]
            chosen = itertools.islice(itertools.product(*forms), FAMILIES)
            fitting = [f for f in (self.family(t, PROBES) for t in chosen) if all(self.fits(f, s) for s in PROBES)]
            found = [self.family(f.texts, GRID) for f in sorted(fitting, key=_dear, reverse=True)[:MEASURED]]
            self._families = sorted(found, key=_dear, reverse=True)
        return self._families

    def _forms(self, p: ir.Var) -> list[str]:
        """Return the expressions that are tried for a parameter: those that make its size `size` first, where that counts."""
        rest = [_constant(p.type, fill) for fill in (0, 1, -1)]
        if p.type == "int":
            return [SIZE, f"-{SIZE}", *rest] if p.name in self.counted else [*rest, SIZE]
        if isinstance(p.type, ListOf):
            return [*_lists(p.type.element), rest[0]]
        return list(dict.fromkeys(rest))

    def dearest(self) -> list[tuple[int, int, Arguments]]:
        """Return runs of the new version: size, ticks and input, the dearest that was found of each size."""
        if not self._dearest and self.task.new is not None:
            runs = [*inputs(self.task.spec, self.limits, seed=3), *self._drawn()]
            runs += [p for f in self.families() for p in f.points.values() if p is not None and self.allowed(p)]
            ticks, best = measured(self.task.new.program, runs, self.limits), dict[int, tuple[int, int, Arguments]]()
            for point in runs:
                size, spent = self.size(point), ticks.get(key(point))
                if spent is not None and (size not in best or best[size][1] < spent):
                    best[size] = size, spent, point
            self._dearest = [best[s] for s in sorted(best)]
        return self._dearest

    def _drawn(self) -> Iterator[Arguments]:
        """Yield allowed inputs, larger ones than those that lemmas are fitted on."""
        rng = random.Random(f"worst/{self.task.spec.name}")  # noqa: S311 - sampling, not secrecy
        for i in range(DRAWN):
            draw = Draw(rng, 0, rng.choice((1, 4, 40)), GRID[i % len(GRID)])
            point = tuple(draw.value(p.type) for p in self.parameters)
            if self.allowed(point):
                yield point

    # -- claims ---------------------------------------------------------------------------------------------------------

    def bounds(self) -> Iterator[list[int]]:
        """Yield polynomials, by their coefficients from the constant up, above all runs of the new version; a tight one first."""
        tight = above([(size, ticks) for size, ticks, _ in self.dearest()])
        if tight is not None:
            yield tight
            # room for what lemmas about single loops say, which is not as tight as runs are
            high = 2 * tight[0] + 2 * NEAR
            yield [high, *(c + math.ceil(c / 2) for c in tight[1:])]
            yield [high, *tight[1:]]

    def claim(self, bound: list[int]) -> WorstCase | None:
        """Return the claim of a bound with the dearest family that exceeds it, by ever more; None where none does."""
        for family in self.families():
            due = [s for s in GRID if s in family.old and self.fits(family, s)]
            room = {s: family.old[s] - sum(c * s**i for i, c in enumerate(bound)) for s in due}
            reached = list(itertools.takewhile(lambda s, room=room: room[s] > 0, reversed(due)))  # type: ignore[misc]
            if len(reached) < REACHED or reached[0] < FAR or room[reached[0]] <= room[reached[len(reached) // 2]]:
                continue
            text = expression(horner({(i,): c for i, c in enumerate(bound)}, [ir.Var(SIZE, "int")]))
            names = (p.name for p in self.parameters)
            return WorstCase(self.size_text, text, reached[-1], tuple(zip(names, family.texts, strict=True)))
        return None


def above(points: Sequence[tuple[int, int]]) -> list[int] | None:
    """Return the coefficients, from the constant up, of a polynomial of low degree with whole coefficients above all points.

    The degree is the least at which what comes before foretells what comes at the end. None where there is none, or where the
    points are too few.

    >>> above([(s, 3 * s + 2) for s in GRID])
    [2, 3]
    """
    known = [p for p in sorted(points) if p[0] in GRID and p[0] > 0]
    if len(known) < FEWEST:
        return None
    end, before = known[-1], known[2 : len(known) * 3 // 4]
    for degree in range(HIGHEST + 1):
        poly = _through([before[-1 - i * (len(before) - 1) // max(degree, 1)] for i in range(degree + 1)])
        if _at(poly, end[0]) * SURE + NEAR >= end[1] and (degree == 0 or poly[-1] > 0):
            whole = [0, *(math.ceil(c) for c in poly[1:])]
            over = [ticks - sum(c * size**i for i, c in enumerate(whole)) for size, ticks in points]
            return [max(0, *over), *whole[1:]]
    return None


def _through(nodes: Sequence[tuple[int, int]]) -> list[Fraction]:
    """Return the coefficients of the polynomial through some points with different sizes."""
    out = [Fraction(0)] * len(nodes)
    for x, y in nodes:
        basis, scale = [Fraction(1)], Fraction(y)
        for other in (n for n, _ in nodes if n != x):
            basis = [low - other * high for low, high in zip([Fraction(0), *basis], [*basis, Fraction(0)], strict=True)]
            scale /= x - other
        out = [a + scale * b for a, b in zip(out, basis, strict=True)]
    return out


def _at(poly: Sequence[Fraction], size: int) -> Fraction:
    return sum((c * size**i for i, c in enumerate(poly)), Fraction(0))


def _constant(t: Type, fill: int) -> str:
    """Return a literal of a type all of whose ints are `fill`; its lists are empty."""
    match t:
        case ListOf():
            return "[]"
        case TupleOf(parts):
            return f"({', '.join(_constant(p, fill) for p in parts)})"
        case _:
            return str(fill if t == "int" else fill != 0)


def _lists(element: Type) -> list[str]:
    """Return lists of length `size`: of equal elements, and of ints that rise or fall."""
    if ir.has_list(element):
        return [f"[{_constant(element, 0)} for _ in range({SIZE})]"]
    found = [f"[{_constant(element, fill)}] * {SIZE}" for fill in (0, 1, -1)]
    if element == "int":
        found += [f"[i for i in range({SIZE})]", f"[{SIZE} - i for i in range({SIZE})]"]
    return list(dict.fromkeys(found))
