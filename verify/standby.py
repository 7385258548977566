"""Fresh Lean processes for accepting checks, started ahead so that nobody waits for one.

Decides: nothing; it only sees to it that a kernel is handed out once, in a process that has loaded the library and nothing else.
"""

import threading
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
    """Holds one process in waiting, from `warm` or the first `take` on, until `close`."""

    def __init__(self, toolchain: Toolchain, limits: Limits) -> None:
        """Start nothing yet."""
        self._toolchain, self._limits = toolchain, limits
        self._thread: threading.Thread | None = None
        self._waiting: Kernel | None = None
        self._fault: Exception | None = None
        self._closed = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        """Return the standby itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End the process in waiting."""
        self.close()

    def warm(self) -> None:
        """Begin to start a process in the background, if none is started or waiting."""
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._start, daemon=True)
            self._thread.start()

    def _start(self) -> None:
        try:
            kernel = start_kernel(self._toolchain, self._limits)
        except Exception as fault:  # noqa: BLE001 - handed to whoever takes
            self._fault = fault
            return
        with self._lock:
            if not self._closed:
                self._waiting = kernel
                return
        kernel.session.close()

    def take(self) -> Kernel:
        """Return a kernel in a fresh process; it is the caller's to close. Raises what starting one raised."""
        self.warm()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()
        kernel, self._waiting = self._waiting, None
        fault, self._fault = self._fault, None
        if kernel is not None:
            return kernel
        raise fault or RuntimeError("the standby was closed")

    def close(self) -> None:
        """End what is waiting, and what is still starting once it has started."""
        with self._lock:
            self._closed = True
            kernel, self._waiting = self._waiting, None
        if kernel is not None:
            kernel.session.close()
