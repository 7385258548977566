"""`graph`: what a graph holds, as a table and a picture. `certificate`: what a node claims, and how it was proved."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loop.commands.common import UsageError, read_graph
from loop.commands.explain import find
from loop.governance.measured import Measured
from loop.notebook.sheet import Block, Code, Items, Line, Picture, Sheet, Shown, Table, Title
from loop.notebook.trouble import told
from loop.plots.dependency import dependency_plot
from loop.views.certificate import Field, fields_of
from loop.views.dependencies import DependencyView, dependencies
from loop.views.dependencies import around as near
from loop.views.explained import Section, explained
from loop.views.overview import FactView, Overview, overview
from loop.views.targets import TargetView
from loop.views.times import known_times
from loop.words import SHORT, duration
from verify.command import judge_now
from verify.node import Kind, Node

MOST_DRAWN: Final = 400
"""nodes of a picture; more are no longer told apart in a cell"""
_HEADS: Final = ("target", "versions", "tier", "order", "cost in ticks, old -> new", "measured", "head")
_MANY: Final[dict[Kind, str]] = {
    "spec": "specs", "implementation": "implementations", "lemma": "lemmas", "rule": "rules", "policy": "policies",
}  # fmt: skip
_FIELDS: Final = ("field", "stands", "value", "what it binds")


@dataclass(frozen=True, slots=True, repr=False)
class Graph(Shown):
    """A graph at a glance, as it was when it was read; `view` is all of it as data."""

    folder: Path
    view: Overview
    picture: DependencyView
    """of all of it, or of what `around` named"""

    @property
    def names(self) -> tuple[str, ...]:
        """The targets that it holds."""
        return tuple(t.name for t in self.view.targets)

    @property
    def sheet(self) -> Sheet:
        """What a cell shows."""
        return Sheet(tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        view = self.view
        yield Title(str(self.folder), "graph")
        if not view.nodes:
            yield Line("It is empty." if self.folder.exists() else "There is no such folder, which is an empty graph.")
            return
        kinds = ", ".join(f"{count} {_MANY[kind]}" for kind, count in view.kinds.items())
        yield Line(f"{len(view.targets)} targets, {view.improved} improved; {view.nodes} nodes: {kinds}.")
        yield Table(tuple(map(_row, view.targets)), _HEADS, (_HEADS.index("versions"),))
        yield self._drawn()
        for kind, facts in (("lemmas", view.lemmas), ("rules", view.rules)):
            if facts:
                yield Code("\n".join(line for f in facts for line in _fact(f)), summary=f"{len(facts)} {kind}")
        if view.policies:
            yield Line("policies, empirical, nothing is proved of them: " + ", ".join(p.name for p in view.policies))

    def _drawn(self) -> Block:
        boxes, edges = len(self.picture.boxes), len(self.picture.edges)
        if boxes > MOST_DRAWN:
            return Line(f'{boxes} nodes are too many for a picture here; around="TARGET" draws those around one.', dim=True)
        says = f"A picture of {boxes} nodes and {edges} edges, each node to the right of what it rests on."
        return Picture(dependency_plot(self.picture), says)


@dataclass(frozen=True, slots=True, repr=False)
class CertificateShown(Shown):
    """A node of a graph: what it claims, how it was proved, what that rests on, and whether what it is bound to is as it was."""

    node: Node
    sections: tuple[Section, ...]
    fields: tuple[Field, ...]

    @property
    def fresh(self) -> bool:
        """Whether all that it binds is what it was when it was proved."""
        return not any(f.state == "stale" for f in self.fields)

    @property
    def sheet(self) -> Sheet:
        """What a cell shows."""
        return Sheet(tuple(self._blocks()))

    def _blocks(self) -> Iterator[Block]:
        first, *others = self.sections
        yield Title(first.title, self.node.certificate.tier if self.node.certificate else "")
        yield from map(Line, first.lines)
        for section in others:
            yield Title(section.title)
            yield _of(section)
        yield Title("Bound to")
        yield Table(tuple((f.name, f.state, f.value, f.binds) for f in self.fields), _FIELDS)
        if changed := [f"{f.name}: {c}" for f in self.fields for c in f.changed]:
            yield Items(tuple(f"changed: {c}" for c in changed))
        old = ", ".join(f.name for f in self.fields if f.state == "stale")
        yield Line("fresh: all that it binds is what it was." if self.fresh else f"stale: {old}. `qed ci` judges it again.")


def graph(folder: Path | str = "accepted", *, around: str | None = None) -> Graph:
    """Read the graph in a folder; one that is not there is an empty graph.

    The picture is of all of it, or of what a node rests on and what rests on it: `around` names the node as `certificate` does.
    Raises Trouble where the path is no folder, where the graph is not sound, and where `around` names no node.
    """
    path = Path(folder)
    with told():
        read = read_graph(path)
        drawn = near(read, find(read, around, path).id) if around is not None else None
        return Graph(path, overview(read, known_times(path)), dependencies(read, drawn))


def certificate(name: str, accepted: Path | str = "accepted") -> CertificateShown:
    """Read the certificate of a node, given by its name, the beginning of it, or a target, which stands for its head.

    Raises Trouble where nothing or more than one node is meant, and for a node that claims nothing.
    """
    with told():
        read = read_graph(Path(accepted))
        node = find(read, name, Path(accepted))
        if node.certificate is None:
            raise UsageError(f"{node.id} is a {node.kind}, which claims nothing; name a version of a target.")
        times = known_times(Path(accepted)).of_step(node)
        sections = explained(read, node, f"measured: {_times(times)}" if times else "")
        return CertificateShown(node, sections, tuple(fields_of(read, node, node.certificate, judge_now("auto"))))


def _row(target: TargetView) -> tuple[str, ...]:
    return (
        target.name + (", strengthened" if target.strengthened_by else ""),
        str(target.versions),
        target.tier or "-",
        target.order or "-",
        str(target.cost) if target.improved else "-",
        _times(target.measured) if target.measured else "-",
        target.head[:SHORT] if target.head else "-",
    )


def _times(found: Measured) -> str:
    slower = ", proved cheaper, measured slower" if found.slower else ""
    return f"{duration(found.old)} -> {duration(found.new)}{slower}"


def _fact(fact: FactView) -> Iterator[str]:
    yield f"{fact.name}  {fact.node[:SHORT]}, used by {fact.used_by} proof{'s' * (fact.used_by != 1)}"
    yield from (f"  {line}" for line in fact.claims)


def _of(section: Section) -> Block:
    if not section.code:
        return Items(section.lines)
    python = section.title.partition(",")[0] in {"Old", "New", "Code"}
    return Code("\n".join(section.lines), "python" if python else "text")
