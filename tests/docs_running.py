"""Runs the commands of a page, one after the other in a folder of its own, and compares what they print with what the page shows."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from docs_commands import ROOT, Command, Session, Shown

VERDICTS = {"reject": 1, "decline": 3, "error": 4}
CHECKOUT = ("specs", "accepted", "bench", "tests", "verify", "lean", "docs", "Makefile", "pyproject.toml")
SECONDS = 900
NORMAL = (
    (r"\b\d+(\.\d+)? (ns|us|ms|s)\b", "<time>"),
    (r"\(\d+(\.\d+)?x\)", "<times>"),
    (r"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b|\b[0-9a-f]{7,8}\b(?=\])", "<hash>"),
    (r"[ \t]+", " "),
)
"""what differs from run to run, and columns that are as wide as that"""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command came to."""

    code: int
    printed: str


def normal(text: str) -> str:
    """Return what a command printed without what differs from run to run.

    >>> normal("examples 0.4 s, 4.9 ms -> 300 ns (16497x)   6341e84a1c0a")
    'examples <time>, <time> -> <time> <times> <hash>'
    """
    lines = [line.rstrip() for line in text.strip("\\n").splitlines()]
    for pattern, kind in NORMAL:
        lines = [re.sub(pattern, kind, line) for line in lines]
    return "\n".join(line.strip() for line in lines)


def alike(due: str, printed: str) -> bool:
    """Say whether something was printed as it is due; a line `...` stands for any number of lines.

    >>> alike("a\\n...\\nd", "a\\nb\\nc\\nd"), alike("a\\nd", "a\\nb\\nd")
    (True, False)
    """
    parts = [re.escape(part) for part in re.split(r"^\.\.\.$", normal(due), flags=re.MULTILINE)]
    return re.fullmatch(r"[\s\S]*".join(parts), normal(printed)) is not None


def due_code(session: Session, command: Command) -> int:
    """Return the exit code that is due: the one that is stated, or that of the verdict that the page shows."""
    first = (command.due or "").split()[:1]
    return session.exits.get(command.text, VERDICTS.get(first[0], 0) if first else 0)


def folder_for(session: Session, folder: Path) -> None:
    """Make what a page's commands begin with; `qed` and Python are this tree's."""
    (folder / ".venv" / "bin").mkdir(parents=True)
    for name, arguments in {"qed": " -m loop", "python": "", "python3": ""}.items():
        program = folder / ".venv" / "bin" / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n')
        program.chmod(0o755)
    if session.folder == "checkout":
        for name in CHECKOUT:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".lake"))
            else:
                shutil.copy(ROOT / name, folder / name)
    for name, source in session.files.items():
        write(folder, name, (ROOT / source).read_text())
    for command in session.before:
        done = shell(folder, command)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


def write(folder: Path, name: str, text: str) -> None:
    """Write a file that a page shows."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def shell(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run one command there; people's settings of git have no say."""
    own = {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "180", "NO_COLOR": "1"}
    asked = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    asked |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
    return subprocess.run(  # noqa: S603 - the documentation's own commands
        ["/bin/bash", "-e", "-c", command], cwd=folder, env={**os.environ, **own, **asked}, text=True, check=False,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS,
    )  # fmt: skip


def run(session: Session, folder: Path, command: Command) -> str | None:
    """Run a command, and return what is not as the page says, or None."""
    text = re.sub(r"\s*\[[^\]]*\](\.\.\.)?", "", command.text) if re.search(r"\[-", command.text) else command.text
    for word, source in session.words.items():
        text = re.sub(rf"\b{word}\b", shell(folder, source).stdout.strip(), text)
    done = shell(folder, text)
    where = f"{command.page}:{command.line}: {command.text}\n"
    if done.returncode != due_code(session, command):
        return f"{where}ended with {done.returncode}\n{done.stdout}{done.stderr}"
    if command.due is not None and not alike(command.due, done.stdout):
        return f"{where}is due to print\n{command.due}\nand printed\n{done.stdout}{done.stderr}"
    return None


def play(session: Session, folder: Path, steps: list[Shown | Command]) -> list[str]:
    """Write a page's files and run its commands as they come; return what is not as the page says."""
    faults = []
    folder_for(session, folder)
    for step in steps:
        if isinstance(step, Shown):
            write(folder, step.name, step.text)
        elif (fault := run(session, folder, step)) is not None:
            faults.append(fault)
    return faults
