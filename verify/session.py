"""A warm Lean process, typed.

Decides: nothing by itself; it hands the kernel's facts on unchanged, and a reply that is late, malformed, oversized
or not for this request raises `SessionLost` and ends the process. So the absence of an answer can never be read as one.
Nothing is said of a theorem once a file of Lean's own has changed under the process.
The same interface serves the portable Lean (driver.js) and a native one (driver.lean).
"""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, TypeVar

from verify.answers import (
    Atom,
    Audit,
    AxiomUse,
    Elaboration,
    Ident,
    Message,
    Missing,
    NewConstant,
    Node,
    Reply,
    SyntaxFault,
    Tree,
    checked,
    to_audit,
    to_bytes,
    to_elaboration,
    to_kinds,
    to_sha256,
    to_tree,
    to_version,
    walk,
)  # fmt: skip
from verify.lean_files import FilesState, files_state, is_pinned
from verify.pipe import Pipe, PipeLimits, SessionLost, open_pipe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verify.toolchain import Toolchain

__all__ = [
    "DEFAULT_LIMITS", "Atom", "Audit", "AxiomUse", "Elaboration", "Ident", "Message", "Missing", "NewConstant",
    "Node", "Session", "SessionLimits", "SessionLost", "Start", "SyntaxFault", "Tree", "walk",
]  # fmt: skip

_HERE: Final = Path(__file__).parent
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """What one session may use; the clock of the parent decides, whatever the child does."""

    start_seconds: float
    request_seconds: float
    reply_bytes: int
    output_bytes: int
    memory_bytes: int
    stack_kib: int


DEFAULT_LIMITS: Final = SessionLimits(
    start_seconds=90.0,
    request_seconds=60.0,
    reply_bytes=32 << 20,
    output_bytes=8 << 20,
    memory_bytes=3 << 30,
    stack_kib=4000,
)


@dataclass(frozen=True, slots=True)
class Start:
    """A snapshot that a process starts from: its file, and the SHA-256 that the file must have."""

    file: Path
    sha256: str


