"""Which targets settings are tuned on and tried on: disjoint families, and none of which the loop has learned."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from loop.commands.common import UsageError, read_spec, spec_paths
from loop.dataset.families import drawn, family_of
from loop.journal import Journal, journal_path
from loop.normal import normal_text
from loop.search.learned import learned_path, load
from verify.graph import Graph
from verify.judge import spec_in
from verify.limits import DEFAULT
from verify.node import spec_node
from verify.reasons import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Spec files, whole paths, and the families that they are of."""

    tune: tuple[Path, ...]
    held_out: tuple[Path, ...]
    tune_on: tuple[str, ...]
    tried_on: tuple[str, ...]
    """the families that are held out"""
    left_out: tuple[Path, ...]
    """files of these families with a program that is the same, up to names, as one that the other side has, or the loop knows"""

    def as_data(self) -> dict[str, list[str]]:
        """Return them as JSON data."""
        return {
            "tune_on": list(self.tune_on), "held_out": list(self.tried_on), "left_out": list(map(str, self.left_out)),
            "tune_files": list(map(str, self.tune)), "held_out_files": list(map(str, self.held_out)),
        }  # fmt: skip


def targets_of(specs: Path, graph: Graph, folder: Path, tune_on: Sequence[str], held_out: Sequence[str]) -> Targets:
    """Return the targets under a folder of specs that a graph's loop has not learned from, on two sides.

    Without names, families are held out by the digests of their names, and the rest is tuned on. Raises UsageError for a name
    that is no family, for a family on both sides or that the loop has learned from, and where a side is left with no target.
    """
    read = {path: read_spec(path, graph).specs for path in spec_paths([specs])}
    of = {path: family_of(path, specs) for path, there in read.items() if there}
    met = _met(graph, folder)
    known = frozenset(of[path] for path in of for s in read[path] if {s.digest, spec_node(s.name, s.source.content).id} & met)
    _refuse(of, known, tune_on, held_out)
    free = [of[path] for path in of for _ in read[path] if of[path] not in known]
    tried = frozenset(held_out) or drawn(f for f in free if f not in tune_on)
    tuned = frozenset(tune_on) or frozenset(free) - tried
    texts = {path: frozenset(normal_text(s.source, s.name) for s in read[path]) for path in of}
    learned = _all(texts, [p for p in of if of[p] in known]) | _texts(graph)
    held = [p for p in of if of[p] in tried and not texts[p] & learned]
    tune = [p for p in of if of[p] in tuned and not texts[p] & (learned | _all(texts, held))]
    if not held or not tune:
        seen = f" The loop of this graph has learned from {', '.join(sorted(known))}." if known else ""
        raise UsageError(f"there are no targets to tune on, or none to hold out, under {specs}; two families are due.{seen}")
    left = [p for p in of if of[p] in tried | tuned and p not in (*held, *tune)]
    held_files, tune_files, left_files = (tuple(p.absolute() for p in paths) for paths in (held, tune, left))
    return Targets(
        tune=tune_files, held_out=held_files, tune_on=tuple(sorted(tuned)), tried_on=tuple(sorted(tried)), left_out=left_files,
    )  # fmt: skip


def _met(graph: Graph, folder: Path) -> frozenset[str]:
    """Return digests and nodes of the targets that the loop of a graph's folder has had to do with, as far as can be told."""
    with closing(Journal(journal_path(folder))) as journal:
        judged = {e.spec for e in journal.entries}
    return frozenset(judged | set(graph.nodes) | set(load(learned_path(folder))[0].archives))


def _texts(graph: Graph) -> frozenset[str]:
    """Return the programs of a graph's targets, up to names, those included whose files are not there any more."""
    found = set[str]()
    for node in (n for n in graph.nodes.values() if n.kind == "spec"):
        with suppress(Refusal):
            spec = spec_in(node, DEFAULT)
            found.add(normal_text(spec.source, spec.name))
    return frozenset(found)


def _refuse(of: Mapping[Path, str], known: Collection[str], tune_on: Sequence[str], held_out: Sequence[str]) -> None:
    there = sorted(set(of.values()))
    for name in (*tune_on, *held_out):
        if name not in there:
            raise UsageError(f"no target is of the family {name!a}; there are {', '.join(there)}.")
        if name in known:
            raise UsageError(f"the loop of this graph has learned from the family {name!a}; name others.")
        if name in tune_on and name in held_out:
            raise UsageError(f"the family {name!a} is to be tuned on and to be held out; it can be one of the two.")


def _all(texts: Mapping[Path, frozenset[str]], paths: Sequence[Path]) -> frozenset[str]:
    return frozenset(t for p in paths for t in texts[p])
