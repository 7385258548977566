"""A text -> its Reading: the targets, the contract of each in words, what the graph holds of them; or why it is refused."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from loop.commands.common import UsageError, read_graph
from loop.keep import standing
from loop.language_server.facts import Fault, Head, Job, Offer, Reading, Target, Text, is_spec
from loop.language_server.positions import Place, to_lines
from loop.own_file import own_function, patched
from loop.words import contract_lines, line_costs, reason_lines, rests_on
from verify.ci_formats import plain
from verify.claim_words import claims
from verify.components import linked
from verify.functions import decorator_name
from verify.graph import Graph, superseded
from verify.judge import version_of
from verify.limits import DEFAULT
from verify.node import Node, spec_node
from verify.reasons import Counterexample, NoTarget, Reason, Refusal, literal
from verify.source import Source
from verify.spec import Spec, to_candidate, to_specs
from verify.task import Task, Version

BRIEF: Final = 80
"""characters of what a lens says of an input"""
NEIGHBOURS: Final = 200
"""files of a folder among which specs are looked for"""
GRAPHS: Final = 4
"""graphs that are kept in memory"""
_DEF: Final = re.compile(r"def\s+")
_WORD: Final = re.compile(r"\w+|\S")


class Graphs:
    """Reads graphs, each again only where its folder's list of nodes changed."""

    def __init__(self) -> None:
        """Know none."""
        self._known: dict[Path, tuple[tuple[tuple[str, int], ...], Graph]] = {}

    def of(self, folder: Path | None) -> tuple[Graph | None, str]:
        """Return the graph of a folder, None where there is none or it is not sound; then also why."""
        try:
            if folder is None or not folder.exists():
                return None, ""
            listed = tuple(sorted((p.name, p.lstat().st_mtime_ns) for p in folder.iterdir())) if folder.is_dir() else ()
            known = self._known.get(folder)
            if known is None or known[0] != listed:
                known = self._known[folder] = (listed, read_graph(folder))
                while len(self._known) > GRAPHS:
                    del self._known[next(iter(self._known))]
        except Refusal as refusal:
            return None, plain(str(refusal.reason))
        except UsageError as error:
            return None, plain(str(error))
        except OSError as error:
            return None, plain(f"{folder} cannot be read: {error.strerror or error}.")
        return known[1], ""


def to_tasks(job: Job, graph: Graph | None) -> tuple[tuple[Task, Place], ...]:
    """Return what a job asks the judge: whether baselines meet their contracts, or whether a candidate is better than one.

    With each task comes the place of its function's name in the text. Raises Refusal.
    """
    nodes, text = graph.nodes if graph else {}, job.text
    if job.spec is None:
        specs = to_specs(linked(text.content, text.label, nodes, DEFAULT), text.label, DEFAULT)
        meant = [s for s in specs if not job.names or s.name in job.names]
        return tuple((Task(s, Version(s.source, s.program)), place_of_name(s.source, s.name)) for s in meant)
    specs = to_specs(linked(job.spec.content, job.spec.label, nodes, DEFAULT), job.spec.label, DEFAULT)
    spec = next((s for s in specs if s.name == job.name), None)
    if spec is None:
        raise Refusal(NoTarget(what=f"it has no target `{plain(job.name)}`.", where=job.spec.label))
    own = linked(text.content, text.label, nodes, DEFAULT, spec_node(spec.name, spec.source.content).id)
    new = Version(*to_candidate(own, text.label, spec, DEFAULT))
    return ((Task(spec, Version(spec.source, spec.program), new), place_of_name(new.source, spec.name)),)


def read(job: Job, graphs: Graphs) -> Reading:
    """Read a text. Whatever is wrong with it is in the answer."""
    graph, graph_fault = graphs.of(job.graph)
    digest, spec = job.text.digest, job.spec.digest if job.spec else ""
    decoded = job.text.content.decode(errors="replace")
    if job.spec is None and not is_spec(decoded):
        offers = tuple(offers_in(job)) if job.look else job.offers
        return Reading(digest, offers=tuple(placed(offers, decoded)), graph_fault=graph_fault)
    try:
        tasks = to_tasks(job, graph)
    except Refusal as refusal:
        if isinstance(refusal.reason, NoTarget) and job.spec is None:
            return Reading(digest, graph_fault=graph_fault)  # another project's `@target`
        own = (Target(n.name, _place(n, decoded)) for n in functions(decoded) if n.name == job.name)
        names = marked_names(decoded) if job.spec is None else tuple(own)[:1]
        first = names[0].place if names else Place(0)
        return Reading(digest, names, fault_of(refusal.reason, "policy", job.text, first), (), graph_fault, spec)
    targets = (_target(job, graph, task, place) for task, place in tasks)
    return Reading(digest, tuple(targets), None, (), graph_fault, spec)


def _target(job: Job, graph: Graph | None, task: Task, place: Place) -> Target:
    head = head_of(graph, task.spec, job.text) if graph and task.new is None else None
    return Target(task.spec.name, place, tuple(contract_lines(task.spec)), head)


# -- the graph ------------------------------------------------------------------------------------------------------------------


def head_of(graph: Graph, spec: Spec, text: Text) -> Head | None:
    """Return what the graph holds for a target of exactly these bytes; None where it holds nothing."""
    stands = standing(graph, spec)
    node = stands.head
    if node is None or node.certificate is None:
        return None
    certificate, costs = node.certificate, line_costs(stands)
    return Head(
        node=node.id,
        tier=certificate.tier,
        improved=stands.improved,
        order=stands.order,
        cost_old=costs.old,
        cost_new=costs.new,
        claims=tuple(claims(spec, certificate, superseded(graph, node))),
        rests=tuple(what for what, _ in rests_on(certificate)),
        fixed=fixed_text(text, spec, node) if stands.improved else None,
    )


