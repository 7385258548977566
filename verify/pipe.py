"""Exchanges frames with a child process, and kills it when anything is out of order.

Refuses only: a reply is handed on or the child is dead; what the reply says is judged elsewhere. The child gets
an empty environment, a session of its own (so that its whole process group can be killed) and three pipes: requests,
replies, and a lifeline whose end-of-file tells it that the parent is gone. What it prints is kept apart from replies.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_CHUNK: Final = 1 << 16
_TICK_SECONDS: Final = 0.25
_KEPT_OUTPUT: Final = 4000
Limit: TypeAlias = Literal["time", "memory", "output", "reply", "stack"]


class SessionLost(Exception):  # noqa: N818 - it names an outcome, as the verdicts do
    """The child process is gone, and with it every environment; the request has no answer.

    `reason` says what happened, for people. `limit` names the limit that the request reached, None where something failed:
    the process died, or answered outside the protocol. Neither is ever a verdict about the text.
    """

    def __init__(self, reason: str, limit: Limit | None = None) -> None:
        """Keeps the reason, one sentence, and the limit."""
        super().__init__(reason)
        self.reason: Final = reason
        self.limit: Final = limit


@dataclass(frozen=True, slots=True)
class PipeLimits:
    """What a child may use before it is killed; output is what it prints during one request."""

    reply_bytes: int
    output_bytes: int
    memory_bytes: int


@dataclass(slots=True)
class _Ends:
    """The parent's ends of the three pipes."""

    requests: int
    replies: int
    lifeline: int


