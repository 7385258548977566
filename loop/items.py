"""What a run has in hand: proposals between being asked for and being settled, and what their judgements are made from."""

from concurrent.futures import Future
from dataclasses import dataclass

from loop.executors.executor import Answer
from loop.lemma_store import LemmaStore
from loop.proposal import Proposal
from loop.settle import Place
from loop.strategy import Turn
from loop.target import Target
from verify.canonical import Digest
from verify.graph import Graph
from verify.ir import Value
from verify.reasons import Reason
from verify.task import Task, Version


@dataclass(frozen=True, slots=True)
class Base:
    """What the judgements of one part of a wave are made from, besides their tasks."""

    graph: Graph
    store: LemmaStore
    corpora: tuple[tuple[tuple[Value, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A proposal as read: under which name it is known, and what is to be judged, or why nothing is."""

    candidate: Digest
    text: str
    """as people who rename variables would have it, for comparison"""
    new: Version | None
    lemmas: str
    refused: Reason | None


@dataclass(slots=True)
class Item:
    """A baseline or a proposal, between being asked for and being settled."""

    place: Place
    target: Target
    base: Base
    turn: Turn
    proposal: Proposal | None = None
    reading: Reading | None = None
    task: Task | None = None
    """the question that is out"""
    due: bool = False
    """whether a judge is to be asked"""
    answer: "Future[Answer] | None" = None


@dataclass(slots=True)
class End:
    """The end of a turn's proposals."""

    number: int
    turn: Turn
    target: Target
    faults: list[str]
    seconds: float = 0.0
    """of asking"""
