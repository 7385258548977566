"""`qed init`: sets up a folder with specs, an empty graph, its policy and the gate; what is there stays."""

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.text import Text

from loop.commands.common import DONE, UsageError, print_json
from loop.starting.folder import NEEDED, SERVICES, Piece, pieces
from loop.words import console
from verify.ci_formats import plain
from verify.reasons import Refusal, ToolBroken

NEXT: Final = ("qed doctor", "qed run", "qed new NAME")


@dataclass(frozen=True, slots=True, kw_only=True)
class InitArguments:
    """The options of `init`."""

    folder: Path
    ci: str = "github"
    pre_commit: bool = True
    git: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class SetUp:
    """What became of the folder: the files that were written and left, and what those that were left lack."""

    wrote: tuple[str, ...]
    left: tuple[str, ...]
    lacks: tuple[str, ...]
    git: str
    """"made", "there", or "" where there is no repository"""


def init(arguments: InitArguments) -> int:
    """Write the files that the folder lacks. Raises UsageError, OSError, and Refusal where git fails."""
    if arguments.ci not in SERVICES:
        raise UsageError(f"--ci is one of {', '.join(SERVICES)}; it was {arguments.ci!a}.")
    if arguments.folder.exists() and not arguments.folder.is_dir():
        raise UsageError(f"{arguments.folder} is a file; name a folder.")
    found = pieces(arguments.ci, pre_commit=arguments.pre_commit)
    done = set_up(arguments.folder, found, git=arguments.git)
    following = [f"cd {shlex.quote(str(arguments.folder))}"] * (arguments.folder.resolve() != Path.cwd()) + list(NEXT)
    if arguments.as_json:
        data = {"wrote": list(done.wrote), "left": list(done.left), "lacks": list(done.lacks)}
        print_json({"folder": str(arguments.folder), **data, "git": done.git or None, "next": following})
        return DONE
    out = console()
    for said, paths in (("wrote", done.wrote), ("left", done.left)):
        for path in paths:
            out.print(Text(plain(f"{said:5}  {path}")), soft_wrap=True)
    for line in done.lacks:
        out.print(Text(plain(line), style="yellow"), soft_wrap=True)
    if done.git == "made":
        out.print("made   .git")
    out.print(Text(plain(f"next: {', '.join(following)}")), soft_wrap=True)
    return DONE


def set_up(folder: Path, found: Sequence[Piece], *, git: bool) -> SetUp:
    """Write the files that are not there; nothing that is there is changed, links included. Raises OSError, Refusal."""
    wrote: list[str] = []
    left: list[str] = []
    filled = {p.only_into for p in found if p.only_into and _filled(folder / p.only_into)}
    for piece in found:
        path = folder / piece.path
        if path.exists() or path.is_symlink():
            left.append(piece.path)
        elif piece.only_into not in filled:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(piece.text, encoding="utf-8")
            wrote.append(piece.path)
    there = (folder / ".git").exists()
    if git and not there:
        _git_init(folder)
    state = "there" if there else "made" if git else ""
    return SetUp(tuple(wrote), tuple(left), tuple(_lacking(folder, left)), state)


def _filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _lacking(folder: Path, left: Sequence[str]) -> list[str]:
    """Return what a file that was left would have to hold."""
    if ".gitignore" in left and NEEDED not in (folder / ".gitignore").read_text(errors="replace").split():
        return [f".gitignore lacks the line {NEEDED}; add it, as a journal is of one machine"]
    return []


def _git_init(folder: Path) -> None:
    git = shutil.which("git")
    if git is None:
        raise Refusal(ToolBroken(what="there is no git here.", do="Install it, or leave --git away."))
    done = subprocess.run([git, "init", "--quiet", str(folder)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Refusal(ToolBroken(what=f"git init failed: {done.stderr.strip()[:200]}", where=str(folder)))
