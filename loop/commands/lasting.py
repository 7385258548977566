"""What commands have that work for long on a graph: when to begin nothing more, and a line that says how far they are."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.status import Status

from loop.budget import stopped_by
from loop.words import moving


@dataclass(slots=True)
class Clock:
    """Says when a call is to begin nothing more, and why."""

    folder: Path
    """of the graph, whose stop file ends it"""
    seconds: float | None
    """wall clock, None where there is no limit"""
    begun: float = field(default_factory=time.monotonic)
    how: str = ""
    """why it ended before it was through: `seconds`, `stopped`, or a fault in words"""

    @property
    def spent(self) -> float:
        """Seconds since it was begun."""
        return time.monotonic() - self.begun

    def over(self) -> bool:
        """Say whether nothing more is to be begun."""
        late = self.seconds is not None and self.spent >= self.seconds
        self.how = self.how or ("seconds" if late else "stopped" if stopped_by(self.folder) else "")
        return bool(self.how)


@contextmanager
def status_on(err: Console, text: str) -> Iterator[Status]:
    """Show how far the work is, on a terminal only."""
    status = Status(text, console=err)
    if moving(err):
        with status:
            yield status
    else:
        yield status
