"""Judges for worker processes, which import this module by name."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from small_runs import WRONG, Judge

from loop.examine import Examination
from loop.executors.executor import Say
from verify.task import Task


class Slow(Judge):
    """Takes longer for a baseline and for what is right, so that answers come out of order."""

    def examine(self, task: Task, **given: object) -> Examination:
        if task.judged.source.content != WRONG:
            time.sleep(0.05)
        return super().examine(task, **given)  # type: ignore[arg-type]  # as they came


@dataclass(frozen=True)
class Slowly:
    """Makes slow judges."""

    def __call__(self, say: Say) -> Judge:
        return Slow()


class Dying(Judge):
    """Kills its process while it judges what is wrong, as often as is due; each time leaves a file."""

    def __init__(self, folder: Path, times: int, say: Say) -> None:
        super().__init__()
        self.folder, self.times, self.say = folder, times, say

    def examine(self, task: Task, **given: object) -> Examination:
        self.say("looking")
        if task.judged.source.content == WRONG and len(list(self.folder.iterdir())) < self.times:
            (self.folder / str(os.getpid())).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().examine(task, **given)  # type: ignore[arg-type]  # as they came


@dataclass(frozen=True)
class Dies:
    """Makes judges that die."""

    folder: Path
    times: int

    def __call__(self, say: Say) -> Judge:
        return Dying(self.folder, self.times, say)


class Faulty(Judge):
    """Has a bug."""

    def examine(self, task: Task, **given: object) -> Examination:
        if task.new is None:
            return super().examine(task, **given)  # type: ignore[arg-type]  # as they came
        raise LookupError("a bug")


def faulty(say: Say) -> Judge:
    """Make one with a bug."""
    return Faulty()


class Endless(Judge):
    """Takes a baseline, says where it is at by a file, and then judges without end."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file

    def examine(self, task: Task, **given: object) -> Examination:
        if task.new is not None:
            self.file.touch()
            time.sleep(600)
        return super().examine(task, **given)  # type: ignore[arg-type]  # as they came


@dataclass(frozen=True)
class Endlessly:
    """Makes judges that come to no end."""

    file: Path

    def __call__(self, say: Say) -> Judge:
        return Endless(self.file)
