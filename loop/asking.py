"""The proposals of one turn: asked of a proposer, or, where a run is gone on with, those that had come already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from loop.budget import Spent, spent_before
from loop.journal import ANSWERED, ASKED, CAME, Journal, bytes_of, text_of
from loop.proposal import Brief, Proposal, Proposer, ProposerFailed
from loop.recording import Entry as Recorded
from loop.recording import Recorder
from loop.strategy import Turn


@dataclass(slots=True)
class Asking:
    """Puts questions to proposers, and writes each answer down before anything is made of it."""

    proposers: Mapping[str, Proposer]
    journal: Journal
    recorder: Recorder | None = None
    failures: dict[int, ProposerFailed] = field(default_factory=dict)
    """by the number of the turn that a proposer failed in"""
    base: Spent = field(default_factory=Spent)
    """what was spent before this process began"""
    _gone: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Take over what a run that is gone on with has spent."""
        self.base = spent_before(self.journal)

    @property
    def requests(self) -> int:
        """Requests to models."""
        return self.base.requests + sum(getattr(p, "requests", 0) for p in self.proposers.values())

    @property
    def tokens(self) -> int:
        """Tokens that models took."""
        return self.base.tokens + sum(getattr(p, "tokens", 0) for p in self.proposers.values())

    @property
    def money(self) -> Decimal:
        """What that cost, in the currency of the models' prices."""
        return self.base.money + sum((Decimal(getattr(p, "money", 0)) for p in self.proposers.values()), Decimal(0))

    def proposals(self, number: int, turn: Turn, brief: Brief, faults: list[str]) -> Iterator[tuple[int, Proposal]]:
        """Yield the proposals of a turn, numbered; `faults` takes which answers were none.

        A proposer that fails ends its turn and is asked no more.
        """
        came = [_proposal(c) for c in self.journal.own(CAME, number)]
        yield from enumerate(came)
        if ended := self.journal.own(ANSWERED, number):
            faults += map(str, ended[0]["faults"])
            return
        if turn.proposer in self._gone:
            return
        proposer = self.proposers[turn.proposer]
        if not self.journal.own(ASKED, number):
            self.journal.add(ASKED, {"turn": number, "target": brief.spec.name, "proposer": turn.proposer, "round": turn.round})
        try:
            for i, proposal in enumerate(proposer.propose(brief)):
                if i < len(came):
                    continue  # an interrupted run had it, and it is judged as it was then
                if self.recorder:
                    self.recorder.append(Recorded(turn.round, proposal))
                self.journal.add(CAME, _content(number, i, proposal))
                yield i, proposal
        except ProposerFailed as failed:
            self.failures[number] = failed
            self._gone.add(turn.proposer)
            return
        faults += getattr(proposer, "last_faults", ())
        self.journal.add(ANSWERED, {"turn": number, "faults": faults})


    def hears(self, turn: Turn) -> bool:
        """Say whether the proposer of a turn makes the next proposal of what became of the last one."""
        return hasattr(self.proposers[turn.proposer], "learn")

    def tell(self, turn: Turn, proposal: Proposal, came: str, reason: str, message: str) -> None:
        """Let a proposer that wants to know what became of a proposal know it."""
        learn = getattr(self.proposers[turn.proposer], "learn", None)
        if learn is not None:
            learn(proposal, came, reason, message)


def _content(turn: int, number: int, proposal: Proposal) -> dict[str, object]:
    return {
        "turn": turn, "number": number, "target": proposal.target, "program": text_of(proposal.program),
        "lemmas": text_of(proposal.lemmas), "origin": proposal.origin, "idea": proposal.idea,
        "features": list(proposal.features),
    }  # fmt: skip


def _proposal(content: Mapping[str, object]) -> Proposal:
    program, lemmas, features = bytes_of(content["program"]), bytes_of(content["lemmas"]), content["features"]
    told = tuple(map(str, features)) if isinstance(features, list) else ()
    return Proposal(str(content["target"]), program, lemmas, str(content["origin"]), str(content["idea"]), told)
