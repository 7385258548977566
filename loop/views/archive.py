"""What the search keeps for a target: programs that were right on all runs, the best of each behaviour on each island."""

from dataclasses import dataclass
from pathlib import Path

from loop.search.archive import Elite
from loop.search.islands import Islands
from loop.search.learned import learned_path, load
from verify.canonical import Digest
from verify.graph import Graph
from verify.limits import DEFAULT
from verify.reasons import Refusal
from verify.spec import to_specs


@dataclass(frozen=True, slots=True, kw_only=True)
class EliteView:
    """A program that was right on all runs that were tried; nothing is proved of it."""

    program: str
    technique: str
    growth: str
    """the class of its cost"""
    nodes: int
    """length: statements and expressions"""
    ticks: float
    """on average over runs"""
    islands: tuple[int, ...]
    """those that keep it, from 0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveView:
    """The archive of one target; `elites` cheap ones first."""

    target: str
    """the function's name, "" where the graph has no such target"""
    spec: Digest | None
    """the node of its spec, None where the graph has none"""
    digest: Digest
    """of the target, by which the search knows it"""
    elites: tuple[EliteView, ...]
    insertions: int
    resettled: int
    """how often an island was settled anew"""


@dataclass(frozen=True, slots=True)
class Archives:
    """What is kept beside a journal; `complaint` says why nothing could be read, "" where all is well."""

    targets: tuple[ArchiveView, ...]
    complaint: str


def archives(folder: Path, graph: Graph) -> Archives:
    """Return the archives of a graph's folder, the target that was looked at last first."""
    learned, complaint = load(learned_path(folder))
    named = _named(graph) if learned.archives else {}
    found = (_view(digest, islands, named.get(digest)) for digest, islands in reversed(learned.archives.items()))
    return Archives(tuple(found), complaint)


def archive_of(folder: Path, graph: Graph, spec: Digest) -> ArchiveView | None:
    """Return the archive of the target of a spec's node, None where the search keeps none."""
    return next((a for a in archives(folder, graph).targets if a.spec == spec), None)


def _named(graph: Graph) -> dict[Digest, tuple[str, Digest]]:
    """Return name and node of each target of a graph by the target's digest; those that do not read are left out."""
    out: dict[Digest, tuple[str, Digest]] = {}
    for node in (n for n in graph.nodes.values() if n.kind == "spec"):
        try:
            specs = to_specs(node.content("spec.py"), node.id, DEFAULT)
        except Refusal:
            continue
        out.update((s.digest, (s.name, node.id)) for s in specs if s.name == node.target)
    return out


def _view(digest: Digest, islands: Islands, named: tuple[str, Digest] | None) -> ArchiveView:
    keeping: dict[str, tuple[Elite, list[int]]] = {}
    for number, archive in enumerate(islands.archives):
        for elite in archive:
            keeping.setdefault(elite.program, (elite, []))[1].append(number)
    cheap = sorted(keeping.values(), key=lambda pair: pair[0].order)
    elites = tuple(
        EliteView(
            program=e.program, technique=e.technique, growth=e.growth, nodes=e.nodes, ticks=e.ticks / 1000, islands=tuple(at),
        )
        for e, at in cheap
    )  # fmt: skip
    name, node = named or ("", None)
    return ArchiveView(
        target=name, spec=node, digest=digest, elites=elites, insertions=islands.count, resettled=islands.starts,
    )  # fmt: skip
