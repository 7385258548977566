"""Decides: one folder of the graph, read once -> Node."""

import os
import stat
from pathlib import Path
from typing import Final

from verify.node import SIZES, Node, node_from_files
from verify.reasons import GraphCorrupt, GraphUnavailable, Refusal

_ODD_BITS: Final = stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH | stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX


def node_from_folder(folder: Path) -> Node:
    """Read a node from its folder, each file once; what is checked is what was read.

    Raises Refusal: GraphCorrupt naming node and file (also for a link, a device, an executable file, a file too long), or
    GraphUnavailable where the system refuses to read it.
    """
    file = ""
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise Refusal(GraphCorrupt(what="it is not a folder.", where=str(folder), do="Remove it."))
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
        if stray := next((n for n in names if n not in SIZES), None):
            what, where = "a node holds no such file.", f"{folder}/{ascii(stray)[1:-1]}"
            raise Refusal(GraphCorrupt(what=what, where=where, do="Remove it."))
        files: dict[str, bytes] = {}
        for file in names:
            files[file] = _read(folder / file, SIZES[file])
    except OSError as error:
        what, where = f"it cannot be read: {error.strerror}.", f"{folder}/{file}".rstrip("/")
        raise Refusal(GraphUnavailable(what=what, where=where, do="Give this user the right to read it.")) from None
    return node_from_files(folder.name, files, str(folder))


def _read(path: Path, limit: int) -> bytes:
    """Return the bytes of a regular file; it is looked at before it is opened, so that a pipe cannot hold the reader up."""

    def corrupt(what: str, do: str) -> Refusal:
        return Refusal(GraphCorrupt(what=what, where=str(path), do=do))

    if not stat.S_ISREG(path.lstat().st_mode):
        raise corrupt("it is not a regular file.", "Nodes hold no links; restore the file itself.")
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise corrupt("it is not a regular file.", "Nodes hold no links; restore the file itself.")
        if mode & _ODD_BITS:
            raise corrupt(f"its mode is {stat.S_IMODE(mode):o}.", f"Run `chmod 644 {path}`.")
        # one byte more than is allowed, so that `node_from_files` sees that there is more
        return stream.read(limit + 1)
