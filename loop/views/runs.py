"""Journal of a graph -> its runs: what is being done, the best so far, what was refused and why, and what was spent.

All of it is read from whole rows, so it may be asked for at any time while another process writes.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from loop.budget import Spent
from loop.words import Costs
from verify.canonical import Digest
from verify.graph import Graph
from verify.reasons import Verdict
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


def runs(folder: Path) -> tuple[RunSummary, ...]:
    """Return the runs over a graph, newest first; none where there is no journal. Raises Refusal where it does not read."""
    raise NotImplementedError


def run_view(folder: Path, graph: Graph, number: int | None = None, refusals: int = 50) -> RunView | None:
    """Return a run by its number, by default the newest; None where there is none.

    `refusals` is how many are written out. Raises Refusal where the journal does not read.
    """
    raise NotImplementedError
