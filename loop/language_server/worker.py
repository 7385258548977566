"""A worker process: it answers jobs, one at a time, until the other side is gone, or kills it because the text changed."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TypeAlias

from loop.language_server.facts import Job, Outcome, Reading
from loop.threads import worker_inbox
from verify.toolchain import Preference


@dataclass(frozen=True, slots=True)
class Says:
    """What the worker is at, for people."""

    what: str


@dataclass(frozen=True, slots=True)
class Done:
    """The job is over; `failed` says why, where it did not come to its end."""

    failed: str = ""


Message: TypeAlias = Says | Reading | Outcome | Done


def work(pipe: Connection, lean: Preference) -> None:
    """Be a worker."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    jobs = worker_inbox(pipe.recv)
    worker = _Worker(pipe, lean)
    while True:
        worker.answer(jobs.get())


class _Worker:
    def __init__(self, pipe: Connection, lean: Preference) -> None:
        # what only a worker needs; the server itself starts without it
        from loop.language_server import judging, reading  # noqa: PLC0415

        self._pipe, self._judging, self._reading = pipe, judging, reading
        self._graphs, self._prover = reading.Graphs(), judging.Prover(lean)

    def answer(self, job: Job) -> None:
        """Send what there is to say of a job, and at last that it is over."""
        try:
            for message in self._answers(job):
                self._pipe.send(message)
            done = Done()
        except Exception as fault:
            if os.environ.get("QED_DEBUG"):
                raise
            done = Done(f"{type(fault).__name__}: {' '.join(str(fault).split())[:300]} (QED_DEBUG=1 shows where)")
        self._pipe.send(done)

    def _answers(self, job: Job) -> Iterator[Message]:
        def say(what: str) -> None:
            self._pipe.send(Says(what))

        match job.kind:
            case "read":
                yield self._reading.read(job, self._graphs)
            case "test":
                yield from self._judging.test(job, self._graphs, say)
            case "prove":
                yield from self._prover.prove(job, self._graphs, say)
