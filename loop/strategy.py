"""Which target and which proposer come next: the seam for a search.

A run goes in waves. A wave is what a strategy asks for at once; all its briefs are made, and all its proposals are judged, from
what was known when it began, so that a wave may be judged by any number of workers with the same result. What came of it is told
in a fixed order: by turn, then by proposal. Whoever decides on nothing but what it was told, and on its seed, makes runs that can
be repeated and resumed; clocks have no part in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from loop.proposal import Brief, Proposal
from loop.search.settings import DEFAULT
from verify.canonical import Digest
from verify.spec import Spec

Came: TypeAlias = Literal["accepted", "refused", "known"]
"""what became of one proposal: `known` was judged before"""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question: the place of a target in the run's list, the name of a proposer, and the round that its brief carries."""

    target: int
    proposer: str
    round: int


@dataclass(frozen=True, slots=True)
class View:
    """What a strategy sees of a target: its head's node, None where its baseline was not accepted so far."""

    spec: Spec
    head: Digest | None
    improved: bool
    dead: bool = False
    """its baseline was judged and not accepted"""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one proposal; `gate` is the one that refused, "" on acceptance and for what was known."""

    turn: Turn
    proposal: Proposal
    came: Came
    verdict: str = ""
    reason: str = ""
    gate: str = ""
    order: str | None = None


class Strategy(Protocol):
    """Decides what is asked next, and learns from what came of it."""

    def wave(self, views: Sequence[View]) -> Sequence[Turn]:
        """Return the turns of the next wave, none to end the run; `views` are the targets as they stand."""
        ...

    def brief(self, turn: Turn, brief: Brief) -> Brief:
        """Return the brief that is put to the proposer in place of the plain one."""
        ...

    def told(self, outcome: Told) -> None:
        """Take note of what came of one proposal."""
        ...

    def ended(self, turn: Turn, *, fresh: bool) -> None:
        """Take note that all proposals of a turn have been told; `fresh` says whether any of them was not known before.

        A turn without a proposal that failed or was malformed is fresh too, one of a target without a head never.
        """
        ...


@dataclass(slots=True)
class InTurn:
    """Asks every proposer for every target, round after round, until nothing new comes."""

    rounds: int
    proposers: Sequence[str]
    width: int = DEFAULT.width
    _round: int = -1
    _queue: list[Turn] = field(default_factory=list)
    _idle: set[tuple[int, str]] = field(default_factory=set)

    def wave(self, views: Sequence[View]) -> Sequence[Turn]:
        """Return the next turns of the round, those of the next round where it is through; none after the last round."""
        while not self._queue:
            self._round += 1
            every = ((i, p) for i in range(len(views)) for p in self.proposers)
            self._queue = [Turn(i, p, self._round) for i, p in every if (i, p) not in self._idle]
            if not self._queue or self._round >= self.rounds:
                return ()
        # two questions about one target in a wave would not know of each other
        taken, rest, targets = list[Turn](), list[Turn](), set[int]()
        for turn in self._queue:
            fits = len(taken) < self.width and turn.target not in targets
            (taken if fits else rest).append(turn)
            targets.add(turn.target)
        self._queue = rest
        return taken

    def brief(self, turn: Turn, brief: Brief) -> Brief:  # noqa: ARG002 - as the protocol has it
        """Return the plain brief."""
        return brief

    def told(self, outcome: Told) -> None:
        """Learn nothing."""

    def ended(self, turn: Turn, *, fresh: bool) -> None:
        """Remember who has nothing new to say."""
        if not fresh:
            self._idle.add((turn.target, turn.proposer))
