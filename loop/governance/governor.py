"""What becomes of what was proved in the course of a run: it enters, waits for a person's word, or policy.toml keeps it out.

The head does not move for what waits, and the run goes on from the one that is there. What waits, and what a person rejected,
is not judged against the same head again. What a clock said is an event of the journal, so that a run which is gone on with hears
the same once more.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from loop.governance.door import (
    ASKED,
    REVIEW,
    SLOWER,
    held_reason,
    kept_out,
    rejections,
    reviewed_kind,
)
from loop.governance.measured import Measured, measured, measured_from
from loop.governance.queue import Held, hold, queued
from loop.journal import MEASURED, Journal
from verify.canonical import Digest
from verify.governance import Governance, forbidden, policy_path
from verify.limits import Limits
from verify.node import Node
from verify.reasons import HeldForReview, Reason
from verify.task import Task


class Governor:
    """The word of policy.toml and of `--review` in one run."""

    def __init__(self, folder: Path, governance: Governance, journal: Journal, limits: Limits, *, review: bool) -> None:
        """Read the queue; with `review` every version that supersedes another is held. Raises Refusal."""
        self._folder, self._governance, self._journal, self._limits, self._review = folder, governance, journal, limits, review
        found = queued(folder)
        self.begun = sorted(found)
        """the entries of the queue when the run began"""
        self._waiting = set(found)
        versions = [h.node for h in found.values() if isinstance(h, Held) and h.node.kind == "implementation"]
        self._times = dict[Digest, Measured | None]()
        self._programs = {n.id: _version(n) for n in versions}

    def as_begun(self, names: Iterable[Digest]) -> None:
        """Go back to the queue as it was when the run began."""
        self.begun = sorted(names)
        self._waiting = set(self.begun)
        self._programs = {name: version for name, version in self._programs.items() if name in self._waiting}

    def heard(self) -> None:
        """Take note of what people had rejected before the run, which the journal must have begun."""
        self._waiting.update(rejections(self._journal))

    def waits(self, name: Digest | None) -> HeldForReview | None:
        """Return that a node waits, or was rejected; None where neither is so."""
        return held_reason(name) if name is not None and name in self._waiting else None

    def has(self, head: Digest | None, program: bytes) -> bool:
        """Say whether a version with this text waits that supersedes a head."""
        return (head, program) in self._programs.values()

    def word(self, turn: int, number: int, task: Task, nodes: Sequence[Node]) -> Reason | str:
        """Return why something that was proved is kept out, or why it is held; "" where it may enter."""
        governance, node = self._governance, nodes[-1]
        reason = next(forbidden(governance, (node,), self._folder, str(policy_path(self._folder))), None)
        if reason is not None:
            return reason
        times = self._measured(turn, number, task, node) if governance.measured_slower != "allow" else None
        if times is not None and times.slower:
            return kept_out(self._folder, times) if governance.measured_slower == "refuse" else SLOWER
        kind = reviewed_kind(nodes)
        if kind in governance.reviewers:
            return REVIEW
        return ASKED if self._review and kind == "implementation" else ""

    def _measured(self, turn: int, number: int, task: Task, node: Node) -> Measured | None:
        """Return what was measured of a version, by an interrupted run or now; None of a baseline."""
        found = [c for c in self._journal.own(MEASURED, turn, number) if c.get("node") == node.id]
        times = measured_from(found[-1]["times"]) if found else measured(task, self._limits)
        if times is not None and not found:
            self._journal.add(MEASURED, {"turn": turn, "number": number, "node": node.id, "times": times.as_data()})
        self._times[node.id] = times
        return times

    def hold(self, nodes: Sequence[Node], why: str, idea: str) -> None:
        """Put what was proved into the queue. Raises Refusal."""
        name = nodes[-1].id
        hold(self._folder, Held(tuple(nodes), why, idea, self._times.get(name) if why == SLOWER else None))
        self.held(name)
        if nodes[-1].kind == "implementation":
            self._programs[name] = _version(nodes[-1])

    def held(self, name: Digest) -> None:
        """Take note that a node waits."""
        self._waiting.add(name)


def _version(node: Node) -> tuple[Digest | None, bytes]:
    """Return what a version supersedes, and its text."""
    edge = node.edge("supersedes")
    return edge.to if edge else None, node.content("program.py")
