"""Past goals: what accepted proofs were of, and which lemmas of the graph the search for such a proof may ask for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loop.journal import ADMISSION, CAME, Journal, bytes_of
from loop.lemma_store import LemmaStore, Stored
from loop.slices import slice_of
from verify.calls import helpers_in
from verify.canonical import Digest
from verify.graph import Graph
from verify.ir import Program
from verify.judge import task_of
from verify.limits import Limits
from verify.node import Node, tier_of
from verify.notes import annotate
from verify.proof import proof_from_files
from verify.reasons import Refusal
from verify.shape import shape
from verify.task import Task

WHOLE = "theorem accepted "
"""stands in lemmas that are a whole proof, which nobody searches for"""


@dataclass(frozen=True, slots=True)
class Past:
    """One accepted claim, with the lemmas that were handed in with the program, and the node of its proof."""

    node: Node
    task: Task
    lemmas: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What a journal knows of a graph: lemmas that were handed in, by target and program, and the order in which nodes came."""

    handed_in: Mapping[tuple[str, bytes], str]
    origins: Mapping[Digest, Digest]
    """the implementation behind whose proof a lemma was found"""
    order: Sequence[Digest]


def history(journal: Journal, graph: Graph) -> History:
    """Read what a journal tells of the nodes of a graph; with an empty journal nothing."""
    handed_in: dict[tuple[str, bytes], str] = {}
    for content in journal.before(CAME):
        try:
            program, text = bytes_of(content.get("program")), bytes_of(content.get("lemmas")).decode()
        except ValueError:
            continue
        handed_in[str(content.get("target")), program] = text
    origins: dict[Digest, Digest] = {}
    order: dict[Digest, None] = {}
    for content in journal.before(ADMISSION):
        nodes = [graph.nodes[i] for i in map(str, content["nodes"]) if i in graph.nodes]
        order |= dict.fromkeys(n.id for n in nodes)
        made = next((n.id for n in nodes if n.kind == "implementation"), None)
        origins |= {n.id: made for n in nodes if n.kind == "lemma" and made is not None and n.id not in origins}
    return History(handed_in, origins, tuple(order))


def past_goals(graph: Graph, known: History, limits: Limits) -> Iterator[Past]:
    """Yield what the proofs of a graph's tier kernel were of: targets by name, each from its baseline on.

    A claim whose whole proof was handed in is none: nobody searched for it. What is no longer read is passed over.
    """
    nodes = [n for n in graph.nodes.values() if n.kind == "implementation" and tier_of(n) == "kernel"]
    for node in sorted(nodes, key=lambda n: (n.target, _depth(graph, n), n.id)):
        lemmas = known.handed_in.get((node.target, node.content("program.py")), "") if node.edge("supersedes") else ""
        if WHOLE in lemmas:
            continue
        try:
            yield Past(node, task_of(graph, node, limits), lemmas)
        except Refusal:
            continue


def _depth(graph: Graph, node: Node) -> int:
    """Return how many versions a version supersedes."""
    depth = 0
    while edge := node.edge("supersedes"):
        node, depth = graph.nodes[edge.to], depth + 1
    return depth


def may_ask_for(past: Past, store: LemmaStore, limits: Limits) -> tuple[Stored, ...]:
    """Return the lemmas of a store that a proof of a goal may ask for, in the order of their nodes.

    They are about loops of the versions as the accepted proof saw them, or about constants of its statement. The proof may well
    ask for fewer.
    """
    try:
        files = {f.name: f.content for f in past.node.files}
        proof = proof_from_files(files, limits)
        task, contract = past.task, (past.task.spec.require, past.task.spec.ensure)
        programs = [annotate(task.old.program, proof.old_notes, limits, contract)]
        programs += [annotate(task.new.program, proof.new_notes, limits)] if task.new else []
    except Refusal:
        return ()
    statement = past.node.content("statement.lean").decode(errors="replace")
    found = dict.fromkeys(store.mentioning(statement))
    for program in (p for one in programs for p in (one, *(h.program for h in helpers_in(one.body)))):
        for definition in _slices(program, limits):
            found |= dict.fromkeys(store.by_definitions.get(definition, ()))
    return tuple(sorted(found, key=lambda s: s.node))


def _slices(program: Program, limits: Limits) -> Iterator[str]:
    """Yield the definitions of the slices of a program's loops."""
    types = {v.name: v.type for v in program.variables}
    for loop in program.loops:
        own = shape(program, loop)
        for name in (n for n in own.written if types.get(n) == "int"):
            made = slice_of(program, own, name, limits.paths)
            if made is not None:
                yield made.definition
