"""A graph's folder -> its graph, of which only those nodes are read whose files changed since they were read last.

What is looked at may come from memory; whether the graph is sound is asked of all of it each time. What decides never reads this
way: `verify.graph.load` reads every byte.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import TypeAlias

from loop.commands.common import read_graph
from verify.canonical import Digest
from verify.certificate import DIGEST
from verify.graph import BESIDE, Graph, graph_of
from verify.node_folder import node_from_folder
from verify.reasons import Reason, Refusal

State: TypeAlias = tuple[str, int, int, int, int, int]
"""a name with what changes when its file is written anew: times, size, mode and place on the disk"""
Stamps: TypeAlias = Mapping[str, tuple[State, ...]]
"""the files of each folder, by the folder's name; of what is no folder, itself"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A graph as it was read, and the states of its files just before."""

    stamps: Stamps
    graph: Graph


def stamps(folder: Path) -> Stamps:
    """Return the states of all files of a graph, as far as the system lets them be seen."""
    out: dict[str, tuple[State, ...]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                out[entry.name] = _inside(entry) if entry.is_dir(follow_symlinks=False) else (_state(entry),)
    except OSError as error:
        out[""] = ((str(error), 0, 0, 0, 0, 0),)
    return out


def _inside(entry: os.DirEntry[str]) -> tuple[State, ...]:
    with os.scandir(entry.path) as files:
        return tuple(sorted(map(_state, files)))


def _state(entry: os.DirEntry[str]) -> State:
    found = entry.stat(follow_symlinks=False)
    return entry.name, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_mode, found.st_ino


def read(folder: Path, now: Stamps, before: Reading | None) -> Graph:
    """Return the graph of a folder whose files are in the states of `now`. Raises UsageError and Refusal, as `read_graph` does.

    Where anything is not as it is in a sound graph that nobody writes to, all of it is read, and what that says counts.
    """
    plain = all(_is_node(name, states) or _is_beside(name, states) for name, states in now.items())
    if not plain or folder.is_symlink() or not folder.is_dir():
        return read_graph(folder)
    try:
        names = sorted(name for name in now if DIGEST.fullmatch(name))
        known = {n: before.graph.nodes[n] for n in names if before.stamps.get(n) == now[n]} if before else {}
        found = graph_of([known.get(name) or node_from_folder(folder / name) for name in names], str(folder))
    except (Refusal, OSError):
        return read_graph(folder)
    return read_graph(folder) if isinstance(found, Reason) else found


def _is_node(name: Digest, states: tuple[State, ...]) -> bool:
    return DIGEST.fullmatch(name) is not None and not (len(states) == 1 and states[0][0] == name)


def _is_beside(name: str, states: tuple[State, ...]) -> bool:
    return name in BESIDE and len(states) == 1 and states[0][0] == name and S_ISREG(states[0][4])
