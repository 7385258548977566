"""What one server shows: a graph's folder and what lies beside it, read again whenever it has changed."""

import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from loop.governance.queue import queue_path
from loop.serve.decisions import Decisions
from loop.serve.reading import Reading, read, stamps
from verify.certificate import DIGEST
from verify.graph import Graph

PAGES: Final = (
    ("/", "Targets", "t"), ("/graph", "Graph", "d"), ("/runs", "Runs", "r"), ("/archive", "Archive", "a"),
    ("/generations", "Generations", "e"), ("/review", "Review", "w"),
)  # fmt: skip
"""address, name and key of what stands at the head of each page"""
MOST: Final = 256
"""things that were made of one graph and are kept, such as curves"""
T = TypeVar("T")


@dataclass(slots=True)
class Shelf:
    """A graph as it was read, and what was made of it."""

    reading: Reading
    made: dict[tuple[object, ...], Any] = field(default_factory=dict)


class Site:
    """What one server shows."""

    def __init__(self, accepted: Path, generations: Path | None, decisions: Decisions) -> None:
        """Show the graph in a folder, and what `qed evolve` wrote where a folder of it is named."""
        self.accepted, self.generations, self.decisions = accepted, generations, decisions
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._shelf: Shelf | None = None

    def graph(self) -> Graph:
        """Return the graph as it is now. Raises UsageError and Refusal, as `read_graph` does."""
        return self._current().reading.graph

    def made(self, name: tuple[object, ...], make: Callable[[Graph], T]) -> T:
        """Return what is made of the graph as it is now, under a name; it is made once for each state of the graph."""
        shelf = self._current()
        found: T | None = shelf.made.get(name)
        if found is None:
            found = make(shelf.reading.graph)
            if len(shelf.made) >= MOST:
                shelf.made.clear()
            shelf.made[name] = found
        return found

    def _current(self) -> Shelf:
        with self._lock:
            now = stamps(self.accepted)
            before = self._shelf.reading if self._shelf else None
            if self._shelf is None or self._shelf.reading.stamps != now:
                self._shelf = Shelf(Reading(now, read(self.accepted, now, before)))
            return self._shelf

    def token(self, action: str) -> str:
        """Return what a form for an action must hold; it means nothing to another server, or to this one started again."""
        return hmac.new(self._key, action.encode(), sha256).hexdigest()

    def is_token(self, action: str, given: str) -> bool:
        """Whether a form holds what it must."""
        return hmac.compare_digest(self.token(action).encode(), given.encode(errors="replace"))

    def values(self, here: str, **more: object) -> Mapping[str, object]:
        """Return what every page needs, and more; `here` is the address of the page under which it stands."""
        return {"pages": PAGES, "here": here, "folder": str(self.accepted), "waiting": self._waiting(), **more}

    def _waiting(self) -> int:
        """Return how many entries the review queue has, as far as names say."""
        try:
            return sum(1 for path in queue_path(self.accepted).iterdir() if DIGEST.fullmatch(path.name))
        except OSError:
            return 0

