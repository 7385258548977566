"""What runs did and what came of it: events in a hash-chained SQLite table (`loop.chain`), only ever added.

A journal saves work and teaches the proposers; it never admits anything. It stands beside the graph's folder, not in it. An event
that does not read is passed over. Where the file cannot be read or written a run goes on without it, and `complaint` says so.
What a run sees is what was there when it began, and its own events: what another run adds meanwhile has no part in it.
"""

import errno
import fcntl
import json
import os
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, get_args

from loop.chain import Chain, ChainError, Columns, Content, Event
from verify.canonical import Digest, digest_bytes, encode
from verify.chain import journal_path as beside
from verify.environment import ROOT, environment, solver, trusted_files
from verify.ir import Value
from verify.limits import Limits
from verify.python_run import tagged, untagged
from verify.reasons import LONG, Verdict

COMPARING: Final = frozenset({"CostNotLower", "GraphConflict", "NotByPolicy"})
"""reasons for a reject that are about the head, too, or about what policy.toml says"""
AROUND: Final = frozenset({
    "__init__.py", "__main__.py", "agents_cli.py", "asking.py", "budget.py", "chain.py", "cli.py", "journal.py", "keep.py",
    "progress.py", "prompt.py", "prompts_cli.py", "proposal.py", "recording.py", "rounds.py", "settle.py", "strategy.py",
    "target.py", "timing.py", "words.py",
})  # fmt: skip
"""modules of this package, beside those in folders, that have no part in the search for a proof; a new one has until named"""
VERDICTS: Final = get_args(Verdict)
BEGUN, ASKED, CAME, ANSWERED = "run begun", "brief asked", "proposal came", "answers ended"
JUDGEMENT, ADMISSION, OUTCOMES = "judgement", "admission", "tactic outcomes"
SPENT, STOPPED, ENDED = "budget spent", "run stopped", "run ended"
HELD, REVIEWED, MEASURED = "held for review", "reviewed", "measured"
journal_path: Final = beside
"""where the journal of a graph's folder stands"""
LOCK: Final = "runs.lock"
"""a file beside the journal of which a run locks the byte whose place is the run's number"""
BASELINE: Final = -1
"""the number of a baseline among the proposals of a turn"""
_COLUMNS: Final = Columns(
    {n: f"$.{n}" for n in ("spec", "candidate", "judge", "verdict", "turn", "number")},
    (
        "CREATE INDEX of_candidate ON events (candidate, spec, judge, id) WHERE kind = 'judgement'",
        "CREATE INDEX of_refusal ON events (spec, id) WHERE kind = 'judgement' AND verdict <> 'accept'",
        "CREATE INDEX of_hit ON events (spec, id) WHERE kind = 'judgement' AND json_extract(content, '$.arguments') IS NOT NULL",
        "CREATE INDEX of_turn ON events (run, turn, number, kind)",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One judgement."""

    target: str
    """the function's name"""
    spec: Digest
    """name of the spec's node"""
    head: Digest | None
    """the node that was to be superseded; None where the baseline itself was judged"""
    candidate: Digest
    """see `loop.normal`; of a baseline, the spec's digest"""
    judge: Digest
    """see `judge_digest`"""
    verdict: Verdict
    reason: str | None
    """class name"""
    message: str
    gate: str
    seconds: float
    arguments: tuple[Value, ...] | None = None
    """the counterexample, where there is one"""
    program: str = ""
    """the candidate's text, where it was not accepted"""
    node: Digest | None = None
    """the node that is to come of it; an event `admission` says that it did"""
    order: str | None = None
    """the order in which it was accepted"""

    @property
    def is_wrong(self) -> bool:
        """Whether the candidate was refused for what it is, and not for what it was compared with."""
        return self.gate == "policy" or (self.verdict == "reject" and self.reason not in COMPARING)


NAMES: Final = frozenset(f.name for f in fields(Entry))


class Journal:
    """The events of one graph folder, those of earlier runs included."""

    def __init__(self, path: Path) -> None:
        """Open what is there; `complaint` says why a journal could not be read, or could not be written."""
        self.path = path
        self.complaint = ""
        self.run: int | None = None
        self.resumed = False
        self._unwritten: list[Entry] = []
        self._lock: int | None = None
        self._chain: Chain | None = None
        try:
            self._chain = chain_of(path)
        except ChainError as error:
            there = _is_there(path)
            what = "read: {}; what it holds is judged again." if there else "written: {}; the next run will judge this again."
            self.complaint = f"{path} cannot be {what.format(error.strerror)}"

    def close(self) -> None:
        """Close the file."""
        if self._chain is not None:
            self._chain.close()
        if self._lock is not None:
            for key in [k for k, handle in _HELD.items() if handle == self._lock]:
                del _HELD[key]
            os.close(self._lock)
            self._lock = None

    # -- what is written --------------------------------------------------------------------------------------------------------

    def begin(self, content: Content) -> None:
        """Begin a run: the events that follow are its own."""
        event = self.add(BEGUN, content)
        self.run = event.id if event else None
        self._hold()

    def go_on(self, begun: Event) -> bool:
        """Go on with a run that began with an event; False where another process is at it."""
        self.run, self.resumed = begun.id, True
        return self._hold()

    def _hold(self) -> bool:
        """Keep other processes from going on with the run as long as this one lives; False where one has it."""
        if self.run is None:
            return True
        try:
            self._lock = os.open(self.path.with_name(LOCK), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            return True  # who cannot write here cannot go on with it either
        try:
            fcntl.lockf(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, self.run)
        except OSError as error:
            return error.errno not in (errno.EAGAIN, errno.EACCES)
        _HELD[str(self.path.with_name(LOCK).absolute()), self.run] = self._lock
        return True

    def add(self, kind: str, content: Content) -> Event | None:
        """Add one event; where it cannot be written the run goes on without, and `complaint` says so."""
        if self._chain is None:
            return None
        try:
            return self._chain.append(kind, content, None if kind == BEGUN else self.run or 0)
        except ChainError as error:
            self.complaint = f"{self.path} cannot be written: {error.strerror}; the next run will judge this again."
            return None

    def append(self, entry: Entry, turn: int | None = None, number: int | None = None) -> None:
        """Add one judgement, which is that of a proposal by number in a turn, where there are turns."""
        if self.add(JUDGEMENT, to_content(entry) | {"turn": turn, "number": number}) is None:
            self._unwritten.append(entry)

    # -- what is known ----------------------------------------------------------------------------------------------------------

    @property
    def entries(self) -> list[Entry]:
        """All judgements, in their order."""
        return [*self._judgements("1 ORDER BY id", ()), *self._unwritten]

    def known(self, spec: Digest, head: Digest | None, candidate: Digest, judge: Digest) -> Entry | None:
        """Return this same judge's judgement of this candidate that holds against this head; None where there is none.

        What is wrong is wrong whatever the head; the rest was judged against one head. A tool that broke has judged nothing.
        """
        due = (spec, candidate, judge)
        found = [e for e in reversed(self._unwritten) if (e.spec, e.candidate, e.judge) == due]
        run = self.run or 2**62
        where = "spec = ? AND candidate = ? AND judge = ? AND (id < ? OR run = ?) ORDER BY id DESC"
        found += self._judgements(where, (*due, run, run))
        return next((e for e in found if e.verdict != "error" and (e.head == head or e.is_wrong)), None)

    def refused(self, spec: Digest, most: int) -> list[Entry]:
        """Return the last judgements of a spec from before the run that were no acceptances, oldest first."""
        where = "spec = ? AND verdict <> 'accept' AND id < ? ORDER BY id DESC LIMIT ?"
        return self._judgements(where, (spec, self.run or 2**62, most))[::-1]

    def hits(self, spec: Digest, most: int) -> list[tuple[Value, ...]]:
        """Return the last counterexamples from before the run to candidates for a spec, oldest first."""
        where = "spec = ? AND json_extract(content, '$.arguments') IS NOT NULL AND id < ? ORDER BY id DESC LIMIT ?"
        found = self._judgements(where, (spec, self.run or 2**62, most))
        return [e.arguments for e in reversed(found) if e.arguments is not None]

    def events(self, kind: str) -> Iterator[Event]:
        """Yield the events of a kind."""
        try:
            yield from self._chain.all(kind) if self._chain is not None else ()
        except ChainError as error:
            self._unreadable(error)

    def before(self, kind: str) -> Iterator[Content]:
        """Yield what the events of a kind say that were there when the run began."""
        end = self.run or 2**62
        yield from (e.content for e in self.events(kind) if e.id < end)

    def own(self, kind: str, turn: int | None = None, number: int | None = None) -> list[Content]:
        """Return the events of a kind of a run that is gone on with, in their order, of a turn and a proposal where given."""
        if self.run is None or not self.resumed:
            return []
        given = {k: v for k, v in (("turn", turn), ("number", number)) if v is not None}
        where = "".join(f" AND {k} = ?" for k in given)
        return [e.content for e in self._rows(f"run = ? AND kind = ?{where} ORDER BY id", (self.run, kind, *given.values()))]

    def unfinished(self) -> Event | None:
        """Return the event with which the last run began that has not come to its end; None where all have.

        What was begun for an agent is not gone on with: nobody waits for the answer any more.
        """
        ended = "SELECT 1 FROM events AS e WHERE e.run = events.run AND e.kind = ?"
        where = f"kind = ? AND json_extract(content, '$.agent') IS NULL AND NOT EXISTS ({ended}) ORDER BY id DESC LIMIT 1"
        return next(iter(self._rows(where, (BEGUN, ENDED))), None)

    def broken(self) -> str:
        """Say which row is the first that is not what was written, "" where none is."""
        if self._chain is None:
            return ""
        try:
            row = self._chain.check()
        except ChainError as error:
            return f"{self.path} cannot be read: {error.strerror}."
        return f"{self.path}: row {row.id}: {row.what}" if row else ""

    def _judgements(self, where: str, values: tuple[object, ...]) -> list[Entry]:
        found = self._rows(f"kind = 'judgement' AND {where}", values)
        return [e for e in (to_entry(r.content) for r in found) if e is not None]

    def _rows(self, where: str, values: tuple[object, ...]) -> list[Event]:
        if self._chain is None:
            return []
        try:
            return self._chain.rows(where, values)
        except ChainError as error:
            self._unreadable(error)
            return []

    def _unreadable(self, error: ChainError) -> None:
        self.complaint = f"{self.path} cannot be read: {error.strerror}; what it holds is judged again."


def chain_of(path: Path) -> Chain:
    """Open a journal's file, which is made where it is missing. Raises ChainError."""
    return Chain(path, _COLUMNS)


def going_on(path: Path, run: int) -> bool:
    """Say whether a process is at a run, without taking its place: a run holds a lock as long as its process lives."""
    lock = str(path.with_name(LOCK).absolute())
    if (lock, run) in _HELD:
        return True
    # a process that closes a file gives up all its locks on it, those of its own runs included
    mine = next((handle for (held, _), handle in _HELD.items() if held == lock), None)
    try:
        if mine is not None:
            return _is_locked(mine, run)
        with open(lock, "rb") as file:  # noqa: PTH123 - a name, as above
            return _is_locked(file.fileno(), run)
    except OSError:
        return False


_HELD: Final[dict[tuple[str, int], int]] = {}
"""the locks of this process: lock file and run, and the open file"""


def _is_locked(handle: int, run: int) -> bool:
    """Ask the system whether another process has the byte of a run; its record differs by system."""
    if sys.platform == "darwin":
        asked = struct.pack("qqihh", run, 1, 0, fcntl.F_WRLCK, os.SEEK_SET)
        return bool(struct.unpack("qqihh", fcntl.fcntl(handle, fcntl.F_GETLK, asked))[3] != fcntl.F_UNLCK)
    asked = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, run, 1, 0)
    return bool(struct.unpack("hhqqi", fcntl.fcntl(handle, fcntl.F_GETLK, asked))[0] != fcntl.F_UNLCK)


def judge_digest(limits: Limits, lean: str) -> Digest:
    """Return the name of everything that a judgement depends on: the verifier, the provers of this package, limits and tools.

    With any change of it, what was judged is judged again. Raises OSError.
    """
    found = (p for p in sorted((ROOT / "loop").glob("*.py")) if p.name not in AROUND)
    mine = {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in found}
    data = environment({**trusted_files(ROOT), **mine}, limits, solver(), None)
    return digest_bytes(encode({**data, "lean": lean}))


def read(path: Path) -> Iterator[Entry]:
    """Yield the judgements of a journal; none where there is no file. Raises OSError."""
    yield from filter(None, (to_entry(e) for e in _all(path, JUDGEMENT)))


def admitted(path: Path) -> Iterator[Digest]:
    """Yield the nodes that a journal says entered the graph; none where there is no file. Raises OSError."""
    for content in _all(path, ADMISSION):
        yield from (n for n in content["nodes"] if isinstance(n, str))


def _all(path: Path, kind: str) -> Iterator[Content]:
    if path.exists():
        chain = chain_of(path)
        try:
            yield from (e.content for e in chain.all(kind))
        finally:
            chain.close()


def to_content(entry: Entry) -> dict[str, Any]:
    """Return an entry as the content of an event."""
    arguments = None if entry.arguments is None else [_data(v) for v in entry.arguments]
    return asdict(replace(entry, arguments=None)) | {"arguments": arguments}


def to_entry(content: Mapping[str, Any]) -> Entry | None:
    """Read what `to_content` wrote, whichever turn it is of; None where it is none."""
    data = {k: v for k, v in content.items() if k in NAMES}
    if data.keys() != NAMES or not content.keys() <= NAMES | {"turn", "number"}:
        return None
    try:
        arguments = data.pop("arguments")
        values = None if arguments is None else tuple(v for v in map(_value, arguments) if v is not None)
        if values is not None and len(values) != len(arguments):
            return None
        seconds, texts = data["seconds"], (v for k, v in data.items() if k != "seconds")
        if not all(isinstance(v, str | None) for v in texts) or data["verdict"] not in VERDICTS:
            return None
        return Entry(**data, arguments=values) if isinstance(seconds, int | float) else None
    except (ValueError, TypeError, RecursionError):
        return None


def text_of(content: bytes) -> str | dict[str, str]:
    """Return the bytes of a file as JSON data: its text where it is one.

    >>> text_of(b"x"), text_of(bytes([255]))
    ('x', {'hex': 'ff'})
    """
    try:
        return content.decode()
    except UnicodeDecodeError:
        return {"hex": content.hex()}


def bytes_of(data: object) -> bytes:
    """Read what `text_of` wrote. Raises ValueError."""
    match data:
        case str(text):
            return text.encode()
        case {"hex": str(text)}:
            return bytes.fromhex(text)
    raise ValueError(f"no file: {json.dumps(data)[:100]}")


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return True  # a folder that may not be looked into


def _data(value: Value) -> object:
    """Return an argument as JSON data."""
    return value if isinstance(value, int) and value.bit_length() <= LONG else tagged(value)


def _value(data: object) -> Value | None:
    """Read what `_data` wrote; None where it is none."""
    return data if isinstance(data, int) else untagged(data)
