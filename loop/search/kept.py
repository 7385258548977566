"""Learned state that is kept beside a journal: read strictly, written whole or not at all, and never a reason to end a run."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from verify.canonical import from_json, to_json

FILE_BYTES: Final = 256 * 2**20
"""longest file that is read"""
T = TypeVar("T")


def read(path: Path, of: Callable[[object], T], kind: str, otherwise: str) -> tuple[T | None, str]:
    """Return what a file holds, None where it is not there or cannot be read, and a complaint, "" for none.

    `of` makes it from JSON data, and raises ValueError; `kind` says what the file is not then, `otherwise` what follows.
    """
    try:
        if not path.exists():
            return None, ""
        if path.stat().st_size > FILE_BYTES:
            return None, f"{path} is too long to be read; {otherwise}."
        return of(from_json(path.read_bytes())), ""
    except OSError as error:
        return None, f"{path} cannot be read: {error.strerror}; {otherwise}."
    except ValueError as error:
        return None, f"{path} {kind} ({error}); {otherwise}."


def write(path: Path, data: object) -> None:
    """Write JSON data, whole or not at all. Raises OSError."""
    other = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(to_json(data))
        other.replace(path)
    except OSError:
        other.unlink(missing_ok=True)
        raise


def kept(path: Path, data: object) -> str:
    """Write JSON data as `write` does; return a complaint where that fails, "" for none."""
    try:
        write(path, data)
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}; the next run begins without what this one learned."
    return ""
