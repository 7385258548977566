"""How a program's cost grows, fitted from the ticks of runs on inputs that double in size; and how long its text is."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from loop.draw import Draw, by_size
from loop.search.parts import parts
from verify import ir
from verify.gates.inputs import Domain
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Program, Value
from verify.limits import Limits
from verify.spec import Spec
from verify.types import copied

Arguments = tuple[Value, ...]
RUNGS: Final = 9
"""sizes 1, 2, 4 and so on"""
EACH: Final = 2
"""inputs of one size"""
TRIES: Final = 12
"""draws for them"""
GROWTHS: Final = (
    ("constant", 0), ("logarithmic", 40), ("root", 98), ("linear", 142), ("linearithmic", 176), ("superlinear", 222),
    ("quadratic", 300), ("cubic", 450), ("steep", 520),
)  # fmt: skip
"""what the ticks grow by from one quarter of the sizes to the next, as a logarithm in 64ths of a bit, is at most this"""
EXPONENTIAL: Final = "exponential"
UNKNOWN: Final = "unknown"
"""the contract allows too few sizes to tell"""
ENOUGH: Final = 5
"""sizes that a growth is told from"""
FEW: Final = 4
GRAIN: Final = 16
"""a growth of no more than a few ticks, or than one part in this of the whole, is noise: branches, not turns"""


def ladder(spec: Spec, limits: Limits, seed: int) -> tuple[tuple[Arguments, ...], ...]:
    """Return allowed inputs of doubling sizes, a few of each; a size at which none was found is left out."""
    rng = random.Random(f"{seed}/{spec.name}/ladder")  # noqa: S311 - sampling, not secrecy
    parameters = spec.program.parameters
    domain = Domain(parameters, spec.require, limits)
    bounds, allowed = domain.bounds, holds(spec.require, [p.name for p in parameters], limits)
    found = []
    for k in range(RUNGS):
        size, rung = 1 << k, list[Arguments]()
        for _ in range(TRIES):
            draw = Draw(rng, size, size // 4, size)
            point: Arguments = tuple(draw.value(p.type) for p in parameters)
            if domain.has_lists and not allowed(point):
                point = tuple(map(copied, domain.repair(bounds, point)))
            if allowed(point):
                rung.append(point)
        if rung:
            found.append(tuple(sorted(rung, key=by_size)[-EACH:]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Shape:
    """The cost of a program on a ladder: the most ticks of each rung, up to the first one that it did not get through."""

    ticks: tuple[int, ...]
    rungs: int
    """of the ladder"""

    @property
    def growth(self) -> str:
        """The class of its growth, one of GROWTHS, EXPONENTIAL or UNKNOWN."""
        if self.rungs < ENOUGH:
            return UNKNOWN
        if len(self.ticks) < ENOUGH:
            return EXPONENTIAL
        *_, e, _, c, _, a = rising(self.ticks)
        late, early = a - c, c - e
        if late <= FEW or late * GRAIN <= a:
            return GROWTHS[0][0]
        rate = parts(late, max(early, 1))
        return next((name for name, most in GROWTHS[1:] if rate <= most), EXPONENTIAL)


def shape(program: Program, rungs: Sequence[Sequence[Arguments]], limits: Limits) -> Shape:
    """Measure a program on a ladder."""
    interpreter = Interpreter(program, limits)
    found: list[int] = []
    for rung in rungs:
        try:
            found.append(max(interpreter.run(a).ticks for a in rung))
        except OutOfFuel:
            break
    return Shape(tuple(found), len(rungs))


def rising(ticks: Sequence[int]) -> list[int]:
    """Return the most ticks up to each size."""
    out: list[int] = []
    for t in ticks:
        out.append(max(t, out[-1]) if out else t)
    return out


def nodes(program: Program) -> int:
    """Return how many statements and subexpressions a program has."""
    total = 0
    for s in ir.statements(program.body):
        total += 1 + sum(1 for e in ir.expressions(s) for _ in ir.subexpressions(e))
    return total
