"""Journal of a graph -> its runs: what is being done, the best so far, what was refused and why, and what was spent.

All of it is read from whole rows, so it may be asked for at any time while another process writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from loop.budget import Spent, spent_of
from loop.chain import Chain, ChainError
from loop.journal import ADMISSION, ASKED, BASELINE, CAME, HELD, JUDGEMENT, Entry, chain_of, going_on, journal_path, to_entry
from loop.views import run_counts
from loop.views.history import read_spec_node
from loop.views.run_counts import Begun, TargetCount
from loop.views.targets import standing_of
from loop.words import Costs, line_costs
from verify.canonical import Digest
from verify.graph import Graph
from verify.reasons import GraphUnavailable, Refusal, Verdict, literal
from verify.spec import Order

State: TypeAlias = Literal["going on", "done", "budget used up", "stopped", "interrupted"]
"""`interrupted`: it has no end, and no process is at it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run in a line."""

    number: int
    """of the event with which it began: its name in the journal"""
    state: State
    ended_by: str
    """the budget that ended it by name, "" for none"""
    proposer: str
    seed: int
    targets: int
    spent: Spent
    accepted: int
    rejected: int
    declined: int
    errors: int
    held: int
    """put into the review queue"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """How far a run is with one target."""

    target: str
    spec: Digest | None
    """None where the run has not come to it so far"""
    stage: str
    """what is being done, or what came of it"""
    head: Digest | None
    best: Costs
    """of the baseline and of the head that is in the graph now"""
    order: Order | None
    asked: int
    """times that a proposer was asked"""
    proposals: int
    judged: int
    accepted: int
    seconds: float
    """of judging"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalView:
    """Something that was not accepted, and why."""

    event: int
    """its row in the journal: later ones have larger numbers"""
    target: str
    verdict: Verdict
    gate: str
    reason: str
    """class name"""
    message: str
    counterexample: tuple[tuple[str, str], ...]
    """parameters and values, as Python literals; nothing where there is none"""
    program: str
    """the candidate's text; "" of a baseline"""
    baseline: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """One run."""

    summary: RunSummary
    last_event: int
    """the newest row that was looked at"""
    stages: tuple[StageView, ...]
    """in the order in which the run came to them"""
    refusals: tuple[RefusalView, ...]
    """newest first"""
    refusals_left_out: int
    """older ones"""
    entered: tuple[Digest, ...]
    """nodes that it added to the graph, oldest first"""
    counts: tuple[TargetCount, ...]
    """what `stages` were made of"""


_STAGES: Final = {
    ASKED: "asking for proposals", CAME: "judging proposals", JUDGEMENT: "judging proposals",
    ADMISSION: "a version has entered", HELD: "a version waits for review",
}  # fmt: skip
"""what is being done for a target, by the newest event about it"""


def runs(folder: Path) -> tuple[RunSummary, ...]:
    """Return the runs over a graph, newest first; none where there is no journal. Raises Refusal where it does not read."""
    path = journal_path(folder)
    if not path.is_file():
        return ()
    with _reading(path) as chain:
        return tuple(
            _summary(path, chain, begun, run_counts.verdicts(chain, begun.number)) for begun in run_counts.begun(chain)
        )


def run_view(
    folder: Path, graph: Graph, number: int | None = None, refusals: int = 50, before: RunView | None = None
) -> RunView | None:
    """Return a run by its number, by default the newest; None where there is none.

    `refusals` is how many are written out. Who looks again and again gives what this returned `before` for the same folder: then
    only what is new is counted. Raises Refusal where the journal does not read.
    """
    path = journal_path(folder)
    if not path.is_file():
        return None
    with _reading(path) as chain:
        begun = next((b for b in run_counts.begun(chain) if number in (None, b.number)), None)
        if begun is None:
            return None
        # what comes in meanwhile is newer than this row, and is looked at next time
        newest = run_counts.newest(chain, begun.number)
        same = before if before is not None and before.summary.number == begun.number else None
        known, since = (same.counts, same.last_event) if same else ((), 0)
        counts = run_counts.counts(chain, begun.number, newest, known, since)
        summary = _summary(path, chain, begun, _verdicts(counts))
        refused = summary.rejected + summary.declined + summary.errors
        shown = tuple(_refusals(chain, graph, begun.number, refusals))
        going = summary.state == "going on"
        return RunView(
            summary=summary, last_event=newest, refusals=shown, refusals_left_out=max(0, refused - len(shown)),
            stages=tuple(_stage(graph, c, going=going) for c in counts), counts=counts,
            entered=tuple(dict.fromkeys(_entered(chain, begun.number))),
        )  # fmt: skip


