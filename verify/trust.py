"""Refuses only: what changed between a base and a tree in the files that say what is proved, and how it is checked.

Such a change is none of the graph's: what it does to a verdict, no verdict says. It is named, file by file, and people decide.
Both the files of the folder and what git tracks now are held against the base, so that neither hides a change in the other.
"""

import hashlib
import io
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from verify.base import blobs_of, commit_of, git, repository_of
from verify.canonical import Digest
from verify.foreign import foreign
from verify.reasons import LimitChanged, NoBase, Reason, Refusal, RemovedTest, TrustChanged
from verify.trust_parts import cases_in, numbers

TRUSTED: Final[tuple[tuple[str, str], ...]] = (
    ("verify/", "it is part of the judge"),
    ("lean/", "it gives statements their meaning"),
    (".ci/", "CI runs it"),
    (".github/", "CI runs it"),
    ("action.yml", "it starts the gate"),
    ("action.yaml", "it starts the gate"),
    (".pre-commit-hooks.yaml", "it starts the gate"),
    (".pre-commit-config.yaml", "it starts the gate"),
    ("GNUmakefile", "CI runs it"),
    ("makefile", "CI runs it"),
    ("Makefile", "CI runs it"),
    ("pyproject.toml", "it pins and configures the tools"),
    ("setup.py", "it pins and configures the tools"),
    ("setup.cfg", "it pins and configures the tools"),
    ("tox.ini", "it pins and configures the tools"),
    ("mypy.ini", "it pins and configures the tools"),
    (".mypy.ini", "it pins and configures the tools"),
    ("ruff.toml", "it pins and configures the tools"),
    (".ruff.toml", "it pins and configures the tools"),
    (".importlinter", "it pins and configures the tools"),
    ("*requirements*.txt", "it pins the tools"),
    ("constraints*.txt", "it pins the tools"),
    ("*.lock", "it pins the tools"),
    ("pytest.ini", "it chooses which tests run"),
    (".pytest.ini", "it chooses which tests run"),
    ("conftest.py", "it chooses which tests run"),
    ("*/conftest.py", "it chooses which tests run"),
    ("policy.toml", "it says what may enter the graph, and who reviews it"),
    ("*/policy.toml", "it says what may enter the graph, and who reviews it"),
    (".gitattributes", "it says which bytes git hands out"),
    ("*/.gitattributes", "it says which bytes git hands out"),
    (".gitmodules", "it names other repositories"),
)
"""what is trusted, and why: a folder with all that is in it, or a pattern of paths from the repository's root"""
TESTS: Final = "tests/"
"""where the tests are, of which none may go"""
PASSED_BY: Final = frozenset({"__pycache__", ".lake"})
"""folders of what tools made, which count where git tracks them and not otherwise"""
REVIEW: Final = "Have it reviewed by itself; `--trust-change` lists it and goes on."
_SUBMODULE: Final = "160000"
_PART_BYTES: Final = 1_000_000
"""longest file that is looked into for numbers and tests"""
_READ: Final = (".py", ".toml")
"""what is looked into"""

Entry: TypeAlias = tuple[str, Digest] | None
"""a file as git would hold it: mode and blob; None where there is none"""


@dataclass(frozen=True, slots=True)
class Tree:
    """A repository as it is now, beside a commit of it: what each of them holds, by path from the root."""

    root: Path
    base: Mapping[str, tuple[str, Digest]]
    tracked: Mapping[str, tuple[str, Digest]]
    digits: int
    """how many digits a blob's name has here: 40 or 64"""

    def states(self, path: str) -> tuple[Entry, Entry]:
        """Return what git tracks under a path now, and what is on disk there; a submodule's folder is what git says."""
        tracked = self.tracked.get(path)
        submodule = tracked is not None and tracked[0] == _SUBMODULE
        return tracked, tracked if submodule and (self.root / path).is_dir() else _on_disk(self.root, path, self.digits)


def why_trusted(path: str) -> str:
    """Return why a path is trusted, "" where it is not."""
    for pattern, why in TRUSTED:
        inside = f"{path}/".startswith(pattern) if pattern.endswith("/") else fnmatchcase(path, pattern)
        if inside:
            return why
    return ""


def trust_changes(folder: Path, ref: str) -> tuple[Reason, ...]:
    """Return what changed in a tree since a git ref that people have to look at: limits, tests, then trusted files.

    `folder` is in the tree. Raises Refusal: NoBase where it is in no repository or the ref is no commit there, ToolBroken.
    """
    tree = _tree(folder, ref)
    paths = {*tree.base, *tree.tracked, *_untracked(tree.root)}
    changed = [p for p in sorted(paths) if _watched(p) and any(s != tree.base.get(p) for s in tree.states(p))]
    before = blobs_of(tree.root, [tree.base[p][1] for p in changed if p in tree.base and _readable(tree, p)])
    texts = {p: before.get(tree.base[p][1], b"") if p in tree.base else None for p in changed}
    out: list[Reason] = []
    for path in (p for p in changed if why_trusted(p)):
        out += _limits_changed(tree, path, texts[path])
    for path in (p for p in changed if p.startswith(TESTS)):
        out += _tests_removed(tree, path, texts[path])
    return (*out, *(_trust_changed(tree, p) for p in changed if why_trusted(p)))


def shadows(folder: Path) -> tuple[Reason, ...]:
    """Return the files at the root of a tree that would be imported in another's place. Raises Refusal(ToolBroken)."""
    root = repository_of(folder)
    tracked = _entries(git(root, ["ls-files", "-s", "-z"]), listed=False) if root else {}
    return foreign(root or folder, tracked)


