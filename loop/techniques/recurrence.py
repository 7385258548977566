"""Functions of one int that call themselves on smaller ones at fixed distances: what they compute, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from loop.draw import number
from loop.simplify import simplified
from loop.techniques.study import Study
from verify import ir
from verify.interpreter import Interpreter, Outcome, OutOfFuel, holds
from verify.ir import Block, Expr, Name, Program, Statement, Var
from verify.limits import Limits

REACH = 40
"""values of the driver, from the least one, at which the paths through a body are compared"""
DEEP = 18
"""of those, the ones that are run: a tree of calls grows fast"""
ORDER = 8
"""the longest distance of a call"""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`f(n, ...) = step` from `first` on, where `step` reads f at smaller n; below it, down to `low`, f is `starts`.

    All other parameters stay as they are in every call.
    """

    program: Program
    driver: Var
    low: int
    first: int
    starts: tuple[Expr, ...]
    start_ticks: tuple[int, ...]
    step: Expr
    distances: dict[Name, int]
    """how far below n the value is taken that a name stands for"""
    step_ticks: int
    """what one call costs without those that it makes"""
    ticks: tuple[int, ...]
    """what f costs from `low` on, as far as it was run"""

    @property
    def order(self) -> int:
        """The longest distance."""
        return max(self.distances.values())

    @property
    def fixed(self) -> tuple[Var, ...]:
        """The parameters but the driver."""
        return tuple(p for p in self.program.parameters if p != self.driver)


def recurrence(study: Study) -> Recurrence | None:
    """Return what the version to beat computes, or None where it is no such function."""
    head = study.head
    calls = [s for s in ir.statements(head.body) if isinstance(s, ir.Call)]
    written = ir.writes(head.body)
    if not calls or head.loops or any(p.name in written for p in head.parameters):
        return None
    for i, driver in enumerate(head.parameters):
        others = [(k, p) for k, p in enumerate(head.parameters) if k != i]
        if driver.type == "int" and all(c.arguments[k] == p for c in calls for k, p in others) and study.runs:
            distances = {c.target: _distance(c.arguments[i], driver) for c in calls}
            if all(d is not None and 1 <= d <= ORDER for d in distances.values()):
                low = min(number(a[i]) for a in study.runs)
                return _of_driver(study, driver, low, {n: d for n, d in distances.items() if d is not None})
    return None


def _of_driver(study: Study, driver: Var, low: int, distances: dict[Name, int]) -> Recurrence | None:
    head, limits = study.head, study.limits
    if low < -3 or not _goes_on(study, driver):  # noqa: PLR2004 - the contract gives no least value
        return None
    paths = [path_at(head.body, driver, n, limits) for n in range(low, low + REACH)]
    first = next((k for k, p in enumerate(paths) if p is None or _calls(p)), 0)
    path = paths[first] if paths else None
    if not first or path is None or any(p != path for p in paths[first:]):
        return None
    used = {s.target: distances[s.target] for s in path if isinstance(s, ir.Call)}
    starts = [result_of(p) for p in paths[:first] if p is not None]
    step = result_of(path)
    if step is None or not used or any(s is None for s in starts) or max(used.values()) > first:
        return None
    values = [simplified(ir.substitute(s, {driver.name: ir.Const(low + k)})) for k, s in enumerate(starts) if s is not None]
    at = head.parameters.index(driver)
    ticks = _ticks(study, at, low)
    if ticks is None or len(ticks) < first + 2:
        return None
    own = {ticks[n] - sum(ticks[n - d] for d in used.values()) for n in range(first, len(ticks))}
    if len(own) != 1:
        return None
    return Recurrence(head, driver, low, low + first, tuple(values), tuple(ticks[:first]), step, used, own.pop(), tuple(ticks))


def _goes_on(study: Study, driver: Var) -> bool:
    """Say whether the contract lets the driver be large."""
    allowed = holds(study.spec.require, [p.name for p in study.head.parameters], study.limits)
    at = study.head.parameters.index(driver)
    return any(allowed([*a[:at], 10**9, *a[at + 1 :]]) for a in study.runs[:40])


def _distance(e: Expr, driver: Var) -> int | None:
    match e:
        case ir.Binary("sub", left, ir.Const(d)) if left == driver:
            return int(d)
        case ir.Binary("add", left, ir.Const(d)) | ir.Binary("add", ir.Const(d), left) if left == driver:
            return -int(d)
    return None


def path_at(block: Sequence[Statement], driver: Var, n: int, limits: Limits) -> Block | None:
    """Return the statements that run at one value of the driver, which must decide every test on the way."""
    out: list[Statement] = []
    for k, s in enumerate(block):
        match s:
            case ir.If(test, then, orelse):
                if not ir.variables(test) <= {driver.name}:
                    return None
                taken = then if holds(test, [driver.name], limits)([n]) else orelse
                rest = path_at((*taken, *block[k + 1 :]), driver, n, limits)
                return None if rest is None else (*out, *rest)
            case ir.Return():
                return (*out, s)
            case ir.Assign() | ir.Call():
                out.append(s)
            case _:
                return None
    return None


def _calls(path: Block) -> bool:
    return any(isinstance(s, ir.Call) for s in path)


def result_of(path: Block) -> Expr | None:
    """Return what a path returns, over the parameters and the values of its calls."""
    env: dict[Name, Expr] = {}
    for s in path:
        match s:
            case ir.Assign(targets, values):
                env |= dict(zip(targets, [ir.substitute(v, env) for v in values], strict=True))
            case ir.Return(value):
                return ir.substitute(value, env)
    return None


def _ticks(study: Study, at: int, low: int) -> list[int] | None:
    """Return the ticks by driver, where nothing else sways them."""
    interpreter = Interpreter(study.head, study.limits)
    seeds = [study.runs[0], study.runs[len(study.runs) // 2], study.runs[-1]]
    out: list[int] = []
    for n in range(low, low + DEEP):
        found: set[int] = set()
        for seed in seeds:
            try:
                outcome: Outcome = interpreter.run((*seed[:at], n, *seed[at + 1 :]))
            except OutOfFuel:
                return out
            if outcome.raised:
                return None
            found.add(outcome.ticks)
        if len(found) > 1:
            return None
        out += found
    return out
