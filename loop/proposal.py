"""What a proposer is asked, and what it may hand back.

A proposal is bytes and nothing more: whether it is any good is for `verify` alone to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from verify.canonical import Digest, digest
from verify.spec import Spec
from verify.task import Version


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate for a target: a Python file, and a Lean file of lemmas, which may be empty.

    `origin` is the name of the proposer, `idea` one line for people; neither these nor `features` have a say in anything that is
    judged.
    """

    target: str
    program: bytes
    lemmas: bytes
    origin: str
    idea: str = ""
    features: tuple[str, ...] = ()
    """what a search knew of it, see `loop.search.features`; what a ranking learns from"""

    @property
    def digest(self) -> Digest:
        """What is judged, under one name: the same files for the same target are the same proposal, whoever made them."""
        return digest("proposal", {"target": self.target, "program": self.program, "lemmas": self.lemmas})


@dataclass(frozen=True, slots=True)
class Refused:
    """A past candidate that was not accepted: its text, the class name of the reason and the reason's message."""

    program: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Brief:
    """One question to a proposer: improve on `head` under `spec`.

    `refusals` are oldest first; `seed` and `round` are all the randomness that a proposer may draw on.
    """

    spec: Spec
    head: Version
    refusals: tuple[Refused, ...]
    seed: int
    round: int


class Proposer(Protocol):
    """Where proposals come from; handed to the loop, never built inside it."""

    @property
    def name(self) -> str:
        """The name that proposals carry as their origin."""
        ...

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Yield proposals for a brief, possibly none.

        Raises ProposerFailed where no more can be had.
        """
        ...


class ProposerFailed(Exception):  # noqa: N818 - an outcome that the loop reports and lives with
    """A proposer can give no more: server out of reach, key missing, budget used up.

    The run goes on with its other proposers and targets, and prints `what` and `do`.
    """

    def __init__(self, what: str, do: str) -> None:
        """Hold one sentence on what happened and one on what the reader can do."""
        super().__init__(f"{what} {do}".strip())
        self.what = what
        self.do = do
