"""Fresh Lean processes for accepting checks, started ahead so that nobody waits for one.

Decides: nothing; it only sees to it that a kernel is handed out once, in a process that has loaded the library and nothing else.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType
from typing import Final, Self

from verify.gates.kernel import Kernel
from verify.lean_library import load_library
from verify.limits import Limits
from verify.session import DEFAULT_LIMITS, Session, SessionLimits, SessionLost
from verify.snapshot import Snapshot, is_kept, snapshot
from verify.toolchain import Toolchain

STARTS: Final = 3
"""times that a process is started where its snapshot was taken away between being found and being read"""


def start_kernel(
    toolchain: Toolchain,
    limits: Limits,
    uses: SessionLimits = DEFAULT_LIMITS,
    opened: Callable[[Session], None] = lambda _: None,
) -> Kernel:
    """Start a process with the library loaded, and return the kernel. Raises SessionLost and LibraryBroken.

    `uses` is what the process may use, but for the time of one request; `opened` is as for `Session.start`.
    """
    uses = replace(uses, request_seconds=float(limits.lean_seconds))
    begin, session = _started(toolchain, uses, opened)
    try:
        return Kernel(session, begin.library if begin else load_library(session), toolchain, limits)
    except BaseException:
        session.close()
        raise


def _started(
    toolchain: Toolchain, uses: SessionLimits, opened: Callable[[Session], None]
) -> tuple[Snapshot | None, Session]:
    """Start a process at the snapshot that is kept; where that went away on the way there, at the next one."""
    for left in reversed(range(STARTS)):
        begin = snapshot(toolchain)
        try:
            return begin, Session.start(toolchain, uses, opened, begin.start if begin else None)
        except SessionLost:
            if begin is None or not left or is_kept(toolchain, begin):
                raise
    raise AssertionError("the last start gives a session or raises")


class _Start:
    """One kernel that is being started in a thread of its own."""

    def __init__(self, toolchain: Toolchain, limits: Limits) -> None:
        self._future: Future[Kernel] = Future()
        self._session: Session | None = None
        self._given_up = False
        self._lock = threading.Lock()
        threading.Thread(target=self._run, args=(toolchain, limits), daemon=True).start()

    def _run(self, toolchain: Toolchain, limits: Limits) -> None:
        try:
            kernel = start_kernel(toolchain, limits, opened=self._opened)
        except BaseException as fault:  # noqa: BLE001 - handed to whoever takes
            self._future.set_exception(fault)
            return
        with self._lock:
            if self._given_up:
                kernel.session.close()
            self._future.set_result(kernel)

    def _opened(self, session: Session) -> None:
        with self._lock:
            self._session = session
            if self._given_up:
                session.interrupt()

    def result(self) -> Kernel:
        """Wait for the kernel; it is the caller's to close. Raises what starting it raised."""
        try:
            return self._future.result()
        except BaseException:
            self.give_up()
            raise

    def give_up(self) -> None:
        """End the process, wherever its start has got to."""
        with self._lock:
            self._given_up = True
            if self._session is not None:
                self._session.interrupt()
            if self._future.done() and self._future.exception() is None:
                self._future.result().session.close()


class Standby:
    """Holds processes in waiting, for any thread that takes one, from `warm` or the first `take` on, until `close`."""

    def __init__(self, toolchain: Toolchain, limits: Limits) -> None:
        """Start nothing yet."""
        self._toolchain, self._limits = toolchain, limits
        self._starting: list[_Start] = []
        self._closed = False
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        """Return the standby itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End the processes in waiting."""
        self.close()

    def warm(self, ahead: int = 1) -> None:
        """See to it that so many processes are waiting or starting in the background."""
        with self._lock:
            while len(self._starting) < ahead and not self._closed:
                self._starting.append(_Start(self._toolchain, self._limits))

    def take(self) -> Kernel:
        """Return a kernel in a fresh process; it is the caller's to close. Raises what starting one raised."""
        with self._lock:
            self.warm()
            if not self._starting:
                raise RuntimeError("the standby was closed")
            start = self._starting.pop(0)
        return start.result()

    def close(self) -> None:
        """End what is waiting and what is starting."""
        with self._lock:
            self._closed = True
            while self._starting:
                self._starting.pop().give_up()
