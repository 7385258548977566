"""Makes snapshots of a Lean process that has loaded the library, so that later processes start where it stood.

Decides: what a process that judges starts from. A snapshot is written by a process that this module starts, and that has read the
pinned Lean and the library of `lean/` and no other text; the process that starts from it compares the SHA-256 first. One is kept
in the folder of the installed Lean, by the digests of all that went into it; who believes nothing that lies on disk
makes one for itself (`private_snapshots`).
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from verify.canonical import Digest
from verify.lean_library import library_digest, load_library
from verify.session import DEFAULT_LIMITS, Session, SessionLost, Start
from verify.toolchain import Toolchain

MAKING: Final = "making-"
FORMAT: Final = b"qedloop snapshot 1\0"
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
SECONDS: Final = 300.0
"""what a request may take while the library is loaded, which a busy machine makes long; nothing of anyone else's is in it"""
KEPT: Final = 2
"""snapshots that a folder keeps: some 110 MB each; other checkouts of the project may use the same Lean"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The memory of a process with the library loaded: its file, the digest of it, and the library's environment."""

    start: Start
    library: int


@dataclass(slots=True)
class _Kept:
    """What this process knows: snapshots by key, and the folder to make them in where it believes none on disk."""

    known: dict[Digest, Snapshot] = field(default_factory=dict)
    private: Path | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_kept: Final = _Kept()


def snapshot(toolchain: Toolchain) -> Snapshot | None:
    """Return the snapshot of this Lean and library, made now where there is none; None for a native Lean, which starts fast.

    Raises SessionLost, also where the file cannot be written, and LibraryBroken.
    """
    if toolchain.kind == "native":
        return None
    with _kept.lock:
        folder = _folder(toolchain)
        try:
            key = _key(toolchain)
            # another process may have made it anew, or done away with it, since this one looked
            there = _kept.known.get(key) if _kept.private else _read(folder, key)
            if there is None or not there.start.file.exists():
                there = _write(toolchain, folder, key)
            _kept.known[key] = there
        except OSError as error:
            raise SessionLost(f"the snapshot of Lean cannot be kept: {_os_reason(error, folder)}") from error
        return there


def is_kept(toolchain: Toolchain, begin: Snapshot) -> bool:
    """Say whether a snapshot is still the one that is kept: another process may make it anew, or do away with it, at any time."""
    return begin.start.file.exists() if _kept.private else _read(_folder(toolchain), _key(toolchain)) == begin


def _folder(toolchain: Toolchain) -> Path:
    return _kept.private or toolchain.root / "snapshots"


def _os_reason(error: OSError, folder: Path) -> str:
    if error.errno in FULL:
        return f"the disk that holds {folder} is full, and it takes 250 MB while it is made; QED_CACHE names another folder"
    return f"{error.strerror or error} ({error.filename or folder}); QED_CACHE names another folder"


@contextlib.contextmanager
def private_snapshots() -> Iterator[None]:
    """Have this process use snapshots that it makes itself, in a folder that ends with the block."""
    with tempfile.TemporaryDirectory(prefix="qed-snapshot-") as name:
        before = dict(_kept.known)
        _kept.known, _kept.private = {}, Path(name)
        try:
            yield
        finally:
            _kept.known, _kept.private = before, None


def mend_snapshot(toolchain: Toolchain) -> None:
    """Read the kept snapshot in full, and make it anew unless it is what was written. Raises as `snapshot` does, and OSError."""
    if toolchain.kind == "native":
        return
    folder, key = toolchain.root / "snapshots", _key(toolchain)
    kept = _read(folder, key)
    if kept is not None:
        with kept.start.file.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != kept.start.sha256:
                kept.start.file.unlink(missing_ok=True)
    snapshot(toolchain)


def _key(toolchain: Toolchain) -> Digest:
    driver = (Path(__file__).parent / "driver.js").read_bytes()
    whole = hashlib.sha256(FORMAT)
    for part in (toolchain.digest.encode(), library_digest().encode(), driver):
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()


def _write(toolchain: Toolchain, folder: Path, key: Digest) -> Snapshot:
    """Make the snapshot and keep it; of several processes one makes it."""
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (there := _read(folder, key)) is not None:
            return there
        for left in folder.glob(f"{MAKING}*"):  # by a process that was killed: whoever holds the lock is alone
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=MAKING, dir=folder) as scratch:
            try:
                made = _make(toolchain, Path(scratch) / "memory")
            except SessionLost as lost:  # which has a system's error by its name only
                if full := next((e for e in FULL if errno.errorcode[e] in lost.reason), 0):
                    raise OSError(full, os.strerror(full), str(folder)) from lost
                raise
            final = folder / f"{key}.memory"
            made.start.file.replace(final)
        stamp = final.stat()
        facts = {"sha256": made.start.sha256, "library": made.library, "size": stamp.st_size, "written": stamp.st_mtime_ns}
        record = folder / f"{key}.json"
        record.with_suffix(".new").write_text(json.dumps(facts) + "\n", encoding="utf-8")
        record.with_suffix(".new").replace(record)
        for old in sorted(folder.glob("*.memory"), key=lambda p: p.stat().st_mtime_ns)[:-KEPT]:
            old.unlink(missing_ok=True)
            old.with_suffix(".json").unlink(missing_ok=True)
        return Snapshot(Start(final, made.start.sha256), made.library)


def _read(folder: Path, key: Digest) -> Snapshot | None:
    """Return the snapshot that is kept under a key, None where there is none or its file is not as it was written."""
    file = folder / f"{key}.memory"
    try:
        facts, stamp = json.loads((folder / f"{key}.json").read_text(encoding="utf-8")), file.stat()
        if (facts["size"], facts["written"]) != (stamp.st_size, stamp.st_mtime_ns):
            return None
        return Snapshot(Start(file, str(facts["sha256"])), int(facts["library"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _make(toolchain: Toolchain, file: Path) -> Snapshot:
    """Start a process, load the library in it and nothing else, and have it write its memory."""
    with Session.start(toolchain, replace(DEFAULT_LIMITS, request_seconds=SECONDS), writes=file.parent) as session:
        library = load_library(session)
        sha256 = session.write_snapshot(file)
    file.chmod(0o400)
    return Snapshot(Start(file, sha256), library)
