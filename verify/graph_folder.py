"""Decides: how nodes are written to the folder of a graph, so that every instant of it is a sound graph."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from verify.canonical import Digest
from verify.certificate import DIGEST
from verify.node import Node, node_to_files
from verify.reasons import GraphUnavailable, Refusal

TEMPORARY: Final = ".tmp-"
"""how the name of a folder begins that is still being written"""
LOCK_SECONDS = 30.0


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder against every other process and thread that would admit; the lock dies with its holder.

    Raises Refusal(GraphUnavailable) where another one holds it for longer than it takes to write.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        end = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    what, do = "another process is admitting to it.", "Wait for it to end, or end it."
                    raise Refusal(GraphUnavailable(what=what, where=str(folder), do=do)) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def sweep(folder: Path, there: Container[Digest]) -> None:
    """Remove what a crash left half-written, a spec without its first version included; the caller holds the lock.

    `there` are the names of the nodes that the graph has.

    The spec goes first, since what lies beside it under a temporary name says that it may.
    """
    for path in folder.iterdir():
        if DIGEST.fullmatch(path.name) and path.name not in there:
            path.rename(folder / f"{TEMPORARY}{path.name}")
    for path in folder.iterdir():
        if path.name.startswith(TEMPORARY):
            shutil.rmtree(path)


def write(folder: Path, nodes: Sequence[Node]) -> None:
    """Write the nodes, a spec before its implementation, so that every instant of it is a sound graph.

    The temporary name of an implementation ends with the spec that comes with it, for whoever finds that spec alone. Raises
    OSError, and then the folder is as it was.
    """
    ends = ["", *(f"-{node.id}" for node in nodes)]
    moves = [(folder / f"{TEMPORARY}{n.id}{end}", folder / n.id) for n, end in zip(nodes, ends, strict=False)]
    try:
        for node, (temporary, _) in zip(nodes, moves, strict=True):
            temporary.mkdir()
            for name, content in node_to_files(node).items():
                _write_file(temporary / name, content)
            _sync(temporary)
        for temporary, final_ in moves:
            if final_.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(final_))
            temporary.rename(final_)
        _sync(folder)
    except OSError:
        with suppress(OSError):
            for temporary, final_ in reversed(moves):
                if final_.exists() and not temporary.exists():
                    final_.rename(temporary)
        for temporary, _ in moves:
            shutil.rmtree(temporary, ignore_errors=True)
        raise


def _write_file(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(handle)


def _sync(folder: Path) -> None:
    """Make the names in a folder last."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
