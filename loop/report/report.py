"""A graph's folder -> everything that a report says, as data; it is the same for the same folder, whenever it is made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from loop.timing import measure
from loop.views.archive import ArchiveView, archives
from loop.views.curve import CostCurve, cost_curve
from loop.views.dependencies import DependencyView, around, dependencies
from loop.views.generations import GenerationsView, generations
from loop.views.history import TargetHistory, read_spec_node, target_history
from loop.views.overview import Overview, overview
from loop.views.runs import RunSummary, RunView, run_view, runs
from loop.views.targets import standing_of
from loop.views.times import TimePoint, Times, known_times, time_points
from loop.views.waiting import WaitingView, waiting
from loop.words import rests_on
from verify.canonical import Digest
from verify.graph import Graph
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.reasons import Refusal

WHOLE: Final = 200
"""targets whose curves are drawn where nobody names any"""
REFUSALS: Final = 50
"""refusals of the last run that are written out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetReport:
    """One target."""

    history: TargetHistory
    curve: CostCurve | None
    """of the head against the baseline"""
    archive: ArchiveView | None
    rests_on: tuple[tuple[str, str], ...]
    """what the head's acceptance rests on, each with what would make it false"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All of it."""

    folder: str
    overview: Overview
    """of the whole graph"""
    targets: tuple[TargetReport, ...]
    """those that were named, or all of the graph"""
    dependencies: DependencyView
    """of these targets"""
    runs: tuple[RunSummary, ...]
    run: RunView | None
    """the last one"""
    waiting: tuple[WaitingView, ...]
    generations: GenerationsView | None
    notes: tuple[str, ...]
    """what could not be read, or was left out"""


def report(
    folder: Path, graph: Graph, specs: Sequence[Digest] = (), *, curves: bool = True, times: Times | None = None,
    evolved: Path | None = None,
) -> Report:  # fmt: skip
    """Return the report of a graph, on the targets of some specs or on all.

    `times` are those that are known, by default what the journal holds; without `curves` nothing is run. `evolved` is a folder
    that `qed evolve` wrote. Raises UsageError where that does not read; what else does not read is said in the notes.
    """
    notes: list[str] = []
    known = known_times(folder) if times is None else times
    whole = overview(graph, known)
    chosen = list(specs) or [t.spec for t in whole.targets]
    improved = [t.spec for t in whole.targets if t.improved and t.spec in set(chosen)]
    drawn = frozenset(improved if specs else improved[:WHOLE]) if curves else frozenset[Digest]()
    if curves and len(drawn) < len(improved):
        notes.append(f"cost curves are drawn of the first {len(drawn)} improved targets; name others to see theirs.")
    kept = archives(folder, graph)
    notes += [kept.complaint] if kept.complaint else []
    found = {a.spec: a for a in kept.targets}
    told, last = _runs(folder, graph, notes)
    return Report(
        folder=str(folder), overview=whole, dependencies=dependencies(graph, _only(graph, specs)), runs=told, run=last,
        targets=tuple(_target(graph, spec, known, found.get(spec), curves=spec in drawn) for spec in chosen),
        waiting=_waiting(folder, graph, notes), generations=generations(evolved) if evolved else None, notes=tuple(notes),
    )  # fmt: skip


def _target(graph: Graph, spec: Digest, times: Times, archive: ArchiveView | None, *, curves: bool) -> TargetReport:
    stands = standing_of(graph, spec)
    head = stands.head
    curve = cost_curve(graph, head, stands.line[0], times) if curves and head is not None else None
    return TargetReport(
        history=target_history(graph, spec, times), curve=curve, archive=archive,
        rests_on=tuple(rests_on(head.certificate)) if head is not None and head.certificate else (),
    )  # fmt: skip


def _only(graph: Graph, specs: Sequence[Digest]) -> frozenset[Digest] | None:
    """Return the nodes that have to do with some targets; None for all."""
    if not specs:
        return None
    line = (node for spec in specs for node in (spec, *(n.id for n in standing_of(graph, spec).line)))
    return frozenset(i for node in line for i in around(graph, node))


def _runs(folder: Path, graph: Graph, notes: list[str]) -> tuple[tuple[RunSummary, ...], RunView | None]:
    try:
        return runs(folder), run_view(folder, graph, refusals=REFUSALS)
    except Refusal as refusal:
        notes.append(f"{refusal.reason}")
        return (), None


def _waiting(folder: Path, graph: Graph, notes: list[str]) -> tuple[WaitingView, ...]:
    try:
        return waiting(graph, folder)
    except Refusal as refusal:
        notes.append(f"{refusal.reason}")
        return ()


def measured_now(folder: Path, graph: Graph, specs: Sequence[Digest]) -> Times:
    """Measure the heads of targets against their baselines in the sandbox; what was not measured is what the journal holds."""
    known = known_times(folder)
    return Times(known.steps, {**known.lines, **dict(_measured(graph, specs))})


def _measured(graph: Graph, specs: Sequence[Digest]) -> Iterator[tuple[Digest, tuple[TimePoint, ...]]]:
    for spec_id in specs:
        stands = standing_of(graph, spec_id)
        spec, _ = read_spec_node(stands.spec)
        if spec is None or stands.head is None or not stands.improved:
            continue
        try:
            old, new = (version_of(n, spec, DEFAULT) for n in (stands.line[0], stands.head))
        except Refusal:
            continue
        if found := measure(spec, old, new, DEFAULT):
            yield stands.head.id, time_points(spec, found)


def to_data(value: object) -> object:
    """Return a report, or a part of one, as JSON data; money is a text, for it is exact."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_data(getattr(value, f.name)) for f in fields(value)}
    match value:
        case dict():
            return {str(k): to_data(v) for k, v in value.items()}
        case tuple() | list():
            return [to_data(v) for v in value]
        case Decimal():
            return str(value)
    return value
