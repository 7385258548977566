"""Lanes: each has one worker process at a time, which is started when it is first needed and killed with the job it is at."""

import asyncio
import contextlib
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Final

from loop.language_server.facts import Job
from loop.language_server.worker import Done, Message, work
from verify.toolchain import Preference

TRIES: Final = 2
"""workers that a job is given to: one that was killed for want of memory may have carried what others left"""


IDLE: Final = 600.0
"""seconds after which a worker that nobody asks gives its memory back: a warm Lean takes a lot of it"""


class WorkerLost(Exception):  # noqa: N818 - what became of a process, told to the user
    """A worker ended before its job did, or failed at it; the message says how, for people."""


class Lane:
    """Does jobs one after another; a job whose task is cancelled is ended at once, with all that it started.

    A lane that is `brief` has jobs so short that they are let come to their end, and the worker keeps what it has loaded.
    """

    def __init__(self, lean: Preference, threads: ThreadPoolExecutor, *, brief: bool = False) -> None:
        """Start nothing yet; `threads` has a place for each lane, in which its worker is waited for."""
        self._lean, self._threads, self._turn, self._brief = lean, threads, asyncio.Lock(), brief
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._idle: asyncio.TimerHandle | None = None

    async def run(self, job: Job, hear: Callable[[Message], None]) -> None:
        """Do a job, and hand on each of its messages as it comes. Raises WorkerLost."""
        await self._turn.acquire()
        task = asyncio.get_running_loop().create_task(self._tried(job, hear))
        task.add_done_callback(lambda _: self._turn.release())
        await (asyncio.shield(task) if self._brief else task)

    async def _tried(self, job: Job, hear: Callable[[Message], None]) -> None:
        if self._idle is not None:
            self._idle.cancel()
        for left in reversed(range(TRIES)):
            try:
                await self._done(job, hear)
            except (EOFError, OSError):
                code = self._dropped()
                if not left:
                    raise WorkerLost(f"the worker process ended with {_how(code)}.") from None
            except BaseException:
                self._dropped()
                raise
            else:
                break
        self._idle = asyncio.get_running_loop().call_later(IDLE, self._dropped)

    async def _done(self, job: Job, hear: Callable[[Message], None]) -> None:
        loop, pipe = asyncio.get_running_loop(), self.start()
        await loop.run_in_executor(self._threads, pipe.send, job)
        while not isinstance(message := await loop.run_in_executor(self._threads, pipe.recv), Done):
            hear(message)
        if message.failed:
            raise WorkerLost(message.failed)

    def start(self) -> Connection:
        """Start the worker, where there is none, and return the pipe to it."""
        if self._pipe is None or self._process is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, other = context.Pipe()
            self._process = context.Process(target=work, args=(other, self._lean), daemon=True)
            self._process.start()
            other.close()
        return self._pipe

    def _dropped(self) -> int | None:
        """Kill the worker; return how it ended. The pipe is left to whoever reads from it, who sees it end."""
        process, self._process, self._pipe = self._process, None, None
        if process is None:
            return None
        process.kill()
        process.join()
        return process.exitcode

    def close(self) -> None:
        """Kill the worker."""
        with contextlib.suppress(OSError):
            self._dropped()


def _how(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
