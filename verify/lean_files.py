"""Refuses only: a Lean whose files are not the pinned ones, or changed while a process used them.

The digest over all contents is taken once for each state of the files that this process meets; a state is what the file system
says of every file, which costs some 10 ms. A change leaves its mark there, since no call sets a file's time of change (ctime).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from verify.canonical import Digest
from verify.toolchain import Toolchain, library_digest

FileState: TypeAlias = tuple[str, int, int, int, int, int]
"""path, size, time of writing, time of change, number of the file, and of its device"""
FilesState: TypeAlias = tuple[FileState, ...]
_digests: Final[dict[tuple[Path, FilesState], Digest]] = {}


def files_state(toolchain: Toolchain) -> FilesState:
    """Return what the file system says of every file that a session of this Lean reads; () where it cannot be read."""
    if toolchain.kind == "native":
        folders = [str(toolchain.root / "lib" / "lean")]
    else:
        folders = [str(toolchain.root / "package"), str(toolchain.root / "lib")]
    try:
        return tuple(sorted(_walk(folders)))
    except OSError:
        return ()


def _walk(folders: list[str]) -> Iterator[FileState]:
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    s = entry.stat(follow_symlinks=False)
                    yield entry.path, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev


def is_pinned(toolchain: Toolchain, state: FilesState) -> bool:
    """Return whether the files have the digest of the toolchain, and are still in the state that was read before.

    A native Lean is named by what it says of itself, so its files have no digest to be held against.
    """
    if not state or toolchain.kind == "native":
        return bool(state)
    key = toolchain.root, state
    if key not in _digests:
        try:
            digest = library_digest(toolchain.root)
        except OSError:
            return False
        if files_state(toolchain) != state:
            return False
        _digests[key] = digest
    return _digests[key] == toolchain.digest
