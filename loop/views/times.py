"""Measured times that are known: those that certificates and the journal hold. Nothing is run for them."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from loop.governance.measured import Measured, measured_from
from loop.journal import MEASURED, Journal, journal_path
from loop.timing import SLOWER, Timing, literal_or_size
from verify.canonical import Digest
from verify.node import Node


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured, by the node of the newer of two versions."""

    steps: Mapping[Digest, Measured] = field(default_factory=dict)
    """of a version against the one that it supersedes"""
    lines: Mapping[Digest, tuple[Measured, ...]] = field(default_factory=dict)
    """of a head against the baseline of its target, on inputs that grow"""

    def of_step(self, node: Node) -> Measured | None:
        """Return the times of a version against the one that it supersedes, from the journal or else from its certificate."""
        if node.id in self.steps:
            return self.steps[node.id]
        bound = node.certificate
        if bound is None or bound.old_nanoseconds is None or bound.new_nanoseconds is None:
            return None
        old, new = bound.old_nanoseconds, bound.new_nanoseconds
        return Measured(old, new, new > SLOWER * old, "")

    def of_line(self, node: Node) -> Measured | None:
        """Return the times of a head against its target's baseline, on the largest input that was measured."""
        found = self.lines.get(node.id, ())
        return found[-1] if found else None


NOTHING = Times()


def known_times(folder: Path) -> Times:
    """Return what the journal beside a graph's folder says was measured; nothing where there is none that reads."""
    path = journal_path(folder)
    if not path.is_file():
        return NOTHING
    steps: dict[Digest, Measured] = {}
    lines: dict[Digest, tuple[Measured, ...]] = {}
    with closing(Journal(path)) as journal:
        for content in journal.before(MEASURED):
            name, times = str(content.get("node")), content.get("times")
            if isinstance(times, list):
                lines[name] = tuple(m for m in map(measured_from, times) if m is not None)
            elif (found := measured_from(times)) is not None:
                steps[name] = found
    return Times(steps, lines)


def measured_of(timing: Timing, names: tuple[str, ...]) -> Measured:
    """Return a measurement with its input in words; `names` are those of the parameters."""
    given = ", ".join(f"{n} = {literal_or_size(v)}" for n, v in zip(names, timing.arguments, strict=True))
    return Measured(timing.old, timing.new, timing.slower, given)
