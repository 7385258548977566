"""An append-only table of events in SQLite, each bound to the one before it by SHA-256.

An edit, a row that went, or one that was put in shows at its row: `check` finds the first, by `verify.chain`. The file is in WAL
mode, so a process that is killed at any instant leaves whole rows only, and several processes may append. Triggers keep slips
from changing a row; who means to drops them, and is found by `check`.
"""

import contextlib
import errno
import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar
from urllib.parse import quote

from verify.chain import EVENTS, START, BrokenRow, Row, followed, row_digest

BUSY_SECONDS: Final = 30.0
"""how long a process waits for another one that is writing"""
_CODE: Final = 0xFF
"""the part of SQLite's extended codes that names the kind of error"""
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS events (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    before TEXT NOT NULL,
    digest TEXT NOT NULL,
    {columns}
) STRICT;
CREATE INDEX IF NOT EXISTS of_kind ON events (kind, id);
CREATE TRIGGER IF NOT EXISTS no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
"""
Content: TypeAlias = Mapping[str, Any]
"""what an event says, as JSON data"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Event:
    """One row: `run` is the id of the event with which its run began, which is its own for that one."""

    id: int
    run: int
    kind: str
    content: Content


@dataclass(frozen=True, slots=True)
class Columns:
    """What is looked up in contents: columns, each by the path of its value in the JSON, and indexes on them."""

    paths: Mapping[str, str]
    indexes: Sequence[str]


class ChainError(OSError):
    """The file cannot be read or written; `strerror` says why in the system's words where it has some."""


class Chain:
    """The events of one file."""

    def __init__(self, path: Path, columns: Columns) -> None:
        """Open a file for reading and writing, or for reading alone where no more is allowed.

        It is made if it is missing. Raises ChainError where it cannot be read or made, or is none of ours.
        """
        self.path = path
        self._columns = columns
        self._read_only = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ChainError(error.errno, error.strerror, str(path)) from None
        self._db = self._guarded(self._open)

    def append(self, kind: str, content: Content, run: int | None = None) -> Event:
        """Add one event, whole or not at all; without `run` it begins one. Raises ChainError."""
        if self._read_only:
            raise ChainError(errno.EACCES, os.strerror(errno.EACCES), str(self.path))
        text = to_text(content)

        def write() -> Event:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                found = self._db.execute("SELECT id, digest FROM events ORDER BY id DESC LIMIT 1").fetchone()
                last, before = found or (0, START)
                number = last + 1
                of = number if run is None else run
                row = (number, of, kind, text, before, row_digest(number, of, kind, text, before))
                self._db.execute("INSERT INTO events (id, run, kind, content, before, digest) VALUES (?, ?, ?, ?, ?, ?)", row)
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                raise
            return Event(number, of, kind, content)

        return self._guarded(write)

    def rows(self, where: str, values: Sequence[object] = ()) -> list[Event]:
        """Return the events that a condition in SQL holds of; what does not read as one is passed over. Raises ChainError."""
        asked = f"SELECT id, run, kind, content FROM events WHERE {where}"  # noqa: S608 - conditions are this package's own
        return list(filter(None, map(_event, self._guarded(lambda: self._db.execute(asked, values).fetchall()))))

    def table(self, asked: str, values: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a question in SQL that only reads, with values by place or by name. Raises ChainError."""
        return self._guarded(lambda: self._db.execute(asked, values).fetchall())

    def all(self, kind: str) -> Iterator[Event]:
        """Yield the events of one kind in their order, without holding all of them. Raises ChainError."""
        last = 0
        while found := self.rows("kind = ? AND id > ? ORDER BY id LIMIT ?", (kind, last, _ROWS)):
            last = found[-1].id
            yield from found

    def check(self) -> BrokenRow | None:
        """Return the first row that is not as it was written, or that does not follow the one before; None where all do."""
        return followed(self._whole()).broken

    def _whole(self) -> Iterator[Row]:
        cursor = self._guarded(lambda: self._db.execute(EVENTS))
        while batch := self._guarded(lambda: cursor.fetchmany(_ROWS)):
            yield from batch

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _guarded(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except sqlite3.Error as error:
            code = _errno(error, self.path)
            raise ChainError(code, os.strerror(code) if code else str(error), str(self.path)) from None
        except OSError as error:  # a folder that may not be looked into
            raise ChainError(error.errno, error.strerror, str(self.path)) from None

    def _open(self) -> sqlite3.Connection:
        """Connect; a file that may only be read is read as it stands."""
        there = self.path.exists()
        try:
            db = _connected(self.path, "rwc")
            _prepare(db, self._columns)
        except sqlite3.Error as error:
            if not there or (error.sqlite_errorcode & _CODE) not in _DENIED or not os.access(self.path, os.R_OK):
                raise
        else:
            return db
        self._read_only = True
        wal = self.path.with_name(self.path.name + "-wal")
        # nobody can be writing to a file in a folder that has no log beside it and lets none be made
        return _connected(self.path, "ro" if wal.exists() else "ro&immutable=1")


_ROWS: Final = 256
_DENIED: Final = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_FULL,
                            sqlite3.SQLITE_IOERR})  # fmt: skip


def to_text(content: Content) -> str:
    """Return the one JSON text of a content: sorted keys, no spaces, ASCII. Raises TypeError, ValueError for what is no data."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"
    # asked from the threads of one process, one at a time
    db = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    db.text_factory = lambda b: b.decode(errors="replace")
    return db


def _prepare(db: sqlite3.Connection, columns: Columns) -> None:
    """Set the journal mode, and make table and indexes where they are missing."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            # changing the mode of a new file does not wait for another process that does the same
            db.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if (error.sqlite_errorcode & _CODE) not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or time.monotonic() > end:
                raise
            time.sleep(0.01)
    # a row outlives its process; that the last ones may not outlive the machine costs no more than judging them again
    db.execute("PRAGMA synchronous=NORMAL")
    made = ",\n    ".join(f"{name} ANY AS (json_extract(content, '{path}')) VIRTUAL" for name, path in columns.paths.items())
    if _is_made(db):
        db.execute("SELECT id, run, kind, content, before, digest FROM events LIMIT 1").fetchone()
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        if not _is_made(db):  # by another process, for whose transaction this one waited
            for statement in (*_statements(_SCHEMA.format(columns=made)), *columns.indexes):
                db.execute(statement)
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def _is_made(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'events'").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; `executescript` would end the transaction."""
    pending = ""
    for line in script.splitlines():
        pending += f"{line}\n"
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""


def _event(row: tuple[int, int, str, str]) -> Event | None:
    number, run, kind, text = row
    try:
        content = json.loads(text)
    except (ValueError, RecursionError, TypeError):
        return None
    return Event(number, run, kind, content) if isinstance(content, dict) else None


def _errno(error: sqlite3.Error, path: Path) -> int:
    """Return what the system would call an error, 0 where it has no name for it."""
    code = getattr(error, "sqlite_errorcode", 0) & _CODE
    if code == sqlite3.SQLITE_FULL:
        return errno.ENOSPC
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return errno.EACCES
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        return _probe(path)
    return 0


def _probe(path: Path) -> int:
    """Return why a file cannot be opened or grown, as the system says when it is tried."""
    try:
        left = os.statvfs(path.parent)
        if not left.f_bavail:
            return errno.ENOSPC
        with path.open("rb"):
            pass
        if not os.access(path.parent, os.W_OK | os.X_OK):
            return errno.EACCES
    except OSError as error:
        return error.errno or 0
    return errno.EIO
