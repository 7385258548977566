"""A folder that a command fills over hours: begun with one plan, gone on with by the same, and by one process at a time."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from loop.commands.common import UsageError


def begin(out: Path, plan: Mapping[str, Any]) -> None:
    """Write a plan down, or see that it is the one that the folder was begun with. Raises UsageError, OSError."""
    path, text = out / "plan.json", json.dumps(plan, indent=1) + "\n"
    _made(out)
    temporary = path.with_suffix(".tmp")
    if not path.exists() and any(p != temporary for p in out.iterdir()):
        raise UsageError(f"{out} is there and not empty; name a new folder.")
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise UsageError(f"{out} was begun with another plan; name a new folder, or give the options of {path}.")
    if not path.exists():
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)


def _made(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise UsageError(f"{out} is a file; name a new folder.") from None


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Keep other processes out of a folder, which is made where it is missing; the lock dies with its holder.

    Raises UsageError where another one is at it, or a file is there; OSError.
    """
    _made(out)
    handle = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"another process is at work in {out}.") from None
        yield
    finally:
        os.close(handle)
