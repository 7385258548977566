"""Warm Lean sessions that serve requests from many threads, and are replaced before they can do harm.

Decides: nothing; it says which session serves a request, when one is thrown away, and that a request whose session was lost has
no answer but a Reason.
"""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self, TypeVar

from verify.gates.kernel import Kernel, lost_reason
from verify.lean_library import LibraryBroken
from verify.limits import Limits
from verify.machine import SESSION_BYTES, fitting_sessions
from verify.pipe import resident_bytes
from verify.reasons import Reason, TimedOut, ToolBroken
from verify.session import DEFAULT_LIMITS, Session, SessionLimits, SessionLost
from verify.standby import start_kernel
from verify.toolchain import Toolchain

T = TypeVar("T")
CLOSE_SECONDS: Final = 10.0
"""how long the end of a pool waits for each thread; its processes are dead by then, and an interrupted thread may hold a lock"""


@dataclass(frozen=True, slots=True)
class PoolRules:
    """When a session is thrown away although nothing went wrong, and what a request may use."""

    checks: int = 10_000
    """requests that one session serves"""
    memory_bytes: int = SESSION_BYTES
    """resident memory after a request above which its session is replaced"""
    request_seconds: float = 600.0
    """wall clock of one request, all its exchanges with Lean together"""
    uses: SessionLimits = DEFAULT_LIMITS
    """what the process of a session may use during a request, before it is killed"""


DEFAULT_RULES: Final = PoolRules()


@dataclass(slots=True)
class _Worker:
    kernel: Kernel
    served: int = 0