class Session:
    """A Lean process with named environments; use it as a context manager.

    Not for use by two threads at once: requests and replies alternate.
    """

    __slots__ = ("_files", "_limits", "_pipe", "_toolchain", "deadline", "lost", "version")

    def __init__(self, pipe: Pipe, limits: SessionLimits, toolchain: Toolchain, files: FilesState) -> None:
        """Wraps a process that has not answered yet; `start` makes one."""
        self._pipe, self._limits, self._toolchain, self._files = pipe, limits, toolchain, files
        self.version = ""
        self.lost: SessionLost | None = None
        """why the process was given up, whatever became of the exception"""
        self.deadline: float | None = None
        """time on the monotonic clock at which every request ends, besides its own limit"""

    @classmethod
    def start(
        cls,
        toolchain: Toolchain,
        limits: SessionLimits,
        opened: Callable[[Session], None] = lambda _: None,
        begin: Start | None = None,
        writes: Path | None = None,
    ) -> Session:
        """Starts a process and waits until it has said which Lean it is; raises `SessionLost` where it does not.

        It begins at a snapshot where one is given; one that is to write a snapshot may write in the folder `writes`, no other.
        `opened` gets the session as soon as there is a process, so that another thread may `interrupt` it.
        """
        files = files_state(toolchain)
        pipe_limits = PipeLimits(limits.reply_bytes, limits.output_bytes, limits.memory_bytes)
        pipe = open_pipe(lambda *fds: _command(toolchain, limits, fds, begin, writes), pipe_limits)
        session = cls(pipe, limits, toolchain, files)
        try:
            opened(session)
            session._check_files()  # the process gets on with its start meanwhile
            session.version = session._ask(limits.start_seconds, to_version, op="version")
        except BaseException:
            session.close()
            raise
        return session

    def __enter__(self) -> Self:
        """Returns the session itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Kills the process, whatever happened inside the block."""
        self.close()

    def close(self) -> None:
        """Kills the process and its group; closing twice is fine."""
        self._pipe.kill()

    def interrupt(self) -> None:
        """Kills the process from any thread: the request under way is lost; `close` is still due, by the thread that asks."""
        self._pipe.interrupt()

    @property
    def closed(self) -> bool:
        """Whether the process was ended from here."""
        return self._pipe.closed

    def alive(self) -> bool:
        """Returns whether the process runs, without asking it anything."""
        return self._pipe.alive()

    @property
    def pid(self) -> int:
        """The number of the process, which is also that of its group."""
        return self._pipe.process.pid

    def import_header(self, header: str) -> Elaboration:
        """Imports the modules of a header such as `import Init` and returns the environment that holds them."""
        return self._ask(self._limits.start_seconds, to_elaboration, op="import", header=header)

    def elaborate(self, env: int, source: str, *, keep: bool, timeout: float | None = None) -> Elaboration:
        """Elaborates `source` on top of `env`; with `keep` the result is an environment for later requests."""
        seconds = self._limits.request_seconds if timeout is None else timeout
        return self._ask(seconds, to_elaboration, op="elaborate", env=env, source=source, keep=keep)

    def parse(self, env: int, category: str, text: str) -> Tree | SyntaxFault:
        """Reads `text` as exactly one phrase of a syntax category, with the notations that `env` knows."""
        return self._ask(self._limits.request_seconds, to_tree, op="parse", env=env, category=category, source=text)

    def kinds(self, env: int, category: str | None = None) -> tuple[str, ...]:
        """Returns the node kinds that the grammar of `env` knows: those of one syntax category, or all of them."""
        return self._ask(self._limits.request_seconds, to_kinds, op="kinds", env=env, category=category)

    def audit(self, base: int, env: int, name: str) -> Audit:
        """Says what `name` in `env` is and rests on, and adds its new parts to `base` again with the kernel on.

        Every acceptance needs an audit; so here the files of Lean are held against what they were before the process started.
        """
        audit = self._ask(self._limits.request_seconds, to_audit, op="audit", base=base, env=env, name=name)
        if files_state(self._toolchain) != self._files:
            lost = SessionLost(f"files of Lean in {self._toolchain.root} changed while the process ran")
            self._lose(lost)
            raise lost
        return audit

    def memory(self) -> int:
        """Returns the bytes of memory that Lean's heap takes; the session is recycled by this figure."""
        return self._ask(self._limits.request_seconds, to_bytes, op="memory")

    def write_snapshot(self, file: Path) -> str:
        """Writes the process's memory to a new file and returns the SHA-256 of it."""
        return self._ask(self._limits.start_seconds, to_sha256, op="snapshot", file=str(file))

    def forget(self, env: int) -> None:
        """Frees an environment that no later request will name."""
        self._ask(self._limits.request_seconds, lambda _: None, op="forget", env=env)

    def _ask(self, seconds: float, read: Callable[[Reply], _T], **request: object) -> _T:
        """Sends a request and reads its reply; whatever is wrong with either ends the process."""
        nonce = secrets.token_hex(16)
        body = json.dumps({**request, "nonce": nonce}).encode()
        try:
            return read(checked(self._pipe.exchange(body, self._seconds(seconds)), nonce))
        except SessionLost as lost:
            self._lose(lost)
            raise

    def _check_files(self) -> None:
        if not is_pinned(self._toolchain, self._files):
            raise SessionLost(f"the files of Lean in {self._toolchain.root} are not the pinned ones")

    def _seconds(self, seconds: float) -> float:
        """Returns how long a request may take that may take so long by itself."""
        left = seconds if self.deadline is None else min(seconds, self.deadline - time.monotonic())
        if left <= 0:
            raise SessionLost("the time of the request was over before Lean was asked", "time")
        return left

    def _lose(self, lost: SessionLost) -> None:
        self.lost = self.lost or lost
        self.close()


def _command(
    toolchain: Toolchain, limits: SessionLimits, fds: Sequence[int], begin: Start | None, writes: Path | None
) -> list[str]:
    numbers = [str(fd) for fd in fds]
    if toolchain.kind == "native":
        lean, driver = toolchain.root / "bin" / "lean", _HERE / "driver.lean"
        return [str(lean), f"--tstack={limits.stack_kib}", "--run", str(driver), *numbers]
    # The permission model is a second fence: no writing, no processes, and reading in two folders only.
    folders = [_HERE, toolchain.root, *([begin.file.parent] if begin else [])]
    allowed = [*(f"--allow-fs-read={folder}" for folder in folders), *([f"--allow-fs-write={writes}"] if writes else [])]
    # The module has a pinned digest, so each function is validated when it is first called. Most processes are short: with a
    # larger budget than V8's own, 13 million, fewer functions are compiled a second time.
    flags = [f"--stack-size={limits.stack_kib}", "--wasm-lazy-validation", "--wasm-tiering-budget=60000000",
             "--permission", "--allow-worker", *allowed]  # fmt: skip
    snapshot = [str(begin.file), begin.sha256] if begin else []
    return [str(toolchain.node), *flags, str(_HERE / "driver.js"), str(toolchain.root / "package"),
            str(toolchain.root / "lib"), *numbers, *snapshot]  # fmt: skip
