"""Worker processes on this machine: each holds a judge, with its warm Lean, and ends when its parent does, however that ends."""

import contextlib
import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from loop.executors.executor import Judge, Maker, Say, answered
from loop.executors.lanes import Faulted, Lanes, Said, WorkerDied
from loop.executors.wire import to_bytes, to_question
from loop.threads import worker_inbox

JUDGE_BYTES: Final = 3 * 2**30
"""memory that one judge may take: two Lean sessions, the solvers, and this package"""
_SAYS, _ENDS = b"s", b"e"
"""how a message of a worker begins: what it is at, or its answer"""


def default_jobs() -> int:
    """Return how many judges fit this machine: one a core, as far as memory that is free now goes, and at least one."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _free_bytes() // JUDGE_BYTES))


def _free_bytes() -> int:
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("MemAvailable:")).split()[1])
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


class Process:
    """One worker process."""

    def __init__(self, make: Maker) -> None:
        """Start it; the judge is made with its first question."""
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=work, args=(other, make), daemon=True)
        self._process.start()
        other.close()

    @property
    def pid(self) -> int | None:
        """The number of the process."""
        return self._process.pid

    def ask(self, question: bytes, say: Say) -> bytes:
        """Return an answer as bytes. Raises WorkerDied."""
        try:
            self._pipe.send_bytes(question)
            while (message := self._pipe.recv_bytes())[:1] == _SAYS:
                say(message[1:].decode(errors="replace"))
        except (EOFError, OSError):
            self._process.join(timeout=5.0)
            raise WorkerDied(f"it ended with {_how(self._process.exitcode)}.") from None
        return message[1:]

    def close(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.join()
        with contextlib.suppress(OSError):
            self._pipe.close()


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {-code}"
    return f"exit code {code}"


def local(making: Callable[[], Maker], jobs: int, first: Callable[[], object] = lambda: None) -> Lanes:
    """Return an executor with worker processes, to which what `making` returns is sent; `first` is as `Lanes` has it."""
    return Lanes(lambda: Process(making()), jobs, trusted=True, first=first)


def work(pipe: Connection, make: Maker) -> None:
    """Be a worker: answer until the other side is gone."""
    questions = worker_inbox(pipe.recv_bytes)

    def say(what: str) -> None:
        with contextlib.suppress(OSError):
            pipe.send_bytes(_SAYS + what.encode(errors="replace"))

    judge: Judge | None = None
    while True:
        question = to_question(questions.get())
        try:
            judge = judge or make(say)
            said = Said(answered(judge, question))
        except Exception as fault:  # noqa: BLE001 - the parent is told, and goes on
            said = Said(Faulted(f"judging ended with {type(fault).__name__}: {' '.join(str(fault).split())[:300]}"))
        pipe.send_bytes(_ENDS + to_bytes(said))
