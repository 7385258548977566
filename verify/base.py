"""Decides: what the graph was at a git commit, and whether the folder only adds to it.

Git is asked for blobs and for nothing else: replaced objects, filters, attributes, hooks and the user's settings are switched
off. What git tracks now must be the bytes that were read from the folder, as plain files under the names of nodes.
"""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import final

from verify.certificate import DIGEST
from verify.graph import BESIDE, Graph, graph_of, head, history, spec_of
from verify.node import SIZES, Node, node_from_files, node_to_files
from verify.reasons import GraphCorrupt, HistoryRewritten, NoBase, Reason, Refusal, ToolBroken

_SECONDS = 120
_PLAIN, _EXECUTABLE = "100644", "100755"
_OBJECT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SETTINGS = (
    "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.attributesFile=/dev/null", "core.excludesFile=/dev/null",
    "core.pager=cat", "core.sshCommand=false", "core.quotePath=true", "core.precomposeUnicode=false", "protocol.allow=never",
    "safe.directory=*",
)  # fmt: skip


@final
@dataclass(frozen=True, slots=True)
class Base:
    """The graph at a commit, and what git tracks now: path within the graph's folder to mode and blob."""

    commit: str
    graph: Graph
    tracked: Mapping[str, tuple[str, str]]
    repository: Path = field(repr=False)


def base_of(folder: Path, ref: str) -> Base | Reason:
    """Read the graph at a git ref, for the folder that holds it now.

    Returns NoBase where there is no such commit, GraphCorrupt or GraphConflict where the graph there is not sound or what git
    tracks now is not plain files of nodes, ToolBroken where git fails.
    """
    try:
        repository, prefix = _place(folder)
        commit = commit_of(repository, ref)
        files = _listing(repository, ["ls-tree", "-r", "-z", "--full-tree", commit, "--", prefix], prefix, f"{ref}:")
        nodes = _nodes(repository, files, f"{ref}:{prefix}")
        graph = graph_of(nodes, f"{ref}:{prefix}")
        if isinstance(graph, Reason):
            return graph
        tracked = _listing(repository, ["ls-files", "-s", "-z", "--", prefix], prefix, "")
        return Base(commit, graph, tracked, repository)
    except Refusal as refusal:
        return refusal.reason


def beside_at(folder: Path, ref: str, name: str) -> bytes | None:
    """Return a file that stands beside the graph's folder at a git ref, None where there is none.

    Raises Refusal: NoBase where there is no such commit, GraphCorrupt where it is no plain file, ToolBroken where git fails.
    """
    repository, prefix = _place(folder)
    path = (PurePosixPath(prefix).parent / name).as_posix()
    found = git(repository, ["ls-tree", "-z", "--full-tree", commit_of(repository, ref), "--", path])
    if not found:
        return None
    mode, kind, blob = found.partition(b"\t")[0].decode("ascii").split(" ")
    if kind != "blob" or mode not in (_PLAIN, _EXECUTABLE):
        what = f"git holds it with mode {mode}; a plain file ({_PLAIN}) is due."
        raise Refusal(GraphCorrupt(what=what, where=f"{ref}:{path}", do="Replace it by the file itself."))
    return blobs_of(repository, [blob])[blob]


def rewritten(base: Base, graph: Graph, folder: Path) -> tuple[Reason, ...]:
    """Return everything by which `graph`, read from `folder`, does more than add to the base; () where it only adds."""
    out: list[Reason] = []
    do = "Restore it: accepted nodes are never removed or edited."
    for node in base.graph.nodes.values():
        now = graph.nodes.get(node.id)
        if now is None:
            what = f"the node of `{node.target}` is in the base {base.commit} and is gone."
            out.append(HistoryRewritten(what=what, where=f"{folder}/{node.id}", do=do))
        elif node_to_files(now) != node_to_files(node):
            what = f"the node of `{node.target}` is not what it is in the base {base.commit}."
            out.append(HistoryRewritten(what=what, where=f"{folder}/{node.id}", do=do))
    for spec in (n for n in base.graph.nodes.values() if n.kind == "spec" and n.id in graph.nodes):
        before = head(base.graph, spec.id)
        if before is not None and before.id not in {n.id for n in history(graph, spec_of(graph, spec).id)}:
            what = f"the head of `{spec.target}` at the base does not lead to the head that it has now."
            out.append(HistoryRewritten(what=what, where=f"{folder}/{before.id}", do=do))
    return tuple(out) or _differing(base, graph, folder)


