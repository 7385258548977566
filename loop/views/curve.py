"""Two versions of a target -> their cost over the size of inputs: what was counted and measured, and what is proved of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from loop.observe import evaluator
from loop.timing import growing_inputs
from loop.views.times import NOTHING, TimePoint, Times, input_words, size_of, size_words
from verify.canonical import Digest
from verify.claim_words import order_line
from verify.graph import Graph, history, spec_of, superseded
from verify.interpreter import Interpreter, OutOfFuel, holds
from verify.ir import Program, Value
from verify.judge import spec_in, version_of
from verify.limits import DEFAULT, Limits
from verify.node import Node
from verify.reasons import Refusal
from verify.spec import ORDERS, Order, Spec
from verify.worst_case import SIZE, Reading, read_worst_case

Arguments: TypeAlias = tuple[Value, ...]
Counted: TypeAlias = Callable[[Arguments], int | None]
LARGEST: Final = 12
"""inputs grow up to two to the power of this"""
SIZES: Final = tuple(sorted({n for k in range(LARGEST + 1) for n in (1 << k, 3 << k >> 1)}))
"""powers of two, and what lies between two of them"""
WHOLE: Final = 1_000_000
"""ticks of all runs of one version, after which no more are begun"""


@dataclass(frozen=True, slots=True)
class CostPoint:
    """Both versions on one input; ticks are None from the first input on that took too many."""

    size: int
    input: str
    """in words"""
    old: int | None
    new: int | None
    bound: int | None
    """ticks that the new version is proved not to exceed here; None where that is not known as a number"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """What two versions cost; `points` and `times` by size."""

    target: str
    old: Digest
    new: Digest
    order: Order | None
    """the weakest of the steps from the old version to the new one"""
    claim: str
    """what is proved, in words: the order of each of these steps, one after the other"""
    bound_words: str
    """what the bound is, "" where there is none"""
    size_words: str
    """what the size of an input is"""
    points: tuple[CostPoint, ...]
    times: tuple[TimePoint, ...]
    note: str
    """why there are no points, or where they end; "" for nothing to say"""


@dataclass(frozen=True, slots=True)
class _Bound:
    """What the steps between two versions prove of the new one's ticks: at most those of the old one, or a term, and more."""

    reading: Reading | None
    """of the last step in the order `worst-case`; without any, the bound is the ticks of the old version"""
    more: int
    words: str


def cost_curve(graph: Graph, node: Node, against: Node | None = None, times: Times = NOTHING) -> CostCurve | None:
    """Return the curve of a version against an earlier one, by default the one that it supersedes; None of a baseline alone.

    Both are run by the reference interpreter, on inputs that the contract allows, up to a number of ticks; nothing else is run.
    Raises ValueError where `against` is no earlier version of the same line.
    """
    old = against or superseded(graph, node)
    if old is None or node.kind != "implementation":
        return None
    line = history(graph, spec_of(graph, node).id)
    if old not in line or node not in line or line.index(old) >= line.index(node):
        raise ValueError(f"{old.id} is no earlier version of the line of {node.id}")
    steps = line[line.index(old) + 1 : line.index(node) + 1]
    found = {edge.order for step in steps if (edge := step.edge("supersedes"))}
    curve = CostCurve(
        target=node.target, old=old.id, new=node.id, order=next((o for o in reversed(ORDERS) if o in found), None),
        claim="; then ".join(order_line(s.certificate) for s in steps if s.certificate), bound_words="", size_words="", points=(),
        times=_times(node, steps, old is line[0], times), note="",
    )  # fmt: skip
    try:
        spec = spec_in(spec_of(graph, node), DEFAULT)
        before, after = (version_of(n, spec, DEFAULT).program for n in (old, node))
        bound = _bound(spec, steps)
    except Refusal as refusal:
        return replace(curve, note=f"it cannot be read: {refusal.reason}")
    points = _points(spec, before, after, bound)
    note = "" if points else "no input was found that the contract allows and both versions get through."
    if any(p.old is None or p.new is None for p in points):
        note = f"runs end where a version takes more than {DEFAULT.run_ticks} ticks on one input, or {WHOLE} on all."
    said = size_words(spec) if bound.reading is None else _worst_size(steps)
    return replace(curve, bound_words=bound.words, size_words=said, points=points, note=note)


