"""A disk that is soon full, for tests that run as root on Linux."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Mount a disk of some megabytes on an empty folder for a while, or skip with the reason why that is not allowed."""
    libc = ctypes.CDLL(None, use_errno=True)
    mount = getattr(libc, "mount", None)
    options = f"size={megabytes}m".encode()
    if mount is None or mount(b"qed-test", bytes(folder), b"tmpfs", ctypes.c_ulong(0), options) != 0:
        pytest.skip(f"no disk can be mounted: {os.strerror(ctypes.get_errno())}")
    try:
        yield
    finally:
        libc.umount2(bytes(folder), 2)


def fill(folder: Path, *, leave: int) -> None:
    """Fill the disk of a folder but for some bytes, with one file."""
    left = os.statvfs(folder)
    size = left.f_bavail * left.f_frsize - leave
    with (folder / "filler").open("wb") as file:
        file.write(bytes(max(0, size)))
