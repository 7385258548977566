"""Work in a thread of its own."""

import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_thread(work: Callable[[], T]) -> Future[T]:
    """Do some work in a thread of its own, which does not keep the program from ending."""
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as fault:  # noqa: BLE001 - handed to whoever waits
            outcome.set_exception(fault)

    threading.Thread(target=run, daemon=True).start()
    return outcome


def worker_inbox(receive: Callable[[], T]) -> "queue.SimpleQueue[T]":
    """Begin to be a worker process: return what its parent sends, as it comes. This process ends when the parent is gone."""
    # Ctrl-C goes to all processes of a terminal; the parent ends this one in good order
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.set_int_max_str_digits(0)
    messages: queue.SimpleQueue[T] = queue.SimpleQueue()

    def read() -> None:
        while True:
            try:
                messages.put(receive())
            except (EOFError, OSError):
                # nobody waits for what is at work; children see their pipes end
                os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return messages