def _times(node: Node, steps: Sequence[Node], whole: bool, times: Times) -> tuple[TimePoint, ...]:  # noqa: FBT001 - a fact
    """Return the times that are known of the two ends of some steps; `whole` says whether the first begins at the baseline."""
    if whole and node.id in times.lines:
        return times.lines[node.id]
    one = times.of_step(node) if len(steps) == 1 else None
    return (TimePoint(None, one.input, one.old, one.new),) if one else ()


def _bound(spec: Spec, steps: Sequence[Node]) -> _Bound:
    """Return what follows from some steps, each of which is proved. Raises Refusal where a claim does not read."""
    reading, text, since, more = None, "ticks of the old version", "", 0
    for step in steps:
        worst = step.certificate.worst if step.certificate else None
        if worst is not None:
            reading, text, since, more = read_worst_case(worst, spec, DEFAULT), worst.bound, f", from size {worst.least} on", 0
        more += step.certificate.slack if step.certificate and step.certificate.order == "eventually" else 0
    return _Bound(reading, more, f"{text} + {more}{since}" if more else f"{text}{since}")


def _worst_size(steps: Sequence[Node]) -> str:
    found = [s.certificate.worst.size for s in steps if s.certificate and s.certificate.worst]
    return found[-1] if found else ""


def _points(spec: Spec, old: Program, new: Program, bound: _Bound) -> tuple[CostPoint, ...]:
    """Run both versions; of several inputs of one size the first counts, which is that of the claim where it names any."""
    names = [p.name for p in spec.program.parameters]
    size = _sized(spec, bound.reading, names)
    over = evaluator(bound.reading.bound, [SIZE], DEFAULT) if bound.reading else None
    inputs: dict[int, Arguments] = {}
    for number, given in enumerate(_inputs(spec, bound.reading, names)):
        at = size(given)
        inputs.setdefault(number if at is None else at, given)
    before, after = _counting(old), _counting(new)
    found = []
    for at, given in sorted(inputs.items(), key=lambda pair: pair[0]):
        spent, new_spent = before(given), after(given)
        most = spent
        if bound.reading is not None and over is not None:
            value = over({SIZE: at}) if at >= bound.reading.least else None
            most = value if isinstance(value, int) else None
        if spent is not None or new_spent is not None:
            found.append(CostPoint(at, input_words(spec, given), spent, new_spent, None if most is None else most + bound.more))
    return tuple(found)


def _sized(spec: Spec, reading: Reading | None, names: Sequence[str]) -> Counted:
    """Return what gives the size of an input, None where it has none."""
    if reading is None:
        return lambda given: size_of(spec, given)
    run = evaluator(reading.size, names, DEFAULT)

    def claimed(given: Arguments) -> int | None:
        value = run(dict(zip(names, given, strict=True)))
        return value if isinstance(value, int) else None

    return claimed


def _inputs(spec: Spec, reading: Reading | None, names: Sequence[str]) -> Iterator[Arguments]:
    """Yield inputs that the contract allows: those of the family that a claim names, then others, each in the order of sizes."""
    if reading is not None:
        makers = [evaluator(e, [SIZE], DEFAULT) for e in reading.family]
        allowed = holds(spec.require, names, DEFAULT)
        for at in SIZES:
            values = [make({SIZE: at}) for make in makers]
            given = tuple(v for v in values if v is not None)
            if len(given) == len(makers) and allowed(given):
                yield given
    yield from growing_inputs(spec, DEFAULT, SIZES)


def _counting(program: Program, limits: Limits = DEFAULT) -> Counted:
    """Return what counts the ticks of a version on inputs that grow: None from the first one on that takes too many."""
    interpreter, spent = Interpreter(program, limits), 0

    def count(given: Arguments) -> int | None:
        nonlocal spent
        if spent > WHOLE:
            return None
        try:
            outcome = interpreter.run(given)
        except OutOfFuel:
            spent = WHOLE + 1
            return None
        spent += outcome.ticks
        return None if outcome.raised else outcome.ticks

    return count