def _tree(folder: Path, ref: str) -> Tree:
    root = repository_of(folder)
    if root is None:
        do = "Leave --base away, or run this in a checkout."
        raise Refusal(NoBase(what="the folder is not in a git repository.", where=str(folder), do=do))
    commit = commit_of(root, ref)
    base = _entries(git(root, ["ls-tree", "-r", "-z", "--full-tree", commit]), listed=True)
    return Tree(root, base, _entries(git(root, ["ls-files", "-s", "-z"]), listed=False), len(commit))


def _entries(said: bytes, *, listed: bool) -> dict[str, tuple[str, Digest]]:
    """Read what git says of a tree (`listed`) or of the index; a file that is left in conflict has a blob of no file."""
    out: dict[str, tuple[str, Digest]] = {}
    for line in said.split(b"\0")[:-1]:
        head, _, raw = line.partition(b"\t")
        mode, second, third = head.decode("ascii").split(" ")
        blob = third if listed else second if third == "0" else "in conflict"
        out[os.fsdecode(raw)] = (mode, blob)
    return out


def _watched(path: str) -> bool:
    return bool(why_trusted(path)) or path.startswith(TESTS)


def _untracked(root: Path) -> Iterator[str]:
    """Yield the files on disk in trusted folders, among the tests, and at the root."""
    yield from (p.name for p in root.iterdir() if not p.is_dir() or p.is_symlink())
    tops = (root / top for top in (TESTS, *(pattern for pattern, _ in TRUSTED if pattern.endswith("/"))))
    for top in (t for t in tops if not t.is_symlink()):
        for folder, folders, files in os.walk(top):
            links = [f for f in folders if (Path(folder) / f).is_symlink()]
            folders[:] = [f for f in folders if f not in PASSED_BY]
            yield from (Path(folder, f).relative_to(root).as_posix() for f in (*files, *links))


def _on_disk(root: Path, path: str, digits: int) -> Entry:
    """Return a file as git would hold it; what lies behind a link to a folder is not there."""
    place = root / path
    try:
        if any(p.is_symlink() for p in list(place.parents)[: path.count("/")]):
            return None
        mode = place.lstat().st_mode
        if stat.S_ISLNK(mode):
            link = os.fsencode(place.readlink())
            return "120000", _blob(io.BytesIO(link), len(link), digits)
        if stat.S_ISREG(mode):
            with place.open("rb") as file:
                return ("100755" if mode & stat.S_IXUSR else "100644"), _blob(file, os.fstat(file.fileno()).st_size, digits)
    except OSError:
        pass
    return None


def _blob(file: BinaryIO, size: int, digits: int) -> Digest:
    """Return the name that git gives to a file's bytes."""
    made = hashlib.sha256() if digits == 64 else hashlib.sha1(usedforsecurity=False)  # noqa: PLR2004 - the digits of SHA-256
    made.update(b"blob %d\0" % size)
    while part := file.read(_PART_BYTES):
        made.update(part)
    return made.hexdigest()


def _readable(tree: Tree, path: str) -> bool:
    """Return whether a file of the base is looked into."""
    return path.endswith(_READ) and tree.base[path][0].startswith("100")


def _now(tree: Tree, path: str) -> Iterator[bytes | None]:
    """Yield the bytes of a file as they are now, tracked and on disk, where they are not those of the base; None for none.

    Of a file that is not looked into, nothing is read.
    """
    was = tree.base.get(path)
    tracked, disk = tree.states(path)
    for state in dict.fromkeys(s for s in (tracked, disk) if s != was):
        if state is None or not state[0].startswith("100"):
            yield None
        elif not path.endswith(_READ):
            yield b""
        elif state == disk:
            with (tree.root / path).open("rb") as file:
                yield file.read(_PART_BYTES)
        else:
            yield git(tree.root, ["cat-file", "blob", state[1]], allow=(0, 128))[:_PART_BYTES]


def _trust_changed(tree: Tree, path: str) -> Reason:
    was, states = tree.base.get(path), tree.states(path)
    verb = "added" if was is None else "removed" if None in states else "changed"
    return TrustChanged(what=f"a trusted file was {verb}: {why_trusted(path)}.", where=ascii(path)[1:-1], do=REVIEW)


def _limits_changed(tree: Tree, path: str, before: bytes | None) -> Iterator[Reason]:
    """Yield the numbers of a trusted file that are others than at the base, or gone."""
    if before is None:
        return
    old = numbers(path, before)
    for content in _now(tree, path):
        new = numbers(path, content or b"")
        for name, (value, line) in old.items():
            now, place = new.get(name, (None, line))
            if now == value:
                continue
            verb = "is gone" if now is None else f"was {'raised' if now > value else 'lowered'} to {now}"
            yield LimitChanged(what=f"`{name}`, {value} at the base, {verb}.", where=f"{path}:{place}", do=REVIEW)


def _tests_removed(tree: Tree, path: str, before: bytes | None) -> Iterator[Reason]:
    """Yield the tests of a file that are gone or skipped; the file itself where it is gone."""
    if before is None:
        return
    for content in _now(tree, path):
        if content is None:
            yield RemovedTest(what="a file of the tests is gone.", where=ascii(path)[1:-1], do=REVIEW)
            return
        old, new = cases_in(path, before), cases_in(path, content)
        for name, test in old.items():
            now = new.get(name)
            if now is None:
                yield RemovedTest(what=f"{test.kind} `{name}` is gone.", where=f"{path}:{test.line}", do=REVIEW)
            elif now.skipped and not test.skipped:
                yield RemovedTest(what=f"{test.kind} `{name}` is skipped.", where=f"{path}:{now.line}", do=REVIEW)
            elif now.entries < test.entries:
                what = f"{test.kind} `{name}` has {now.entries} entries; it had {test.entries}."
                yield RemovedTest(what=what, where=f"{path}:{now.line}", do=REVIEW)