def _differing(base: Base, graph: Graph, folder: Path) -> tuple[Reason, ...]:
    """Return the files of which git holds other bytes than the folder, so that what is checked is what is committed."""
    held = {path: blob for path, (_, blob) in base.tracked.items() if path not in BESIDE}
    try:
        blobs = blobs_of(base.repository, list(held.values()))
    except Refusal as refusal:
        return (refusal.reason,)
    out: list[Reason] = []
    for path, blob in sorted(held.items()):
        name, _, file = path.partition("/")
        node = graph.nodes.get(name)
        if node is None or node_to_files(node).get(file) != blobs[blob]:
            what = "the bytes that git holds are not the ones in the folder."
            do = "Run `git status` there, and add or restore the file."
            out.append(GraphCorrupt(what=what, where=f"{folder}/{path}", do=do))
    return tuple(out)


def commit_of(repository: Path, ref: str) -> str:
    """Return the commit that a ref names. Raises Refusal(NoBase) where there is none here."""
    found = git(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"], allow=(0, 1, 128))
    commit = found.decode("ascii", "replace").strip()
    if not _OBJECT.fullmatch(commit):
        do = "Name a commit that was fetched: a shallow checkout lacks most of them."
        raise Refusal(NoBase(what=f"{ref!a} is not a commit in {repository}.", do=do))
    return commit


def _place(folder: Path) -> tuple[Path, str]:
    """Return the repository's root and the folder's path in it. Raises Refusal(NoBase) where there is none."""
    place = folder.absolute()
    root = repository_of(place.parent)
    place = place.parent.resolve() / place.name
    if root is not None and place.is_relative_to(root.resolve()):
        return root, place.relative_to(root.resolve()).as_posix()
    do = "Leave --base away, or run this in a checkout."
    raise Refusal(NoBase(what="the folder is not in a git repository.", where=str(folder), do=do))


def repository_of(folder: Path) -> Path | None:
    """Return the root of the git repository that a folder is in, None where it is in none. Raises Refusal(ToolBroken)."""
    said = git(folder, ["rev-parse", "--show-toplevel"], allow=(0, 128)) if folder.is_dir() else b""
    return Path(os.fsdecode(said.removesuffix(b"\n"))) if said else None


def git(repository: Path, arguments: Sequence[str], allow: Sequence[int] = (0,), feed: bytes = b"") -> bytes:
    """Return what git prints; nothing in the environment or the settings decides what it reads.

    Raises Refusal(ToolBroken) where git is missing, takes too long or ends with another code than those allowed; with an
    allowed code other than 0 it returns nothing.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k == "GIT_INDEX_FILE"}
    fixed = {
        "GIT_NO_REPLACE_OBJECTS": "1", "GIT_NO_LAZY_FETCH": "1", "GIT_LITERAL_PATHSPECS": "1", "GIT_OPTIONAL_LOCKS": "0",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_ATTR_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }  # fmt: skip
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and a ref never stands where an option may
            ["git", "-C", str(repository), *settings, *arguments],  # noqa: S607 - the operator's git
            input=feed, capture_output=True, check=False, timeout=_SECONDS, env={**kept, **fixed},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        what = f"git does not answer: {type(error).__name__}."
        raise Refusal(ToolBroken(what=what, where=str(repository), do="Check that git is installed and runs.")) from None
    if done.returncode not in allow:
        said = done.stderr.decode("utf-8", "replace").strip()[:300]
        raise Refusal(ToolBroken(what=f"`git {arguments[0]}` failed: {said}.", where=str(repository)))
    return done.stdout if done.returncode == 0 else b""


def _listing(repository: Path, command: Sequence[str], prefix: str, label: str) -> dict[str, tuple[str, str]]:
    """Return path within the folder to mode and blob, of a tree or of the index.

    Raises Refusal(GraphCorrupt) where an entry is not a plain file of a node: a link, an executable, a submodule, a file
    left in conflict, another name.
    """
    out: dict[str, tuple[str, str]] = {}
    for line in git(repository, command).split(b"\0")[:-1]:
        head_, _, raw = line.partition(b"\t")
        path = os.fsdecode(raw)
        mode, first, second, *_ = *head_.decode("ascii").split(" "), ""
        # `ls-tree` writes mode, type and blob; `ls-files -s` mode, blob and stage
        blob, sound = (second, first == "blob") if command[0] == "ls-tree" else (first, second == "0")
        where, inside = f"{label}{ascii(path)[1:-1]}", path.removeprefix(f"{prefix}/")
        if mode != _PLAIN or not sound or inside == path:
            what = f"git holds it with mode {mode}; a plain file ({_PLAIN}) is due." if sound else "git holds it in conflict."
            do = "Replace it by the file itself, `chmod 644`, and `git add` it."
            raise Refusal(GraphCorrupt(what=what, where=where, do=do))
        name, _, file = inside.partition("/")
        if inside not in BESIDE and not (DIGEST.fullmatch(name) and file in SIZES):
            raise Refusal(GraphCorrupt(what="git holds a file there that belongs to no node.", where=where, do="Remove it."))
        out[inside] = (mode, blob)
    return out


def _nodes(repository: Path, files: Mapping[str, tuple[str, str]], where: str) -> list[Node]:
    """Return the nodes of a tree. Raises Refusal(GraphCorrupt) where one is not as it was accepted."""
    paths = {path: blob for path, (_, blob) in files.items() if path not in BESIDE}
    blobs = blobs_of(repository, list(paths.values()))
    folders: dict[str, dict[str, bytes]] = {}
    for path, blob in paths.items():
        name, _, file = path.partition("/")
        folders.setdefault(name, {})[file] = blobs[blob]
    return [node_from_files(name, contents, f"{where}/{name}") for name, contents in sorted(folders.items())]


def blobs_of(repository: Path, ids: Sequence[str]) -> dict[str, bytes]:
    """Return blobs by their ids; one that is longer than any file of a node may be is not read."""
    due = sorted(set(ids))
    feed = "".join(f"{i}\n" for i in due).encode()
    if not due:
        return {}
    for line in git(repository, ["cat-file", "--batch-check"], feed=feed).decode("ascii", "replace").splitlines():
        match line.split(" "):
            case [_, "blob", size] if int(size) <= max(SIZES.values()):
                pass
            case [blob, "blob", size]:
                what = f"git holds the file {blob} with {size} bytes, which is too long."
                raise Refusal(GraphCorrupt(what=what, where=str(repository), do="Remove it."))
            case _:
                do = "Fetch it: the commit and its files must be here."
                raise Refusal(NoBase(what=f"git lacks a file: {line[:100]}.", where=str(repository), do=do))
    said, at, out = git(repository, ["cat-file", "--batch"], feed=feed), 0, dict[str, bytes]()
    for blob in due:
        end = said.index(b"\n", at)
        name, kind, size = said[at:end].decode("ascii").split(" ")
        if (name, kind) != (blob, "blob"):
            raise Refusal(ToolBroken(what=f"git answered with {name} where {blob} was asked for.", where=str(repository)))
        out[blob] = said[end + 1 : end + 1 + int(size)]
        at = end + 1 + int(size) + 1
    return out