class Pool:
    """Sessions with the library loaded, started in the background; use it as a context manager, from any threads.

    A request waits until a session is free. Its session is thrown away when it was lost in any way (the process died, threw an
    exception, answered outside the protocol, or reached a limit) and when a rule says so; a successor starts in the background.
    """

    def __init__(
        self, toolchain: Toolchain, limits: Limits, sessions: int | None = None, rules: PoolRules = DEFAULT_RULES
    ) -> None:
        """Begin to start as many sessions as fit, or as `sessions` says."""
        self.sessions = max(1, fitting_sessions() if sessions is None else sessions)
        self.counts: Counter[str] = Counter()
        """requests `served` and `retried`; sessions `started`, `lost` (to a fault or a limit) and `recycled` (by a rule)"""
        self.peak_bytes = 0
        """most resident memory of a session after a request"""
        self._toolchain, self._limits, self._rules = toolchain, limits, rules
        self._changed = threading.Condition()
        self._idle: list[_Worker] = []
        self._open: list[Session] = []
        self._vacant = self.sessions
        """places that have no session, and nobody who is starting one"""
        self._threads: list[threading.Thread] = []
        self._closed = False
        for _ in range(self.sessions):
            self._refill()

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """End every process."""
        self.close()

    def run(self, request: Callable[[Kernel], T], limits: Limits | None = None) -> T | Reason:
        """Return the answer of a request, or a Reason where its session was lost. What the request raises goes through.

        The answer must hold no number of an environment: it means nothing in another session. A request whose session was lost
        is made once more in a fresh one, since the fault may have been the session's; a second loss is final. A limit that it
        reached is final at once: the clock would run out again, and it is heartbeats that cut work off alike on every machine.
        Memory is the exception, since what came before took some of it.
        """
        try:
            return self._run(request, limits)
        except SessionLost as lost:
            return lost_reason(lost)
        except LibraryBroken as broken:
            return ToolBroken(what=f"{broken}.", do="Restore lean/QED, or run `qed doctor --install`.")

    def wait(self) -> bool:
        """Wait until no session is busy or starting, and return whether every place has one."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._idle) + self._vacant == self.sessions)
            return len(self._idle) == self.sessions

    def pids(self) -> tuple[int, ...]:
        """Return the numbers of the processes that serve, or are starting."""
        with self._changed:
            return tuple(session.pid for session in self._open if not session.closed)

    def close(self) -> None:
        """End every process, busy and starting ones too; requests under way and later ones get a Reason."""
        with self._changed:
            self._closed = True
            for session in self._open:
                session.interrupt()
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for worker in idle:
            worker.kernel.session.close()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)

    def _run(self, request: Callable[[Kernel], T], limits: Limits | None) -> T | Reason:
        worker = self._place()
        try:
            worker = worker or self._start()
            answer, lost = self._serve(worker, request, limits)
            if lost is not None and (lost.limit is None or (lost.limit == "memory" and worker.served > 1)) and not self._closed:
                worker = None
                self._count("lost", "retried")
                worker = self._start()
                answer, _ = self._serve(worker, request, limits)
            return answer
        finally:
            self._give_back(worker)

    def _serve(
        self, worker: _Worker, request: Callable[[Kernel], T], limits: Limits | None
    ) -> tuple[T | Reason, SessionLost | None]:
        """Return the answer, and why the session is of no use any more; then the answer is a Reason, whatever was answered."""
        kernel, session = worker.kernel, worker.kernel.session
        kernel.limits = self._limits if limits is None else limits
        session.deadline = time.monotonic() + self._rules.request_seconds
        worker.served += 1
        answer: T | Reason
        lost: SessionLost | None = None
        try:
            answer = request(kernel)
        except SessionLost as fault:
            answer, lost = lost_reason(fault), fault
        except BaseException:
            session.close()
            raise
        told = isinstance(answer, TimedOut | ToolBroken)
        lost = session.lost or lost or (SessionLost(str(answer)) if told else None)
        session.deadline = None
        if lost is None:
            return answer, None
        session.close()
        return answer if told else lost_reason(lost), lost

    def _place(self) -> _Worker | None:
        """Return a session that is free, or None where the caller has a place to start one. Raises SessionLost once closed."""
        with self._changed:
            while True:
                if self._closed:
                    raise SessionLost("the pool was closed")
                while self._idle:
                    worker = self._idle.pop(0)
                    if worker.kernel.session.alive():
                        return worker
                    worker.kernel.session.close()
                    self._count("lost")
                    self._vacant += 1
                    self._refill()
                if self._vacant:
                    self._vacant -= 1
                    return None
                self._changed.wait()

    def _give_back(self, worker: _Worker | None) -> None:
        """Let the next request have a session, or its place where the session is gone or worn out."""
        if worker is None or self._is_fit(worker):
            self._settle(worker)
        else:
            worker.kernel.session.close()
            with self._changed:
                self._settle(None)
                self._refill()

    def _settle(self, worker: _Worker | None) -> None:
        with self._changed:
            kept = worker is not None and not self._closed
            if worker is not None and kept:
                self._idle.append(worker)
            else:
                self._vacant += 1
            self._changed.notify_all()
        if worker is not None and not kept:
            worker.kernel.session.close()

    def _is_fit(self, worker: _Worker) -> bool:
        session, used = worker.kernel.session, 0
        with contextlib.suppress(SessionLost):
            used = 0 if session.closed else resident_bytes(session.pid) or session.memory()
        worn = worker.served >= self._rules.checks or used > self._rules.memory_bytes
        self._count("served", *(["lost"] if session.closed else ["recycled"] if worn else []))
        self.peak_bytes = max(self.peak_bytes, used)
        return not (session.closed or worn)

    def _count(self, *names: str) -> None:
        with self._changed:
            self.counts.update(names)

    def _refill(self) -> None:
        """Start a session in the background for a place that has none."""
        with self._changed:
            if self._closed or not self._vacant:
                return
            self._vacant -= 1
            thread = threading.Thread(target=self._start_idle, daemon=True)
            self._threads = [*(t for t in self._threads if t.is_alive()), thread]
            thread.start()

    def _start_idle(self) -> None:
        worker = None
        with contextlib.suppress(Exception):  # then the place is vacant, and the next request tries itself and is told why
            worker = self._start()
        self._settle(worker)

    def _start(self) -> _Worker:
        try:
            return _Worker(start_kernel(self._toolchain, self._limits, self._rules.uses, self._opened))
        except OSError as error:
            raise SessionLost(f"the process could not be started: {error}") from error

    def _opened(self, session: Session) -> None:
        with self._changed:
            self._count("started")
            self._open = [*(s for s in self._open if not s.closed), session]
            if self._closed:
                session.interrupt()
