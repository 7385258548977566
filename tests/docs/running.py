"""Runs the commands of a page in a folder of its own, and compares what they print with what the page shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.docs.commands import ROOT, Command, Session, Shown, steps, table
from tests.first_steps import shown

VERDICTS = {"reject": 1, "decline": 3, "error": 4}
CHECKOUT = ("specs", "accepted", "bench", "Makefile", "pyproject.toml", ".gitignore")
SECONDS = 900


def normal(text: str) -> str:
    """Return what a command printed without what differs from run to run, columns that are as wide as that included.

    >>> normal("examples 0.4 s, 4.9 ms -> 300 ns (16497x)   6341e84a1c0a")
    'examples #, # -> # (#x) ############'
    """
    return "\n".join(" ".join(line.split()) for line in shown(text).split("\n"))


def alike(due: str, printed: str) -> bool:
    """Say whether something was printed as it is due; a line `...` stands for any number of them, ` ...` for the rest of one.

    >>> alike("a\\n...\\nd", "a\\nb\\nc\\nd"), alike("a\\nd", "a\\nb\\nd"), alike("a b ...", "a b c d")
    (True, False, True)
    """
    lines = ("[\\s\\S]*" if each == "..." else re.escape(each.removesuffix("...")) for each in normal(due).split("\n"))
    ends = (".*" if each.endswith(" ...") else "" for each in normal(due).split("\n"))
    return re.fullmatch("\n".join(map("".join, zip(lines, ends, strict=True))), normal(printed)) is not None


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
    own = {"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "80", "NO_COLOR": "1"}
    asked = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    asked |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
    return subprocess.run(  # noqa: S603 - the documentation's own commands
        ["/bin/bash", "-e", "-c", command], cwd=folder, env={**os.environ, **own, **asked}, text=True, check=False,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS,
    )  # fmt: skip


def as_run(session: Session, folder: Path, command: Command) -> str:
    """Return a command without what may be left out, and with the words that stand for something replaced."""
    text = re.sub(r"\s*\[-[^\]]*\]", "", command.text)
    for word, source in session.words.items():
        if re.search(rf"\b{word}\b", text):
            text = re.sub(rf"\b{word}\b", shell(folder, source).stdout.strip(), text)
    return text


def run(session: Session, folder: Path, command: Command) -> str | None:
    """Run a command, and return what is not as the page says, or None."""
    done = shell(folder, as_run(session, folder, command))
    where = f"{command.page}:{command.line}: {command.text}\n"
    if done.returncode != due_code(session, command):
        return f"{where}ended with {done.returncode}\n{done.stdout}{done.stderr}"
    if command.due is not None and not alike(command.due, done.stdout):
        return f"{where}is due to print\n{command.due}\nand printed\n{done.stdout}{done.stderr}"
    return None


def session_of(page: str) -> tuple[Session, list[Shown | Command]]:
    """Return a page's session, and its files and those of its commands that are run."""
    known = table()
    skipped = {text for p, text in (*known.not_run, *known.elsewhere) if p == page}
    return known.sessions[page], [s for s in steps(ROOT / page) if isinstance(s, Shown) or s.text not in skipped]


def play(session: Session, page: list[Shown | Command], folder: Path) -> list[str]:
    """Write a page's files and run its commands as they come; return what is not as the page says."""
    faults, written = [], set()
    folder_for(session, folder)
    for step in page:
        if isinstance(step, Shown):
            path = folder / step.name
            if path.is_file() and step.name not in written and path.read_text().rstrip() != step.text.rstrip():
                faults.append(f"{step.page}:{step.line}: a command wrote another {step.name}:\n{path.read_text()}")
            write(folder, step.name, step.text)
            written.add(step.name)
        elif (fault := run(session, folder, step)) is not None:
            faults.append(fault)
    return faults


def rewrite(session: Session, page: list[Shown | Command], folder: Path) -> int:
    """Run a page's commands and write what each printed into the page, where that differs; return how many differed."""
    path, changed, moved = ROOT / session.page, 0, 0
    folder_for(session, folder)
    for step in page:
        if isinstance(step, Shown):
            write(folder, step.name, step.text)
            continue
        printed = shell(folder, as_run(session, folder, step)).stdout.rstrip()
        if not step.console or alike(step.due or "", printed):
            continue
        lines = path.read_text().splitlines()
        begin = step.line + moved
        while lines[begin - 1].endswith("\\"):
            begin += 1
        end = next(i for i in range(begin, len(lines)) if lines[i].startswith(("$ ", "```")))
        new = [line.rstrip() for line in printed.splitlines()]
        path.write_text("\n".join([*lines[:begin], *new, *lines[end:]]) + "\n")
        changed, moved = changed + 1, moved + len(new) - (end - begin)
    return changed
