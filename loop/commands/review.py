"""`qed review`: what waits for a person's word, what can be judged of it, and the word itself."""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from loop.commands.common import DONE, UsageError, prepare_sandbox, print_json, read_graph
from loop.commands.explain import SHORTEST, measured_now, to_data
from loop.governance.queue import Held, drop, queued
from loop.journal import ADMISSION, REVIEWED, Journal, journal_path
from loop.keep import Again, proved_again
from loop.views.explained import explained
from loop.views.waiting import graph_with, patch_of, reviewers_of, state
from loop.words import SHORT, Costs, console
from verify.canonical import Digest
from verify.ci_formats import plain
from verify.governance import governance_beside, may_review
from verify.graph import Graph, admit, admit_policy
from verify.node import Node
from verify.reasons import GraphConflict, Reason, Refusal
from verify.verdict import Accept


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewArguments:
    """What the command line asked for; `why` is due for a rejection."""

    accepted: Path
    name: str = ""
    by: str = ""
    why: str = ""
    as_json: bool = False


# -- what waits -----------------------------------------------------------------------------------------------------------------


def list_entries(arguments: ReviewArguments) -> int:
    """Print what waits; return the exit code. Raises UsageError, Refusal."""
    graph = read_graph(arguments.accepted)
    found = queued(arguments.accepted)
    rows = [_row(graph, name, held) for name, held in found.items()]
    if arguments.as_json:
        print_json({"accepted_folder": str(arguments.accepted), "entries": rows})
        return DONE
    out = console()
    if not rows:
        out.print(f"nothing waits for a word at {plain(str(arguments.accepted))}.")
        return DONE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("entry", "kind", "target", "why", "order", "cost in ticks, old -> new", "state"):
        table.add_column(column, overflow="fold")
    for row in rows:
        cost = row["cost"]
        costs = str(Costs(cost["old"], cost["new"])) if isinstance(cost, dict) else "-"
        told = (str(row[k] or "-") for k in ("kind", "target", "why", "order"))
        table.add_row(*map(plain, (str(row["node"])[:SHORT], *told, costs, str(row["state"]))))
    out.print(table)
    out.print("`qed review show ENTRY` says what there is to judge; `approve` proves it again before it enters.", soft_wrap=True)
    return DONE


def _row(graph: Graph, name: Digest, held: Held | Reason) -> dict[str, object]:
    if isinstance(held, Reason):
        unknown = dict.fromkeys(("kind", "target", "why", "order", "cost"))
        return {"node": name, **unknown, "state": f"unreadable: {held.what}"}
    certificate = held.node.certificate
    return {
        "node": name, "kind": held.nodes[0].kind, "target": held.node.target, "why": held.why,
        "order": certificate.order if certificate else None,
        "cost": {"old": certificate.old_cost, "new": certificate.new_cost} if certificate else None,
        "state": state(graph, held.nodes) or "waits",
    }  # fmt: skip


# -- what can be judged of it ---------------------------------------------------------------------------------------------------


def show_entry(arguments: ReviewArguments) -> int:
    """Print the diff, the claim, the costs and what they rest on; return the exit code. Raises UsageError, Refusal."""
    graph = read_graph(arguments.accepted)
    held = entry_named(arguments)
    part = graph_with(graph, held, arguments.accepted)
    people = reviewers_of(arguments.accepted, held)
    patch = patch_of(part, held.node)
    if arguments.as_json:
        row = _row(graph, held.node.id, held)
        more = {"idea": held.idea, "measured": held.measured.as_data() if held.measured else None, "reviewers": people}
        print_json({**row, **more, "diff": patch, "explained": to_data(part, held.node)})
        return DONE
    out = console()
    # the first part says where in the graph it stands, where it does not
    told = explained(part, held.node, measured_now(part, held.node))[1:]
    parts = [*_why(held, people, state(graph, held.nodes)), ("Change", patch.splitlines()), *((s.title, s.lines) for s in told)]
    for title, lines in parts:
        if lines:
            out.print(Text(plain(title), style="bold"))
        for line in lines:
            out.print(Text(f"  {plain(line)}"), soft_wrap=True)
    return DONE


def _why(held: Held, people: list[str], stale: str) -> Iterator[tuple[str, list[str]]]:
    lines = [held.why]
    if held.measured:
        lines.append(f"measured then: {held.measured}")
    lines += [f"proposed by {held.idea}"] if held.idea else []
    nobody = "policy.toml names no reviewers; whoever gives a name may decide"
    lines.append(f"reviewers: {', '.join(people)}" if people else nobody)
    lines += [f"it cannot be approved: {stale}"] if stale else []
    yield f"Waits, {held.node.id}", lines


