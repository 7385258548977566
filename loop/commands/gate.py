"""`qed ci`: carries the gate of `verify` out so that Ctrl-C ends it at once, and wrong usage is an object where JSON is due.

Nothing is judged here: what the gate prints and returns is handed on as it is.
"""

import contextlib
import io
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TextIO

from loop.commands.common import STOPPED, print_json
from verify.command import CiArguments, run_ci

LOOKS: Final = 0.2
"""seconds after which the main thread looks up, so that a signal comes through"""
SAID: Final = "qed ci: "


class _Heard(io.TextIOBase):
    """A stream that hands on what is written to it, and keeps the last line."""

    def __init__(self, to: TextIO) -> None:
        self._to = to
        self.last = ""

    def write(self, text: str) -> int:
        self.last = text.strip() or self.last
        return self._to.write(text)

    def flush(self) -> None:
        self._to.flush()


def gate(arguments: CiArguments) -> int:
    """Carry out `ci` and return its exit code. Raises what the gate raises.

    With `as_json` exactly one object goes to stdout, also where the options mean nothing.
    """
    if not arguments.as_json:
        return stoppable(lambda: run_ci(arguments), as_json=False)
    out, err = io.StringIO(), _Heard(sys.stderr)
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = stoppable(lambda: run_ci(arguments), as_json=True)
    if out.getvalue():
        sys.stdout.write(out.getvalue())
    else:
        print_json({"verdict": "error", "reason": "Usage", "message": err.last.removeprefix(SAID), "exit_code": code})
    return code


def stoppable(work: Callable[[], int], *, as_json: bool) -> int:
    """Do work that starts threads which nobody can stop, and return what it returns; a signal ends the whole process at once.

    The threads wait for Lean processes, each of which ends when its pipe does. What the work keeps in temporary folders lies in
    one of its own, which goes with the process.
    """
    done: list[int] = []
    raised: list[BaseException] = []

    def worked() -> None:
        try:
            done.append(work())
        except BaseException as fault:  # noqa: BLE001 - it is raised again where it is waited for
            raised.append(fault)

    before = tempfile.tempdir
    folder = Path(tempfile.mkdtemp(prefix="qed-ci-"))
    tempfile.tempdir = str(folder)
    worker = threading.Thread(target=worked, daemon=True)
    try:
        worker.start()
        while worker.is_alive():
            worker.join(LOOKS)
    except (KeyboardInterrupt, SystemExit) as ended:
        _leave(folder, ended.code if isinstance(ended, SystemExit) else STOPPED, as_json=as_json)
    finally:
        tempfile.tempdir = before
        shutil.rmtree(folder, ignore_errors=True)
    if raised:
        raise raised[0]
    return done[0]


def _leave(folder: Path, code: object, *, as_json: bool) -> None:
    """End the process, whatever its threads are at."""
    ended, message = code if isinstance(code, int) else STOPPED, "stopped; the graph was not judged to its end."
    data = {"verdict": "error", "reason": "Stopped", "message": message, "exit_code": ended}
    with contextlib.suppress(OSError, ValueError):
        os.write(2, f"qed: {message}\n".encode())
        if as_json:
            os.write(1, (json.dumps(data, indent=2) + "\n").encode())
        sys.stdout.flush()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(ended)
