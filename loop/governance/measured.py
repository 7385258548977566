"""What a clock says of a new version against the one that it supersedes.

It is the one thing of a run that may differ when it is repeated: so it is asked only where policy.toml makes something of it, and
what it said is written down.
"""

from dataclasses import asdict, dataclass, fields

from loop.timing import literal_or_size, measure
from verify.canonical import Data
from verify.limits import Limits
from verify.task import Task


@dataclass(frozen=True, slots=True)
class Measured:
    """The times of both versions in nanoseconds, on the largest input that takes little time."""

    old: int
    new: int
    slower: bool
    """whether the new version takes longer by more than a tenth"""
    input: str

    def __str__(self) -> str:
        """Return it for people."""
        return f"{self.old} ns -> {self.new} ns at {self.input}"

    def as_data(self) -> dict[str, Data]:
        """Return it as JSON data."""
        return asdict(self)


def measured_from(data: object) -> Measured | None:
    """Read what `Measured.as_data` wrote; None where it is none."""
    if not isinstance(data, dict) or data.keys() != {f.name for f in fields(Measured)}:
        return None
    match data:
        case {"old": int(old), "new": int(new), "slower": bool(slower), "input": str(given)}:
            return Measured(old, new, slower, given)
    return None


def measured(task: Task, limits: Limits) -> Measured | None:
    """Measure the two versions of a task; None of a baseline, and where nothing could be measured."""
    found = measure(task.spec, task.old, task.new, limits) if task.new is not None else ()
    if not found:
        return None
    last, names = found[-1], [p.name for p in task.spec.program.parameters]
    given = ", ".join(f"{n} = {literal_or_size(v)}" for n, v in zip(names, last.arguments, strict=True))
    return Measured(last.old, last.new, last.slower, given)