@contextmanager
def _reading(path: Path) -> Iterator[Chain]:
    """Open a journal; what is wrong with it becomes a Refusal."""
    try:
        chain = chain_of(path)
        try:
            yield chain
        finally:
            chain.close()
    except ChainError as error:
        what = f"the journal cannot be read: {error.strerror}."
        do = "Mend its permissions, or move it away: the graph stands without it."
        raise Refusal(GraphUnavailable(what=what, where=str(path), do=do)) from None


def _verdicts(counts: Sequence[TargetCount]) -> dict[str, int]:
    return {
        "accept": sum(c.accepted for c in counts), "reject": sum(c.rejected for c in counts),
        "decline": sum(c.declined for c in counts), "error": sum(c.errors for c in counts),
    }  # fmt: skip


def _summary(path: Path, chain: Chain, begun: Begun, verdicts: Mapping[str, int]) -> RunSummary:
    run = begun.number
    over, budget = run_counts.ending(chain, run)
    state: State = "budget used up" if budget else "done"
    if not over:
        stopped = run_counts.stopped(chain, run)
        state = "going on" if going_on(path, run) else "stopped" if stopped else "interrupted"
    try:
        spent = spent_of(run_counts.spent(chain, run))
    except ValueError:
        spent = Spent()
    return RunSummary(
        number=run, state=state, ended_by=budget, proposer=begun.proposer, seed=begun.seed, targets=begun.targets, spent=spent,
        accepted=verdicts.get("accept", 0), rejected=verdicts.get("reject", 0), declined=verdicts.get("decline", 0),
        errors=verdicts.get("error", 0), held=run_counts.held(chain, run),
    )  # fmt: skip


def _stage(graph: Graph, count: TargetCount, *, going: bool) -> StageView:
    spec = count.spec if count.spec in graph.nodes else _only(graph, count.target)
    stands = standing_of(graph, spec) if spec is not None else None
    outcome = "improved" if stands and stands.improved else "no improvement so far"
    if count.refused:
        outcome = f"baseline not accepted: {count.refused}"
    elif going:
        outcome = _STAGES[count.last]
    return StageView(
        target=count.target, spec=spec, stage=outcome, head=stands.head.id if stands and stands.head else None,
        best=line_costs(stands) if stands else Costs(None, None), order=stands.order if stands else None, asked=count.asked,
        proposals=count.proposals, judged=count.judged, accepted=count.accepted, seconds=count.seconds,
    )  # fmt: skip


def _only(graph: Graph, target: str) -> Digest | None:
    """Return the spec of a target by its name, where the graph has one of that name and no more."""
    found = [n.id for n in graph.nodes.values() if n.kind == "spec" and n.target == target]
    return found[0] if len(found) == 1 else None


def _entered(chain: Chain, run: int) -> Iterator[Digest]:
    for event in chain.rows("+run = ? AND kind = ? ORDER BY id", (run, ADMISSION)):
        nodes = event.content.get("nodes")
        yield from (n for n in nodes if isinstance(n, str)) if isinstance(nodes, list) else ()


def _refusals(chain: Chain, graph: Graph, run: int, most: int) -> Iterator[RefusalView]:
    """Yield the newest judgements of a run that were no acceptances, newest first."""
    where = "+run = ? AND kind = ? AND +verdict <> 'accept' ORDER BY id DESC LIMIT ?"
    parameters: dict[Digest, tuple[str, ...]] = {}
    for event in chain.rows(where, (run, JUDGEMENT, most)):
        entry = to_entry(event.content)
        if entry is None:
            continue
        if entry.arguments is not None and entry.spec not in parameters:
            parameters[entry.spec] = _parameters(graph, entry.spec)
        yield _refusal(event.id, entry, parameters.get(entry.spec, ()), baseline=event.content.get("number") == BASELINE)


def _parameters(graph: Graph, spec: Digest) -> tuple[str, ...]:
    """Return the names of a target's parameters; nothing where the graph does not know it."""
    read, _ = read_spec_node(graph.nodes[spec]) if spec in graph.nodes else (None, "")
    return tuple(p.name for p in read.program.parameters) if read else ()


def _refusal(number: int, entry: Entry, names: tuple[str, ...], *, baseline: bool) -> RefusalView:
    given = entry.arguments or ()
    if len(names) != len(given):
        names = tuple(f"argument {i}" for i in range(1, len(given) + 1))
    return RefusalView(
        event=number, target=entry.target, verdict=entry.verdict, gate=entry.gate, reason=entry.reason or "",
        message=entry.message, counterexample=tuple((n, literal(v)) for n, v in zip(names, given, strict=True)),
        program="" if baseline else entry.program, baseline=baseline, seconds=entry.seconds,
    )  # fmt: skip
