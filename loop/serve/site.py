"""What one server shows: a graph's folder and what lies beside it, read again whenever it has changed."""

import hmac
import os
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from loop.commands.common import read_graph
from loop.governance.queue import queue_path
from loop.serve.decisions import Decisions
from verify.certificate import DIGEST
from verify.graph import Graph

PAGES: Final = (
    ("/", "Targets", "t"), ("/graph", "Graph", "d"), ("/runs", "Runs", "r"), ("/archive", "Archive", "a"),
    ("/generations", "Generations", "e"), ("/review", "Review", "w"),
)  # fmt: skip
"""address, name and key of what stands at the head of each page"""
MOST: Final = 256
"""things that were made of one graph and are kept, such as curves"""
Stamp = tuple[tuple[str, int, int, int], ...]
T = TypeVar("T")


@dataclass(slots=True)
class Shelf:
    """A graph as it was read, and what was made of it."""

    stamp: Stamp
    graph: Graph
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
        return self._current().graph

    def made(self, name: tuple[object, ...], make: Callable[[Graph], T]) -> T:
        """Return what is made of the graph as it is now, under a name; it is made once for each state of the graph."""
        shelf = self._current()
        found: T | None = shelf.made.get(name)
        if found is None:
            found = make(shelf.graph)
            if len(shelf.made) >= MOST:
                shelf.made.clear()
            shelf.made[name] = found
        return found

    def _current(self) -> Shelf:
        with self._lock:
            now = stamp(self.accepted)
            if self._shelf is None or self._shelf.stamp != now:
                self._shelf = None
                self._shelf = Shelf(now, read_graph(self.accepted))
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


def stamp(folder: Path) -> Stamp:
    """Return names, sizes and times of all files of a graph: what changes with any of them that is written anew."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found.append(_of(entry))
                if entry.is_dir(follow_symlinks=False):
                    with os.scandir(entry.path) as files:
                        found += map(_of, files)
    except OSError as error:
        found.append((str(error), 0, 0, 0))
    return tuple(sorted(found))


def _of(entry: os.DirEntry[str]) -> tuple[str, int, int, int]:
    state = entry.stat(follow_symlinks=False)
    return entry.path, state.st_mtime_ns, state.st_size, state.st_mode