# -- the word -------------------------------------------------------------------------------------------------------------------


def approve(arguments: ReviewArguments, again: Again) -> int:
    """Prove what waits once more from its bytes, and admit it; return the exit code.

    `again` proves a node of a graph. Nothing enters that is not accepted now, whoever says so. Raises UsageError, and Refusal
    where it is not accepted, not allowed, or the head has moved; then it stays in the queue.
    """
    folder = arguments.accepted
    with _book(arguments) as journal:
        held = entry_named(arguments)
        _check_person(arguments, held)
        graph = read_graph(folder)
        node, there = held.node, held.node.id in graph.nodes
        if not there:
            if why := state(graph, held.nodes):
                do = "Reject it, and run again: what is proved anew is proved against the head that is there."
                raise Refusal(GraphConflict(what=f"{why}.", where=node.id[:SHORT], do=do))
            after = _admitted(graph, folder, held, again)
            if isinstance(after, Reason):
                raise Refusal(after)
            entered = [n.id for n in held.nodes]
            journal.add(ADMISSION, {"turn": None, "number": None, "target": node.target, "nodes": entered})
        return _said(arguments, journal, node, "approve")


def _admitted(graph: Graph, folder: Path, held: Held, again: Again) -> Graph | Reason:
    if held.node.kind == "policy":
        return admit_policy(graph, folder, held.node)
    prepare_sandbox()
    verdict = proved_again(graph, held.nodes, again)
    return admit(graph, folder, held.nodes, verdict) if isinstance(verdict, Accept) else verdict.reason


def reject(arguments: ReviewArguments) -> int:
    """Take what waits out of the queue for good; return the exit code. Raises UsageError, Refusal."""
    if not arguments.why.strip():
        raise UsageError("--why says why it is rejected; the journal keeps it.")
    with _book(arguments) as journal:
        name = named(arguments, queued(arguments.accepted))
        held = queued(arguments.accepted)[name]
        if isinstance(held, Held):
            _check_person(arguments, held)
        elif not arguments.by.strip():
            raise UsageError("--by says who rejects it.")
        return _said(arguments, journal, held.node if isinstance(held, Held) else name, "reject")


@contextlib.contextmanager
def _book(arguments: ReviewArguments) -> Iterator[Journal]:
    """Open the journal, in which a word must stand to count. Raises UsageError where it cannot be written, or is broken."""
    with contextlib.closing(Journal(journal_path(arguments.accepted))) as journal:
        if wrong := journal.complaint or journal.broken():
            raise UsageError(f"a word has to stand in the journal: {wrong}")
        yield journal


def _check_person(arguments: ReviewArguments, held: Held) -> None:
    governance, kind = governance_beside(arguments.accepted), held.nodes[0].kind
    if may_review(governance, kind, arguments.by):
        return
    people = governance.reviewers.get(kind)
    who = f"`review.{kind}` in policy.toml names {', '.join(people)}" if people else "a name is a line of printable text"
    raise UsageError(f"{arguments.by!a} may not decide on this: {who}.")


def _said(arguments: ReviewArguments, journal: Journal, what: Node | Digest, decision: str) -> int:
    """Write a decision down, and take the entry out of the queue."""
    node, name = (what, what.id) if isinstance(what, Node) else (None, what)
    target = node.target if node else None
    event = {"node": name, "target": target, "decision": decision, "by": arguments.by, "why": arguments.why}
    if journal.add(REVIEWED, event) is None:
        raise UsageError(journal.complaint)
    drop(arguments.accepted, name)
    if arguments.as_json:
        print_json({**event, "exit_code": DONE})
    else:
        did = "is proved again, and in the graph" if decision == "approve" else "is out of the queue for good"
        console().print(f"{name[:SHORT]} {did}.")
    return DONE


def entry_named(arguments: ReviewArguments) -> Held:
    """Return the entry that is meant. Raises UsageError where none or several are, Refusal where it does not read."""
    found = queued(arguments.accepted)
    held = found[named(arguments, found)]
    if isinstance(held, Reason):
        raise Refusal(held)
    return held


def named(arguments: ReviewArguments, found: Mapping[Digest, Held | Reason]) -> Digest:
    """Return the name of the entry that is meant: by its beginning, or by its target where only one of it waits."""
    name = arguments.name
    if re.fullmatch(rf"[0-9a-f]{{{SHORTEST},64}}", name):
        meant = [n for n in found if n.startswith(name)]
    else:
        meant = [n for n, held in found.items() if isinstance(held, Held) and held.node.target == name]
    if len(meant) != 1:
        raise UsageError(f"{len(meant)} entries of the queue are meant by {name!a}; `qed review list` shows them.")
    return meant[0]
