"""Decides: a loop of a Program -> Shape, what the Lean reading needs to know of it.

How a loop goes on, what it reads and writes, why it ends, and how a `for` begins.
"""

from collections.abc import Callable
from dataclasses import dataclass

from verify import ir
from verify.ir import Expr, Name, Program
from verify.lean_expr import Naming, natural, value
from verify.lean_expr import field as lean_name
from verify.reasons import NoMeasure, Refusal
from verify.ticks import TABLE, add, cost

RESULT = "result"
"""the state's field for the returned value; no variable is called so"""
Env = dict[Name, str]
"""from each variable to the Lean term that it holds on the path so far"""
Ending = Callable[[Env, str], str]
"""what is written where a path ends: from what the variables hold and the ticks so far"""


@dataclass(frozen=True, slots=True)
class Endings:
    """How the paths of a block end: those that fall through or go on with the next turn, that return, that leave the loop."""

    fall: Ending
    leave: Ending
    stop: Ending


@dataclass(frozen=True, slots=True)
class Shape:
    """What the printer knows of one loop: what it reads and writes, how it goes on, and why it ends."""

    loop: ir.Loop
    arguments: tuple[Name, ...]
    written: tuple[Name, ...]
    returns: bool
    test: Expr
    test_cost: Expr
    invariant: Expr
    measure: Callable[[Naming], str]
    advance: ir.Assign | None

    @property
    def index(self) -> int:
        """The loop's number."""
        return self.loop.index


def shape(program: Program, loop: ir.Loop) -> Shape:
    """Return what the printer knows of a loop of a program. Raises Refusal (NoMeasure)."""
    returning = ir.returns(loop.body)
    step_cost = ir.Const(TABLE["loop_step"])
    test, advance = ir.going(loop), ir.advance(loop)
    extra: tuple[Expr, ...] = ()
    match loop:
        case ir.While():
            test_cost, measure = add(step_cost, cost(loop.test)), _given_measure(program, loop)
        case ir.For():
            test_cost, measure, extra = step_cost, _range_measure(loop), _range_facts(loop)
        case ir.ForEach():
            test_cost, measure = step_cost, _rest_measure(loop)
    body = ir.turn(loop)
    invariant = ir.conjunction([*extra, *map(_unoriented, loop.invariants)])
    notes = (test, invariant, *([loop.measure] if isinstance(loop, ir.While) and loop.measure else []))
    written = ir.writes(body)
    read = ir.reads(body) | frozenset[Name]().union(*map(ir.variables, notes))
    order = [v.name for v in program.variables]
    tail = (RESULT,) if returning else ()
    return Shape(
        loop, (*(n for n in order if n in read | written), *tail), (*(n for n in order if n in written), *tail),
        returning, test, test_cost, invariant, measure, advance,
    )  # fmt: skip


def _unoriented(e: Expr) -> Expr:
    """Return an invariant with its equations of ints as two inequalities, so that no proof rewrites with one of them."""
    match e:
        case ir.Logic("and", operands):
            return ir.conjunction(tuple(map(_unoriented, operands)))
        case ir.Compare((a, b), ("eq",)) if a.type == "int":
            return ir.Compare((a, b, a), ("le", "le"))
    return e


def _given_measure(program: Program, loop: ir.While) -> Callable[[Naming], str]:
    if loop.measure is None:
        what = f"no termination measure is known for the loop on line {loop.line} of `{program.name}`."
        do = "Put `decreases(...)` first in its body: an int that is never negative where the test holds, and falls each turn."
        raise Refusal(NoMeasure(what=what, where=f"line {loop.line}", do=do))
    measure = loop.measure
    # one more, since the measure may reach zero, and then below, on the turn after which the test fails
    return lambda name: f"({value(measure, name)} + 1).toNat"


def _hidden(loop: ir.For) -> tuple[ir.Var, ir.Var, Expr]:
    step = loop.step if isinstance(loop.step, ir.Const) else ir.Var(f"step_{loop.index}", "int")
    return ir.Var(f"next_{loop.index}", "int"), ir.Var(f"stop_{loop.index}", "int"), step


def _rest_measure(loop: ir.ForEach) -> Callable[[Naming], str]:
    return lambda name: natural(ir.Length(ir.rest_of(loop)), name)


def _range_measure(loop: ir.For) -> Callable[[Naming], str]:
    following, stop, step = _hidden(loop)
    up, down = ir.Binary("sub", stop, following), ir.Binary("sub", following, stop)
    if isinstance(step, ir.Const):
        distance: Expr = up if step.value > 0 else down
    else:
        distance = ir.Choice(ir.Compare((step, ir.Const(0)), ("gt",)), up, down)
    return lambda name: f"({value(distance, name)}).toNat"


def _range_facts(loop: ir.For) -> tuple[Expr, ...]:
    step = _hidden(loop)[2]
    return () if isinstance(step, ir.Const) else (ir.Compare((step, ir.Const(0)), ("ne",)),)


def slot(name: Name) -> str:
    """Return the Lean name of a variable, or of the returned value."""
    return RESULT if name == RESULT else lean_name(name)


def start_of(s: ir.For | ir.ForEach) -> tuple[Expr, Expr, list[tuple[Name, Expr]]]:
    """Return the condition, the cost and the assignments with which a `for` begins."""
    if isinstance(s, ir.ForEach):
        return ir.safe(s.source), cost(s.source), [(ir.rest_of(s).name, s.source)]
    following, stop, step = _hidden(s)
    bounds = [(stop.name, s.stop), (following.name, s.start)]
    ok = [ir.safe(s.start), ir.safe(s.stop), ir.safe(s.step)]
    if isinstance(step, ir.Var):
        bounds.append((step.name, s.step))
        ok.append(ir.Compare((s.step, ir.Const(0)), ("ne",)))
    return ir.conjunction(ok), add(cost(s.start), cost(s.stop), cost(s.step), ir.Const(TABLE["call"])), bounds