def fixed_text(text: Text, spec: Spec, node: Node) -> str | None:
    """Return a spec file with an accepted version's body in the place of the baseline's; None where there is no place for it.

    A file that calls accepted versions by name is left alone: the text of what it calls is not in it.
    """
    if text.content != spec.source.content:
        return None
    try:
        version = version_of(node, spec, DEFAULT)
        new = patched(own_function(text.content, text.label, spec.name), version.source.content)
        again = {s.name: s for s in to_specs(new, text.label, DEFAULT)}
    except (Refusal, LookupError):
        return None
    kept = again.get(spec.name)
    return new.decode() if kept is not None and (kept.require, kept.ensure) == (spec.require, spec.ensure) else None


# -- faults ---------------------------------------------------------------------------------------------------------------------


def fault_of(reason: Reason, gate: str, text: Text, named: Place) -> Fault:
    """Return a reason as a fault of a text; one that names no place in it is at `named`."""
    stated = _stated(reason, text)
    # where only the line of the function is named, its name is meant
    place = named if stated is None or (stated.end is None and stated.line == named.line) else stated
    elsewhere = reason.where if reason.where.partition(":")[0] not in ("", text.label) and place == named else ""
    lines = [*reason_lines(replace(reason, where=""), gate), *([f"where: {plain(elsewhere)}"] if elsewhere else [])]
    return Fault(place, reason.verdict, type(reason).__name__, tuple(lines), _brief(reason))


def _brief(reason: Reason) -> str:
    if not isinstance(reason, Counterexample):
        return ""
    names = reason.parameters or tuple(f"argument {i}" for i in range(len(reason.arguments)))
    shown = plain(", ".join(f"{n} = {literal(v)}" for n, v in zip(names, reason.arguments, strict=True)))
    return shown if len(shown) <= BRIEF else f"{shown[:BRIEF]} ..."


def _stated(reason: Reason, text: Text) -> Place | None:
    """Return the place in a text that a reason names, None where it names none."""
    found = re.fullmatch(re.escape(text.label) + r":([0-9]{1,9})(?::([0-9]{1,9}))?", reason.where)
    lines = to_lines(text.content.decode(errors="replace"))
    if found is None or not 0 < int(found[1]) <= len(lines):
        return None
    line = int(found[1]) - 1
    shown = lines[line]
    if found[2] is None:
        odd = next((i for i, c in enumerate(shown) if not (c.isascii() and c.isprintable())), None)
        return Place(line, len(shown) - len(shown.lstrip())) if odd is None else Place(line, odd, odd + 1)
    start = int(found[2]) - 1
    return Place(line, start, _end(text, line, start, shown))


def _end(text: Text, line: int, start: int, shown: str) -> int:
    """Return where what begins at a place ends: the widest expression there, or else the word."""
    try:
        tree = ast.parse(text.content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        tree = ast.Module([], [])
    begins = (line + 1, start, line + 1)
    here = [n for n in ast.walk(tree) if begins == tuple(getattr(n, k, -1) for k in ("lineno", "col_offset", "end_lineno"))]
    word = _WORD.match(shown, start)
    return max((n.end_col_offset for n in here), default=word.end() if word else len(shown))  # type: ignore[attr-defined]


# -- names ----------------------------------------------------------------------------------------------------------------------


def place_of_name(source: Source, name: str) -> Place:
    """Return where the name of a function stands that a file defines."""
    node = next(n for n in source.tree.body if isinstance(n, ast.FunctionDef) and n.name == name)
    return _place(node, source.content.decode())


def _place(node: ast.FunctionDef, text: str) -> Place:
    found = _DEF.match(to_lines(text)[node.lineno - 1])
    start = found.end() if found else 0
    return Place(node.lineno - 1, start, start + len(node.name))


def functions(text: str) -> list[ast.FunctionDef]:
    """Return the functions at the top level of a text that the language may refuse, as far as Python can read it.

    None of a text that is longer than the language has any: to parse that might take all there is.
    """
    if len(text) > DEFAULT.source_bytes:
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [n for n in tree.body if isinstance(n, ast.FunctionDef)]


def marked_names(text: str) -> tuple[Target, ...]:
    """Return the targets of such a text."""
    marked = [n for n in functions(text) if any(decorator_name(d).rpartition(".")[2] == "target" for d in n.decorator_list)]
    return tuple(Target(n.name, _place(n, text)) for n in marked)


# -- candidates -----------------------------------------------------------------------------------------------------------------


def offers_in(job: Job) -> Iterator[Offer]:
    """Yield the targets of the spec files in a folder; of a folder with many files only of the first."""
    if job.look is None:
        return
    try:
        files = sorted(p for p in job.look.iterdir() if p.suffix == ".py" and p.is_file())[:NEIGHBOURS]
    except OSError:
        return
    for path in files:
        try:
            content = path.read_bytes() if path.stat().st_size <= DEFAULT.source_bytes else b""
        except OSError:
            continue
        text = content.decode(errors="replace")
        if str(path) != job.text.label and is_spec(text):
            yield from (Offer(path, t.name) for t in marked_names(text))


def placed(offers: Sequence[Offer], text: str) -> Iterator[Offer]:
    """Yield the offers for which a text has a function of that name, with its place; none for a text without such functions."""
    places = {n.name: _place(n, text) for n in functions(text)} if offers else {}
    yield from (replace(o, place=places[o.name]) for o in offers if o.name in places)
