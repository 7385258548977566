"""One worker process, which answers one question at a time, and the calls that wait for it in their order.

A call that is not wanted any more ends the worker that is at its question, with all that this began; the next call starts
another. Nothing here decides anything.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from loop.executors.executor import Answer, Maker, Question
from loop.executors.lanes import Faulted, Said, WorkerDied
from loop.executors.local import Process
from loop.executors.wire import WireError, from_bytes, to_bytes
from verify.reasons import Refusal, ToolBroken

LOOK: Final = 0.1
"""seconds after which a call that waits for its turn looks whether it is still wanted"""


class Cancelled(Exception):  # noqa: N818 - an outcome: whoever called does not wait any more
    """The call was given up by its client, or the server ends."""


@dataclass(slots=True, eq=False)
class Ticket:
    """One call: what it is at, since when, and whether it is still wanted."""

    stage: str = "begins"
    begun: float = field(default_factory=time.monotonic)
    _given_up: threading.Event = field(default_factory=threading.Event)
    _end: Callable[[], None] | None = None
    _lock: "threading.RLock" = field(default_factory=threading.RLock)
    """a signal may end the call in the thread that is giving it up"""

    @property
    def seconds(self) -> float:
        """Seconds since the call came."""
        return time.monotonic() - self.begun

    @property
    def given_up(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._given_up.is_set()

    def say(self, what: str) -> None:
        """Take note of what is being done."""
        self.stage = what

    def check(self) -> None:
        """Raise Cancelled where nobody waits for it any more."""
        if self.given_up:
            raise Cancelled

    def give_up(self) -> None:
        """End what is at work for it; from any thread, and once or more."""
        with self._lock:
            self._given_up.set()
            end, self._end = self._end, None
        if end is not None:
            end()

    @contextmanager
    def ended_by(self, end: Callable[[], None]) -> Iterator[None]:
        """Have `end` called where the call is given up meanwhile. Raises Cancelled where it was before."""
        with self._lock:
            if self._given_up.is_set():
                raise Cancelled
            self._end = end
        try:
            yield
        finally:
            with self._lock:
                self._end = None


class Lane:
    """A worker process that starts with its first question, and stays warm."""

    def __init__(self, make: Callable[[], Maker]) -> None:
        """Start nothing; `make` is called for each process that starts."""
        self._make = make
        self._process: Process | None = None
        self._waiting: deque[Ticket] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def ask(self, question: Question, ticket: Ticket) -> Answer:
        """Return the worker's answer, after those who came before. Raises Cancelled, Refusal (ToolBroken)."""
        with self._turn(ticket):
            process = self._process = self._process or Process(self._make())
            try:
                with ticket.ended_by(process.close):
                    said = from_bytes(process.ask(to_bytes(question), ticket.say), Said).answer
            except WorkerDied as died:
                self._drop()
                ticket.check()
                if self._closed:
                    raise Cancelled from None
                what = f"the process that judged died: {died}"
                do = "Try again; where it happens again, give the machine more memory, or try a simpler candidate."
                raise Refusal(ToolBroken(what=what, do=do)) from None
            except WireError as error:
                self._drop()
                raise Refusal(ToolBroken(what=f"a worker answered outside its protocol: {error}.", do="Try again.")) from None
            except Cancelled:
                raise
            except BaseException:
                self._drop()  # nobody knows what the process would say next
                raise
        if isinstance(said, Faulted):
            raise Refusal(ToolBroken(what=said.what, do="Please report it, with the candidate."))
        return said

    def close(self) -> None:
        """End the process, with whatever it is at; later questions are Cancelled."""
        with self._changed:
            self._closed = True
            waiting = list(self._waiting)
            self._changed.notify_all()
        for ticket in waiting:
            ticket.give_up()
        self._drop()

    @contextmanager
    def _turn(self, ticket: Ticket) -> Iterator[None]:
        """Wait for one's turn, in the order of the calls. Raises Cancelled."""
        with self._changed:
            self._waiting.append(ticket)
        try:
            with self._changed:
                while self._waiting[0] is not ticket:
                    ticket.check()
                    ticket.say(f"waits for {list(self._waiting).index(ticket)} before it")
                    self._changed.wait(LOOK)
            ticket.check()
            if self._closed:
                raise Cancelled
            yield
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _drop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.close()
