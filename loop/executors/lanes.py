"""Several workers, each with one judge and one question at a time; a worker that dies costs its question and no more.

A question whose worker died is put once more, to a new worker; if that one dies too, it is declined. So a candidate on which
judges run out of memory does not end a run.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Protocol

from loop.executors.executor import Answer, Question, Say
from loop.executors.wire import WireError, from_bytes, to_bytes
from verify.reasons import Reason, TimedOut, ToolBroken
from verify.verdict import to_verdict

TRIES: Final = 2
"""how many workers may die of one question"""


class WorkerDied(Exception):  # noqa: N818 - it names the event, which the lanes live with
    """A worker ended without an answer; the message says how."""


class Worker(Protocol):
    """One worker, with a judge of its own."""

    def ask(self, question: bytes, say: Say) -> bytes:
        """Return an `Answer` as bytes. Raises WorkerDied."""
        ...

    def close(self) -> None:
        """End it at once, also while another thread waits in `ask`."""
        ...


@dataclass(frozen=True, slots=True)
class Faulted:
    """What a worker answers where its judge failed in a way that nobody foresaw."""

    what: str


@dataclass(frozen=True, slots=True)
class Said:
    """What goes back in the end: an answer or a fault."""

    answer: Answer | Faulted


@dataclass(frozen=True, slots=True)
class _Item:
    question: Question
    say: Say
    future: "Future[Answer]"


class Lanes:
    """An executor: one thread for each worker, which asks it, and starts another where it died."""

    def __init__(
        self, start: Callable[[], Worker], jobs: int, *, trusted: bool, first: Callable[[], object] = lambda: None
    ) -> None:
        """Start nothing: a worker starts with its first question; `first` is called once before any, and may raise."""
        self.jobs, self.trusted = jobs, trusted
        self._start, self._first = start, first
        self._items: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._workers: set[Worker] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._closed = False

    @property
    def window(self) -> int:
        """Two questions for each worker, so that one which waits for an earlier verdict keeps no worker idle."""
        return 2 * self.jobs

    def submit(self, question: Question, say: Say) -> "Future[Answer]":
        """Hand a question in. Raises what `first` raises."""
        if not self._threads:
            self._first()
        if len(self._threads) < self.jobs:
            thread = threading.Thread(target=self._lane, daemon=True, name=f"judge-{len(self._threads)}")
            self._threads.append(thread)
            thread.start()
        item = _Item(question, say, Future())
        self._items.put(item)
        return item.future

    def close(self) -> None:
        """End all workers, with whatever they are at."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for _ in self._threads:
            self._items.put(None)
        for worker in workers:
            worker.close()
        for thread in self._threads:
            thread.join(timeout=10.0)

    def _lane(self) -> None:
        worker: Worker | None = None
        while not self._closed and (item := self._items.get()) is not None:
            item.future.set_running_or_notify_cancel()
            try:
                worker, answer = self._answer(worker, item)
                item.future.set_result(answer)
            except BaseException as fault:  # noqa: BLE001 - handed to whoever waits
                worker = None
                item.future.set_exception(fault)
        if worker is not None:
            self._end(worker)

    def _answer(self, worker: Worker | None, item: _Item) -> tuple[Worker | None, Answer]:
        """Have a worker answer, and another one where it died; return the one that lives."""
        content, died = to_bytes(item.question), ""
        for _ in range(TRIES):
            worker = worker or self._begun()
            try:
                said = from_bytes(worker.ask(content, item.say), Said).answer
            except WorkerDied as death:
                self._end(worker)
                worker, died = None, str(death)
                if self._closed:
                    break
            except WireError as error:
                self._end(worker)
                return None, _refused(ToolBroken(what=f"a worker answered outside its protocol: {error}"))
            else:
                return worker, said if isinstance(said, Answer) else _refused(ToolBroken(what=said.what, do="Please report it."))
        what = f"{TRIES} workers died of it: {died}"
        return None, _refused(TimedOut(what=what, do="Give the judges more memory: fewer --jobs, or a larger machine."))

    def _begun(self) -> Worker:
        worker = self._start()
        with self._lock:
            self._workers.add(worker)
            closed = self._closed
        if closed:
            self._end(worker)
            raise WorkerDied("the executor was closed.")
        return worker

    def _end(self, worker: Worker) -> None:
        with self._lock:
            self._workers.discard(worker)
        worker.close()


def _refused(reason: Reason) -> Answer:
    from loop.examine import Examination  # noqa: PLC0415 - a run with nothing to judge needs no prover

    return Answer(Examination(to_verdict(reason, "worker", ())))
