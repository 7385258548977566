"""The commands that the documentation shows: where they stand, what they are due to print, and whether they can be run here.

A command is a line behind `$ ` in a block `console`, whose next lines are what it prints; a line of a block `sh` or `bash`; or a
line of an indented block that begins with a program. `commands.toml` says how a page's commands are run, and lists each one
that is not run.
"""

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = Path(__file__).parent / "commands.toml"
EXAMPLES = ROOT / "docs" / "examples"
OTHERS = ("pip", "git", "pre-commit", "docker", "ray", "pipx", "uv", "cat", "cd", "ls")
PROGRAMS = ("qed", "make", "python", "python3", "gate", *OTHERS)
MARKDOWN = MarkdownIt("commonmark").enable("table")
SNIPPET = re.compile(r'^--8<-- "([^":]+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A file that a page shows: a block with a title that is a file's name."""

    page: str
    line: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command that a page shows, and what it prints where the page says so."""

    page: str
    line: int
    text: str
    due: str | None = None
    console: bool = False
    """whether it stands in a block in which what is printed is shown"""

    @property
    def words(self) -> list[str]:
        """Its words, without what may be left out: `[--json]` in a line of usage."""
        return shlex.split(re.sub(r"\[[^\]]*\](\.\.\.)?", "", self.text), comments=True)


@dataclass(frozen=True, slots=True)
class Session:
    """How a page's commands are run, one after the other in one folder.

    `folder` is "empty", or "checkout" for one with specs/, accepted/ and what else pages name. `files` lie in it from the start:
    the name there, and the path of their text in the tree. `words` are put in the place of words that stand for something, such
    as ENTRY: each is a command that prints it. `before` are commands that the page takes as done. `quick` are commands of a slow
    session that need none before them, and are run in seconds as well. `exits` are exit codes that what is due does not tell.
    """

    page: str
    folder: str = "empty"
    slow: bool = False
    files: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    exits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """What commands.toml says."""

    sessions: dict[str, Session]
    elsewhere: dict[tuple[str, str], str]
    """commands that another test runs, by page and text: the test's file"""
    not_run: dict[tuple[str, str], str]
    """commands that are not run, by page and text: the reason"""
    counts: dict[str, int]


def pages() -> list[Path]:
    """Return the pages whose commands count."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def named(path: Path) -> str:
    """Return a path in the tree as text."""
    return path.relative_to(ROOT).as_posix()


def tokens(page: Path) -> list[Token]:
    """Return a page's tokens."""
    return MARKDOWN.parse(page.read_text())


def steps(page: Path) -> Iterator[Shown | Command]:
    """Yield the files and the commands that a page shows, in their order."""
    for token in tokens(page):
        if token.type not in {"fence", "code_block"} or token.map is None:
            continue
        kind, _, options = token.info.strip().partition(" ")
        line = token.map[0] + (2 if token.type == "fence" else 1)
        title = re.search(r'title="([\w./-]+\.[a-z]+)"', options)
        if title:
            yield Shown(named(page), line, title[1], with_snippets(token.content))
        elif kind == "console":
            yield from _console(named(page), line, token.content)
        elif kind in {"sh", "bash"} or (not kind and program(token.content) in PROGRAMS):
            yield from _script(named(page), line, token.content)


def program(line: str) -> str:
    """Return the program that a command calls: `qed` for `.venv/bin/qed`."""
    word = line.split(maxsplit=1)[0]
    return word.rpartition("/")[2] if "/bin/" in word or word.startswith("./") or word == ".ci/gate" else word


def with_snippets(text: str) -> str:
    """Return a block's text with the files in it that it includes."""

    def included(found: re.Match[str]) -> str:
        return next(p / found[1] for p in (EXAMPLES, ROOT) if (p / found[1]).is_file()).read_text().rstrip("\n")

    return SNIPPET.sub(included, text)


def _console(page: str, line: int, text: str) -> Iterator[Command]:
    """Yield the commands of a console block, each with what follows it up to the next one."""
    begun: tuple[int, list[str], list[str]] | None = None
    for number, each in enumerate(text.splitlines(), line):
        if each.startswith("$ "):
            if begun:
                yield _command(page, *begun)
            begun = (number, [each[2:]], [])
        elif begun and not begun[2] and begun[1][-1].endswith("\\"):
            begun[1].append(each.removeprefix("> "))
        elif begun:
            begun[2].append(each)
    if begun:
        yield _command(page, *begun)


def _command(page: str, line: int, parts: list[str], printed: list[str]) -> Command:
    return Command(page, line, _joined(parts), "\n".join(printed) if printed else None, console=True)


def _joined(parts: list[str]) -> str:
    return " ".join(p.rstrip("\\").strip() for p in parts)


def _script(page: str, line: int, text: str) -> Iterator[Command]:
    """Yield the commands of a block that shows no output: a line each, or all of it where the shell's own words are in it."""
    lines = [(n, each) for n, each in enumerate(text.splitlines(), line) if each.strip() and not each.lstrip().startswith("#")]
    if any(program(each) not in PROGRAMS for _, each in lines):
        yield Command(page, line, text.strip())
        return
    for number, each in lines:
        yield Command(page, number, re.sub(r"\s+# .*$", "", each.strip()))


def inline(page: Path) -> Iterator[Command]:
    """Yield what stands in a page's text as `qed ...` or `make ...`: it is looked up, and not run."""
    for token in tokens(page):
        for child in token.children or ():
            if child.type == "code_inline" and re.match(r"(qed|make) [a-z-]", child.content):
                yield Command(named(page), (token.map or [0])[0] + 1, child.content)


def commands() -> list[Command]:
    """Return the commands of all pages."""
    return [step for page in pages() for step in steps(page) if isinstance(step, Command)]


def table(path: Path = TABLE) -> Table:
    """Read commands.toml. Raises TypeError for a key that no session has."""
    data: dict[str, Any] = tomllib.loads(path.read_text())
    sessions = {
        page: Session(page, **{k: tuple(v) if isinstance(v, list) else v for k, v in options.items()})
        for page, options in data.get("session", {}).items()
    }

    def listed(key: str, value: str) -> dict[tuple[str, str], str]:
        return {
            (entry["page"], each): entry[value]
            for entry in data.get(key, [])
            for each in entry.get("commands") or [c.text for c in commands() if c.page == entry["page"]]
        }

    return Table(sessions, listed("elsewhere", "test"), listed("not_run", "why"), data.get("counts", {}))


def kind_of(command: Command, known: Table) -> str:
    """Say whether a command is run: "quick", "slow", "elsewhere", "not run", or "unknown", which is a fault of the table."""
    key = (command.page, command.text)
    if key in known.not_run:
        return "not run"
    if key in known.elsewhere:
        return "elsewhere"
    session = known.sessions.get(command.page)
    if session is None:
        return "unknown"
    return "slow" if session.slow and command.text not in session.quick else "quick"


def counted(known: Table) -> dict[str, int]:
    """Return how many commands there are of each kind."""
    kinds = [kind_of(command, known) for command in commands()]
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}
