"""The files of a package -> a folder: made beside its place and renamed, or written over what an earlier export left there."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from loop.commands.common import UsageError
from loop.export.recheck import MANIFEST


def check_place(folder: Path, *, force: bool) -> None:
    """Raise UsageError where a package cannot be written to a folder: it is a file, or not empty and `force` is not set."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} is no folder; name one that is not there yet.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise UsageError(f"{folder} is not empty; name another folder, or write over an earlier export with --force.")


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files to a folder, all of them or, where it is new, none. Raises OSError.

    What an earlier export wrote there and this one does not is removed; what else is there stays.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}.making-", dir=folder.parent))
    made = scratch / "package"
    try:
        for path, content in files.items():
            place = made / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        if not folder.exists() or not any(folder.iterdir()):
            made.replace(folder)
            return
        gone = [path for path in earlier(folder) if path not in files]
        for path in files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (made / path).replace(folder / path)
        for path in gone:
            _remove(folder, path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def earlier(folder: Path) -> Iterator[str]:
    """Yield the paths of the files that earlier exports say to have written to a folder, and none outside of it."""
    for manifest in sorted(folder.glob(f"src/*/{MANIFEST}")):
        with suppress(OSError, ValueError, TypeError, KeyError):
            for path in json.loads(manifest.read_bytes())["files"]:
                parts = PurePosixPath(path).parts
                if parts and not PurePosixPath(path).is_absolute() and ".." not in parts:
                    yield path


def _remove(folder: Path, path: str) -> None:
    """Remove a file, and the folders that it leaves empty; one that lies behind a link stays."""
    place = folder / path
    if not place.resolve().is_relative_to(folder.resolve()):
        return
    with suppress(OSError):
        place.unlink()
        for above in place.relative_to(folder).parents[:-1]:
            shutil.rmtree(folder / above / "__pycache__", ignore_errors=True)
            (folder / above).rmdir()
