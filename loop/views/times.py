"""Measured times that are known: those that certificates and the journal hold. Nothing is run for them."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

from loop.governance.measured import Measured, measured_from
from loop.journal import MEASURED, Journal, journal_path
from loop.timing import SLOWER, Timing, literal_or_size
from verify.canonical import Digest
from verify.ir import Value
from verify.node import Node
from verify.spec import Spec
from verify.worst_case import sizes


@dataclass(frozen=True, slots=True)
class TimePoint:
    """Measured times of both versions on one input, in nanoseconds; `size` is None where only the words of it are known."""

    size: int | None
    input: str
    old: int
    new: int

    @property
    def measured(self) -> Measured:
        """The same without its size."""
        return Measured(self.old, self.new, self.new > SLOWER * self.old, self.input)


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured, by the node of the newer of two versions."""

    steps: Mapping[Digest, Measured] = field(default_factory=dict)
    """of a version against the one that it supersedes"""
    lines: Mapping[Digest, tuple[TimePoint, ...]] = field(default_factory=dict)
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
        return found[-1].measured if found else None


NOTHING = Times()


def known_times(folder: Path) -> Times:
    """Return what the journal beside a graph's folder says was measured; nothing where there is none that reads."""
    path = journal_path(folder)
    if not path.is_file():
        return NOTHING
    steps: dict[Digest, Measured] = {}
    lines: dict[Digest, tuple[TimePoint, ...]] = {}
    with closing(Journal(path)) as journal:
        for content in journal.before(MEASURED):
            name, times = str(content.get("node")), content.get("times")
            if isinstance(times, list):
                lines[name] = tuple(p for p in map(_point, times) if p is not None)
            elif (found := measured_from(times)) is not None:
                steps[name] = found
    return Times(steps, lines)


def points_to_data(points: Sequence[TimePoint]) -> list[dict[str, object]]:
    """Return what was measured of a line as JSON data, for the journal."""
    return [asdict(p) for p in points]


def _point(data: object) -> TimePoint | None:
    match data:
        case {"size": int() | None as size, "input": str(given), "old": int(old), "new": int(new)}:
            return TimePoint(size, given, old, new)
    return None


def time_points(spec: Spec, timings: Sequence[Timing]) -> tuple[TimePoint, ...]:
    """Return measurements of two versions of a target with the sizes of their inputs."""
    return tuple(TimePoint(size_of(spec, t.arguments), input_words(spec, t.arguments), t.old, t.new) for t in timings)


def input_words(spec: Spec, arguments: Sequence[Value]) -> str:
    """Return an input in words: a value for each parameter, and the length of a list that is long."""
    return ", ".join(f"{p.name} = {literal_or_size(v)}" for p, v in zip(spec.program.parameters, arguments, strict=True))


def size_words(spec: Spec) -> str:
    """Return what counts as the size of an input: absolute values of ints and lengths of lists; "" where there are neither."""
    return " + ".join(sizes(spec))


def size_of(spec: Spec, arguments: Sequence[Value]) -> int | None:
    """Return the size of an input, None where the target takes no ints and no lists."""
    found = [
        abs(v) if p.type == "int" and isinstance(v, int) else len(v) if isinstance(v, list) else None
        for p, v in zip(spec.program.parameters, arguments, strict=True)
    ]
    counted = [n for n in found if n is not None]
    return sum(counted) if counted else None
