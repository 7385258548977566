"""A copy of what a loop has learned, without the targets that it learned it from; parts of it may be left out."""

import shutil
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from loop.journal import ENDED, OUTCOMES, Journal, journal_path
from loop.library.measures import measures_path
from loop.search.learned import learned_path
from verify.graph import Graph, load
from verify.reasons import Reason, Refusal

PARTS: Final = ("rules", "lemmas", "policies", "search", "tactics")
"""what can be left out: three kinds of nodes, what the search learned, and in which order scripts are tried.

The weights of lemmas go with the lemmas.
"""
_KINDS: Final = {"rule": "rules", "lemma": "lemmas", "policy": "policies"}


def add_versions(source: Path, to: Path) -> None:
    """Copy the versions in a graph's folder to another one, with their specs and what they rest on.

    Raises Refusal where the graph is not sound, and OSError.
    """
    graph = _read(source)
    due = [n.id for n in graph.nodes.values() if n.kind == "implementation"]
    while due:
        node = graph.nodes[due.pop()]
        if not (to / node.id).exists():
            shutil.copytree(source / node.id, to / node.id)
            due += [edge.to for edge in node.edges]


def freeze(source: Path, to: Path, without: Collection[str] = ()) -> None:
    """Copy what the loop of a graph's folder has learned to a folder that is not there yet; `without` are of PARTS.

    Raises Refusal where the graph is not sound, and OSError.
    """
    graph = _read(source)
    to.mkdir(parents=True)
    for node in graph.nodes.values():
        if node.kind in _KINDS and _KINDS[node.kind] not in without:
            shutil.copytree(source / node.id, to / node.id)
    for part, state in (("search", learned_path), ("lemmas", measures_path)):
        if part not in without and state(source).exists():
            state(to).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(state(source), state(to))
    if "tactics" not in without:
        with closing(Journal(journal_path(source))) as old, closing(Journal(journal_path(to))) as new:
            new.begin({"frozen": True})
            for content in old.before(OUTCOMES):
                new.add(OUTCOMES, content)
            new.add(ENDED, {"how": "frozen"})


def _read(folder: Path) -> Graph:
    graph = load(folder)
    if isinstance(graph, Reason):
        raise Refusal(graph)
    return graph
