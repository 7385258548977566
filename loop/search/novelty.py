"""What is new: programs by their text up to names, and by what they do and cost on fixed inputs, before anything dear is run."""

import hashlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar

from loop.normal import candidate_digest, normal_text
from verify.canonical import Digest
from verify.interpreter import Outcome
from verify.ir import Value
from verify.source import Source

Mark: TypeAlias = bytes
"""the first 16 bytes of a SHA-256: what is remembered of each of very many candidates"""
MARK_BYTES: Final = 16
WAITING: Final = 8
"""candidates of one behaviour that wait for the verdict on the one that stands for them"""
T = TypeVar("T")


def mark(target: Digest, source: Source, name: str, lemmas: bytes) -> Mark:
    """Return the mark of a candidate: equal for those that differ in names, comments and layout only, and for no others."""
    return bytes.fromhex(candidate_digest(target, normal_text(source, name), lemmas))[:MARK_BYTES]


def behaviour(outcomes: Iterable[Outcome]) -> Mark:
    """Return the mark of what a program did on fixed inputs, ticks included."""
    hashed = hashlib.sha256()
    for o in outcomes:
        hashed.update(b"%x:%b:" % (o.ticks, o.raised.encode()))
        hashed.update(b"".join(_written(o.value)))
    return hashed.digest()[:MARK_BYTES]


def _written(value: Value | None) -> Iterable[bytes]:
    """Yield a text that no other value has; in hexadecimal, as decimal digits take too long for long ints."""
    match value:
        case None:
            yield b"n;"
        case bool():
            yield b"t;" if value else b"f;"
        case int():
            yield b"%x;" % value
        case list() | tuple():
            yield b"[" if isinstance(value, list) else b"("
            for v in value:
                yield from _written(v)
            yield b"]"


@dataclass(slots=True)
class Seen:
    """Which candidates for a target came up: the wrong ones for good, the others as long as the head stands."""

    head: str = ""
    wrong: set[Mark] = field(default_factory=set)
    tried: set[Mark] = field(default_factory=set)

    def against(self, head: str) -> None:
        """Begin with a head; what was tried against another one may be tried again."""
        if head != self.head:
            self.head = head
            self.tried.clear()

    def add(self, new: Mark) -> bool:
        """Take note of a candidate, and say whether it is new."""
        if new in self.wrong or new in self.tried:
            return False
        self.tried.add(new)
        return True

    def refuse(self, one: Mark) -> None:
        """Remember that a candidate is wrong, whatever the head."""
        self.tried.discard(one)
        self.wrong.add(one)

    def __len__(self) -> int:
        return len(self.wrong) + len(self.tried)


@dataclass(slots=True)
class _Cluster(Generic[T]):
    waiting: deque[T]
    open: bool = True
    """whether the one that stands for it is still to be judged"""


class Clusters(Generic[T]):
    """Candidates by behaviour: one of each is judged first, and the others only if that one was declined for lack of a proof.

    The others are right where it was right and cost what it cost; so they are no use where it was accepted, and wrong where it
    was wrong.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._of: dict[Mark, _Cluster[T]] = {}

    def offer(self, of: Mark, one: T) -> bool:
        """Say whether a candidate is to be judged; else it waits, unless too many do."""
        cluster = self._of.get(of)
        if cluster is None:
            self._of[of] = _Cluster(deque())
            return True
        if len(cluster.waiting) < WAITING and cluster.open:
            cluster.waiting.append(one)
        return False

    def told(self, of: Mark, *, unproved: bool) -> T | None:
        """Take note of the verdict on the one that stood for a behaviour; return the one that stands for it from here on."""
        cluster = self._of.get(of)
        if cluster is None:
            return None
        if unproved and cluster.waiting:
            return cluster.waiting.popleft()
        if not unproved:
            cluster.open = False
            cluster.waiting.clear()
        else:
            del self._of[of]  # the next one of this behaviour stands for it
        return None
