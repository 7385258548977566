"""Decides: a command and a job on its standard input -> what the process wrote until it ended, or its time was over."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from verify.isolated import command_line

ROOT: Final = str(Path(__file__).resolve().parents[2])
"""the folder that holds `verify/`"""


def worker_command(module: str) -> list[str]:
    """Return the command of a process in which a module of this package is at work, and no file can pass for a solver."""
    return command_line(module)


def worker_output(command: Sequence[str], job: bytes, seconds: float) -> bytes:
    """Run a command on a job until it ends, or for some seconds of wall clock, and return what it wrote until then."""
    files = tempfile.TemporaryFile
    with tempfile.TemporaryDirectory(prefix="qed-") as folder, files() as request, files() as out:
        request.write(job)
        request.seek(0)
        process = subprocess.Popen(  # noqa: S603 - our own module in our own interpreter; the job comes over stdin
            list(command),
            stdin=request, stdout=out, stderr=subprocess.DEVNULL,
            cwd=folder, env={}, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass  # what it wrote until now counts; the rest is unanswered
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        out.seek(0)
        return out.read()
