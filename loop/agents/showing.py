"""The tools that look: the list of targets, one target with all that helps to improve it, theorems, and nodes of the graph."""

import json
import re
from typing import Final

from loop.agents.answers import Accepted, Cost, Past, Problem, Shown, TargetRow, Targets, Theorem, Theorems
from loop.agents.asking import Inquiry
from loop.agents.catalog import NAME, Listed, shown
from loop.agents.lane import Ticket
from loop.agents.session import Session, head_of
from loop.agents.words import MESSAGE, cost_of
from loop.commands.common import UsageError
from loop.commands.explain import find
from loop.keep import Standing, baseline_task, standing
from loop.models.workbench import QUERY, head_text
from loop.prompt import DUE, JUDGED, LANGUAGE, LEMMAS, cut_to, source_text
from loop.proposal import Brief, Refused
from loop.words import Costs, line_costs
from verify.lemma import lemma_text
from verify.node import RESTING_ON_NOTHING, lemma_of, node_to_files
from verify.python_run import conditions
from verify.source import RESERVED
from verify.spec import Spec, signature
from verify.task import Task
from verify.ticks import TABLE

ROWS: Final = 200
"""most targets that one call lists, and the default"""
PAST: Final = 5
"""past refusals that are shown"""
PROGRAM: Final = 8_000
"""characters of a program that is shown as an example, or as refused"""
THEOREMS: Final = 30
"""most theorems that one search returns"""


def targets(session: Session, query: str, first: int, most: int) -> Targets:
    """List the targets whose names or files hold a text, `most` of them from the place `first` on."""
    if first < 0 or not 0 < most <= ROWS:
        raise UsageError(f"`first` is at least 0, and `most` lies between 1 and {ROWS}.")
    graph = session.graph()
    found = session.catalog(graph)
    wanted = [t for t in found.targets.values() if query.lower() in f"{t.file} {t.name}".lower()]
    rows = [row_of(t, standing(graph, t.spec)) for t in wanted[first : first + most]]
    problems = [Problem(file=f, reason=type(r).__name__, message=cut_to(str(r), MESSAGE)) for f, r in found.problems.items()]
    return Targets(targets=rows, total=len(wanted), problems=problems, may_submit=session.place.may_submit)


def row_of(listed: Listed, stands: Standing) -> TargetRow:
    """Return what a list says of a target."""
    head = stands.head
    status = "improved" if stands.improved else "baseline" if head else "not in the graph"
    certificate = head.certificate if head else None
    return TargetRow(
        name=listed.name, signature=signature(listed.spec.program), file=listed.file, status=status, versions=len(stands.line),
        head=head.id if head else None, tier=certificate.tier if certificate else None, order=stands.order,
        cost=_written(line_costs(stands)),
    )  # fmt: skip


def show(session: Session, name: str, ticket: Ticket) -> Shown:
    """Show a target, with what an improvement of it must be."""
    _, listed, stands = session.find(name)
    spec, head = listed.spec, head_of(listed.spec, stands)
    past = session.history(spec, stands).refusals
    row = row_of(listed, stands)
    cost = row.cost
    if cost.old is None or (stands.improved and cost.new is None):
        task = Task(spec, baseline_task(spec).old, head if stands.improved else None)
        cost = cost_of(session.ask(Inquiry(task, kind="cost"), ticket).cost)
    context = session.bench.context(Brief(spec, head, (), 0, 0))
    examples = [
        Accepted(
            target=a.name, baseline=cut_to(source_text(a.baseline.tree, a.name), PROGRAM),
            program=cut_to(source_text(a.source.tree, a.name), PROGRAM), order=a.order, tier=a.tier,
            cost=cost_of((a.costs[0] or None, a.costs[1] or None)),
        ) for a in context.acceptances if a.baseline is not None
    ]  # fmt: skip
    return Shown(
        target=row, spec=spec.source.content.decode(), require=list(conditions(spec, "require")),
        ensure=list(conditions(spec, "ensure")), must_return=DUE[spec.result], orders=list(spec.orders), lowest_tier=spec.tier,
        baseline=source_text(spec.source.tree, spec.name), head=head.source.content.decode(), cost=cost,
        language=language(), judged=judged(spec), lemmas=LEMMAS, refused=[_past(r) for r in past[-PAST:]], examples=examples,
        theorems=list(context.lemmas),
    )  # fmt: skip


def language() -> str:
    """Return what a candidate may be written in."""
    return LANGUAGE.replace("{reserved}", ", ".join(sorted(RESERVED)))


def judged(spec: Spec) -> str:
    """Return what is proved of a candidate, and what costs how much."""
    ticks = ", ".join(f"{name.replace('_', ' ')} {cost}" for name, cost in TABLE.items())
    return JUDGED.replace("{ticks}", ticks).replace("{due}", DUE[spec.result])


def lemmas(session: Session, query: str, most: int) -> Theorems:
    """Search the library's theorems and the graph's lemmas by words, by a Lean statement, or by a goal as `goals` shows it."""
    if not query.strip():
        raise UsageError("`query` is empty: give words such as `fmod fdiv`, a Lean statement, or a goal.")
    if not 0 < most <= THEOREMS:
        raise UsageError(f"`most` lies between 1 and {THEOREMS}.")
    graph = session.graph()
    nodes = {lemma_of(n).name: n for n in graph.nodes.values() if n.kind in RESTING_ON_NOTHING}
    found = []
    for theorem in session.bench.theorems(graph, as_statement(query), most):
        node = nodes.get(theorem.name)
        found.append(Theorem(
            name=theorem.name, statement=cut_to(head_text(theorem), MESSAGE), source="graph" if node else "library",
            node=node.id if node else None, text="\n\n".join(lemma_text(lemma_of(node))) if node else "",
        ))  # fmt: skip
    return Theorems(theorems=found)


def as_statement(query: str) -> str:
    r"""Return a goal as the head of a theorem; what is no goal is returned as it is.

    >>> as_statement("n : Int\nh : 0 ≤ n\n⊢ f n = n")
    '(n : Int) (h : 0 ≤ n) : f n = n'
    """
    before, sign, goal = query[:QUERY].partition("⊢")
    if not sign:
        return query
    hypotheses = [line.strip() for line in before.splitlines() if re.match(r"\s*[^\s:]+(\s[^\s:]+)* : ", line)]
    conclusion = " ".join(goal.split("\n\n")[0].split())
    return f"{' '.join(f'({h})' for h in hypotheses)} : {conclusion}"


def spec_text(session: Session, name: str) -> str:
    """Return the text of a target's spec file. Raises UsageError, Refusal."""
    return session.find(name)[1].spec.source.content.decode()


def node_text(session: Session, name: str) -> str:
    """Return a node of the graph as JSON: its files, of which `node.json` says what it rests on. Raises UsageError, Refusal."""
    if len(name) > NAME:
        raise UsageError(f"there is no node {shown(name)}.")
    node = find(session.graph(), name, session.place.accepted)
    files = {name: content.decode(errors="replace") for name, content in node_to_files(node).items()}
    return json.dumps({"node": node.id, "kind": node.kind, "target": node.target, "files": files}, indent=2)


def _written(costs: Costs) -> Cost:
    return cost_of((costs.old, costs.new))


def _past(refused: Refused) -> Past:
    return Past(reason=refused.reason, message=cut_to(refused.message, MESSAGE), program=cut_to(refused.program, PROGRAM))
