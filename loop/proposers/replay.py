"""Proposals from a recorded run: for tests, and to get the same graph again."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from loop.proposal import Brief, Proposal
from loop.recording import Entry, to_entries


@dataclass(frozen=True, slots=True)
class Replay:
    """Yields what was recorded for a brief's target and round, in the order of the recording, origin included."""

    entries: tuple[Entry, ...]
    name: str = "replay"

    def propose(self, brief: Brief) -> Iterator[Proposal]:
        """Yield the recorded proposals; none where the recording has none."""
        for entry in self.entries:
            if (entry.proposal.target, entry.round) == (brief.spec.name, brief.round):
                yield entry.proposal


def from_file(path: Path) -> Replay:
    """Read a recording.

    Raises Refusal (Malformed) naming the line, or OSError where the file cannot be read.
    """
    return Replay(to_entries(path.read_bytes(), str(path)))
