"""Refuses only: a journal -> how many events it has, how it ends, and the first row that is not as it was written.

Each row has the SHA-256 of its content and of the row before it, so that an edit, a row that went, or one that was put in shows
at its row. Rows cut off at the end do not show, since nothing comes after them: who wants to pin the end keeps its digest
elsewhere. A journal admits nothing. It is opened for reading alone, and nothing that its schema says is computed.
"""

import sqlite3
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

from verify.canonical import Data, Digest, digest
from verify.reasons import JournalBroken

START: Final[Digest] = "0" * 64
"""what the first row is bound to"""
EVENTS: Final = "SELECT id, run, kind, content, before, digest FROM events ORDER BY id"
_COLUMNS: Final = ("id", "run", "kind", "content", "before", "digest")
_ROW_BYTES: Final = 1 << 26
"""longest row that is read"""
Row: TypeAlias = tuple[object, ...]
"""as EVENTS has it"""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """The first row of a chain that is not what was written, and what is wrong with it."""

    id: int
    what: str


@dataclass(frozen=True, slots=True)
class Chained:
    """A chain as far as it holds: how many events, the digest of the last one, and the row at which it breaks."""

    events: int = 0
    last: Digest = START
    broken: BrokenRow | None = None


def journal_path(folder: Path) -> Path:
    """Return where the journal of a graph's folder stands.

    >>> journal_path(Path("work/accepted"))
    PosixPath('work/.qed/accepted/journal.sqlite')
    """
    whole = folder if folder.name else folder.absolute()
    return whole.parent / ".qed" / whole.name / "journal.sqlite"


def row_digest(number: int, run: int, kind: str, content: str, before: Digest) -> Digest:
    """Return what binds a row."""
    bound: dict[str, Data] = {"id": number, "run": run, "kind": kind, "content": content, "before": before}
    return digest("event", bound)


def followed(rows: Iterable[Row]) -> Chained:
    """Go along the rows of a journal in their order, up to the first that is not as it was written."""
    events, last = 0, START
    for row in rows:
        due = events + 1
        match row:
            case (int(number), int(run), str(kind), str(content), str(before), str(own)):
                pass
            case _:
                return Chained(events, last, BrokenRow(due, "it is no event."))
        if number != due:
            return Chained(events, last, BrokenRow(due, f"it is missing; {number} comes next."))
        if before != last:
            return Chained(events, last, BrokenRow(number, "it is not bound to the row before it."))
        if row_digest(number, run, kind, content, before) != own:
            return Chained(events, last, BrokenRow(number, "its content is not what its digest says."))
        events, last = due, own
    return Chained(events, last)


def chained(path: Path) -> Chained | JournalBroken | None:
    """Check a journal from its file; None where there is none, and a reason where it cannot be read as one."""
    do = "Restore the journal; or move it away, and what it holds is judged again."
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return JournalBroken(what="it is no regular file.", where=str(path), do=do)
        # without a log beside it nobody is writing to it
        mode = "ro" if path.with_name(f"{path.name}-wal").exists() else "ro&immutable=1"
        db = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)
    except FileNotFoundError:
        return None
    except (OSError, sqlite3.Error) as error:
        return JournalBroken(what=f"it cannot be read: {error}.", where=str(path), do=do)
    try:
        found = _along(db)
    except sqlite3.Error as error:
        return JournalBroken(what=f"it is no journal: {error}.", where=str(path), do=do)
    finally:
        db.close()
    if found.broken is None:
        return found
    what = f"row {found.broken.id}: {found.broken.what}"
    return JournalBroken(what=what, where=str(path), do=do)


def _along(db: sqlite3.Connection) -> Chained:
    """Follow the events of an open journal. Raises sqlite3.Error where it has none of the due form."""
    db.text_factory = lambda b: b.decode(errors="replace")
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _ROW_BYTES)
    for setting in ("query_only = ON", "cell_size_check = ON"):
        db.execute(f"PRAGMA {setting}")
    there = db.execute("SELECT type FROM sqlite_master WHERE name = 'events'").fetchall()
    if not there:
        return Chained()  # who made the file came no further
    plain = {name for _, name, *_, hidden in db.execute("PRAGMA table_xinfo(events)") if not hidden}
    if there != [("table",)] or not plain.issuperset(_COLUMNS):
        raise sqlite3.DatabaseError("its events are no plain table")
    return followed(db.execute(EVENTS))
