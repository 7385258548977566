"""Fresh Lean processes for accepting checks, started ahead so that nobody waits for one.

Decides: nothing; it only sees to it that a kernel is handed out once, in a process that has loaded the library and nothing else.
"""

import threading
from concurrent.futures import Future
from dataclasses import replace
from types import TracebackType
from typing import Self

from verify.gates.kernel import Kernel
from verify.lean_library import load_library
from verify.limits import Limits
from verify.session import DEFAULT_LIMITS, Session
from verify.toolchain import Toolchain


def start_kernel(toolchain: Toolchain, limits: Limits) -> Kernel:
    """Start a process, load the library in it, and return the kernel. Raises SessionLost and LibraryBroken."""
    session = Session.start(toolchain, replace(DEFAULT_LIMITS, request_seconds=float(limits.lean_seconds)))
    try:
        return Kernel(session, load_library(session), toolchain, limits)
    except BaseException:
        session.close()
        raise


class Standby:
    """Holds processes in waiting, from `warm` or the first `take` on, until `close`."""

    def __init__(self, toolchain: Toolchain, limits: Limits) -> None:
        """Start nothing yet."""
        self._toolchain, self._limits = toolchain, limits
        self._starting: list[Future[Kernel]] = []
        self._closed = False

    def __enter__(self) -> Self:
        """Return the standby itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End the processes in waiting."""
        self.close()

    def warm(self, ahead: int = 1) -> None:
        """See to it that so many processes are waiting or starting in the background."""
        while len(self._starting) < ahead and not self._closed:
            future: Future[Kernel] = Future()
            self._starting.append(future)
            threading.Thread(target=self._start, args=(future,), daemon=True).start()

    def _start(self, future: Future[Kernel]) -> None:
        try:
            kernel = start_kernel(self._toolchain, self._limits)
        except Exception as fault:  # noqa: BLE001 - handed to whoever takes
            future.set_exception(fault)
            return
        future.set_result(kernel)
        if self._closed:
            kernel.session.close()

    def take(self) -> Kernel:
        """Return a kernel in a fresh process; it is the caller's to close. Raises what starting one raised."""
        self.warm()
        if not self._starting:
            raise RuntimeError("the standby was closed")
        return self._starting.pop(0).result()

    def close(self) -> None:
        """End what is waiting; what is still starting ends once it has started, or with this process."""
        self._closed = True
        for future in self._starting:
            if future.done() and future.exception() is None:
                future.result().session.close()
        self._starting.clear()