@dataclass(slots=True)
class Pipe:
    """A running child and the parent's ends of its pipes."""

    process: subprocess.Popen[bytes]
    limits: PipeLimits
    _ends: _Ends
    _tail: bytearray = field(default_factory=bytearray)
    _printed: int = 0
    _closed: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def closed(self) -> bool:
        """Whether `kill` was called."""
        return self._closed

    def alive(self) -> bool:
        """Returns whether the child runs; it is looked at without being reaped, so that its number stays its own."""
        with self._lock:
            if self._closed:
                return False
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def exchange(self, body: bytes, seconds: float) -> bytes:
        """Sends one frame and returns the frame that comes back, or kills the child and raises `SessionLost`."""
        if self._closed:
            raise SessionLost("the session was closed before this request; start another one")
        self._printed = 0
        try:
            return self._exchange(struct.pack(">I", len(body)) + body, time.monotonic() + seconds, seconds)
        except BaseException:
            self.kill()
            raise

    def _exchange(self, frame: bytes, deadline: float, seconds: float) -> bytes:
        to_send, reply, needed = memoryview(frame), bytearray(), 4
        with selectors.DefaultSelector() as selector:
            selector.register(self._ends.replies, selectors.EVENT_READ)
            selector.register(self._output(), selectors.EVENT_READ)
            selector.register(self._ends.requests, selectors.EVENT_WRITE)
            while len(reply) < needed:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise SessionLost(f"no answer within {seconds:g} s; the process was killed", "time")
                for key, _ in selector.select(min(left, _TICK_SECONDS)):
                    if key.fd == self._ends.requests:
                        to_send = self._send(to_send)
                        if not to_send:
                            selector.unregister(self._ends.requests)
                    elif key.fd == self._ends.replies:
                        needed = self._receive(reply, needed)
                    elif not self._drain():
                        selector.unregister(key.fd)
                self._check_memory()
        if to_send or len(reply) != needed:
            raise SessionLost("the reply does not fit the request: it came early, or more than one came")
        return bytes(reply[4:])

    def _send(self, frame: memoryview) -> memoryview:
        try:
            return frame[os.write(self._ends.requests, frame[:_CHUNK]) :]
        except BlockingIOError:
            return frame
        except BrokenPipeError:
            raise SessionLost(self._death()) from None

    def _receive(self, reply: bytearray, needed: int) -> int:
        try:
            chunk = os.read(self._ends.replies, _CHUNK)
        except BlockingIOError:
            return needed
        if not chunk:
            raise SessionLost(self._death())
        reply += chunk
        if len(reply) >= 4:  # noqa: PLR2004 - the length of the length
            (length,) = struct.unpack(">I", reply[:4])
            if length > self.limits.reply_bytes:
                what = f"a reply of {length} bytes exceeds the limit of {self.limits.reply_bytes}"
                raise SessionLost(what, "reply")
            return int(length) + 4
        return needed

    def _output(self) -> IO[bytes]:
        if self.process.stdout is None:
            raise SessionLost("the child has no output pipe")
        return self.process.stdout

    def _drain(self) -> bool:
        """Reads what the child printed, keeps the end of it for the reason of a loss, and says if more may come."""
        try:
            chunk = os.read(self._output().fileno(), _CHUNK)
        except BlockingIOError:
            return True
        self._printed += len(chunk)
        self._tail += chunk
        del self._tail[:-_KEPT_OUTPUT]
        if self._printed > self.limits.output_bytes:
            raise SessionLost(f"the process printed more than {self.limits.output_bytes} bytes", "output")
        return bool(chunk)

    def _check_memory(self) -> None:
        used = resident_bytes(self.process.pid)
        if used > self.limits.memory_bytes:
            what = f"the process held {used >> 20} MB, more than the {self.limits.memory_bytes >> 20} allowed"
            raise SessionLost(what, "memory")

    def _death(self) -> str:
        with contextlib.suppress(OSError, SessionLost):
            while self._drain():
                if not selectable(self._output().fileno()):
                    break
        said = self._tail.decode("utf-8", "replace").strip()[-400:]
        return "the process ended in the middle of a request" + (f"; it printed: {said}" if said else "")

    def interrupt(self) -> None:
        """Kills the child's process group from any thread, and waits until the child is dead.

        The thread that exchanges sees the loss, and is to call `kill`.
        """
        with self._lock:
            if not self._closed:
                self._signal()
                with contextlib.suppress(ChildProcessError):
                    os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)

    def _signal(self) -> None:
        # The leader is not reaped before `kill` waits for it, so its number cannot belong to another process yet.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kills the child's process group and closes every pipe; does nothing the second time.

        For the thread that exchanges: another one would close descriptors whose numbers may then be given out again.
        """
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._signal()
            self.process.wait()
        self._output().close()
        for fd in (self._ends.requests, self._ends.replies, self._ends.lifeline):
            os.close(fd)


def selectable(fd: int) -> bool:
    """Returns whether a read of `fd` would give something at once."""
    with selectors.DefaultSelector() as selector:
        selector.register(fd, selectors.EVENT_READ)
        return bool(selector.select(0))


def resident_bytes(pid: int) -> int:
    """Returns the resident memory of a process, or 0 where the system has no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_pipe(command: Callable[[int, int, int], Sequence[str]], limits: PipeLimits) -> Pipe:
    """Starts the child that `command` names, given the numbers of its request, reply and lifeline descriptors."""
    requests_in, requests_out = os.pipe()
    replies_in, replies_out = os.pipe()
    lifeline_in, lifeline_out = os.pipe()
    childs, ours = (requests_in, replies_out, lifeline_in), (requests_out, replies_in, lifeline_out)
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is made of the toolchain's own paths
            list(command(*childs)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=childs,
            env={},
            cwd="/",
            start_new_session=True,
        )
    except OSError as error:
        for fd in ours:
            os.close(fd)
        raise SessionLost(f"the process could not be started: {error}") from error
    finally:
        for fd in childs:
            os.close(fd)
    pipe = Pipe(process, limits, _Ends(requests_out, replies_in, lifeline_out))
    if process.stdout is not None:
        os.set_blocking(process.stdout.fileno(), False)
    for fd in (requests_out, replies_in):
        os.set_blocking(fd, False)
    return pipe
