"""A Job -> Outcomes: the gates that can only refuse, without Lean; or the whole judgement, as `qed check` makes it."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from loop.commands.common import UsageError, prepare_sandbox, read_lemmas
from loop.examine import Examination, Examiner
from loop.language_server.facts import Job, Outcome, State
from loop.language_server.positions import Place
from loop.language_server.reading import Graphs, fault_of, to_tasks
from loop.lemma_store import NOTHING, LemmaStore, store_of
from loop.library.measures import weights_in
from loop.orders import cost_text
from loop.words import own_cost, rests_on
from verify import ir
from verify.claim_words import TIERS, claims
from verify.functions import decorator_name
from verify.interpreter import holds
from verify.judge import Screened, screen
from verify.limits import DEFAULT
from verify.reasons import ContractViolated, EmptyPrecondition, Malformed, Reason, Refusal, ToolBroken
from verify.task import Task
from verify.toolchain import Preference, ToolchainMissing
from verify.verdict import Accept

Say = Callable[[str], None]


def test(job: Job, graphs: Graphs, say: Say) -> Iterator[Outcome]:
    """Run the gates that can only refuse on each target of a job. Nothing that they let pass is proved by that."""
    graph, _ = graphs.of(job.graph)
    try:
        tasks = to_tasks(job, graph)
    except Refusal:
        return  # reading it has told
    for task, place in tasks:
        name, digest = task.spec.name, job.text.digest
        say(f"{name}: runs and solver")
        found = screen(task, (), DEFAULT)
        if isinstance(found, Screened):
            old, new = cost_text(task, DEFAULT)
            yield Outcome(digest, name, "tested", cost_old=old, cost_new=new, seconds=found.seconds)
        else:
            yield _refused(job, task, place, found.name, found.reason, found.gate)


class Prover:
    """Holds what the whole judgement takes from one job to the next: the examiner, with its warm Lean."""

    def __init__(self, lean: Preference) -> None:
        """Hold nothing yet; `lean` says whose kernel decides."""
        self._lean = lean
        self._examiner: Examiner | None = None
        self._say: Say = lambda _: None

    def prove(self, job: Job, graphs: Graphs, say: Say) -> Iterator[Outcome]:
        """Judge each target of a job from end to end; nothing enters a graph."""
        graph, _ = graphs.of(job.graph)
        try:
            tasks = to_tasks(job, graph)
        except Refusal:
            return  # reading it has told
        try:
            lemmas = read_lemmas(Path(job.text.label)) if job.spec is not None else ""
        except (Refusal, UsageError) as fault:
            reason = fault.reason if isinstance(fault, Refusal) else Malformed(what=str(fault))
            yield from (_refused(job, task, place, reason.verdict, reason, "policy") for task, place in tasks)
            return
        store = store_of(graph, weights_in(job.graph)[0]) if graph and job.graph else NOTHING
        for task, place in tasks:
            name = task.spec.name
            yield Outcome(job.text.digest, name, "at work")
            yield self._judged(job, task, place, lemmas, store, _of(name, say))

    def _judged(self, job: Job, task: Task, place: Place, lemmas: str, store: LemmaStore, say: Say) -> Outcome:
        self._say = say
        try:
            examined = self._judging().examine(task, lemmas=lemmas, store=store)
        except ToolchainMissing as missing:
            reason: Reason = ToolBroken(what=str(missing))
            return _refused(job, task, place, reason.verdict, reason, "kernel")
        except Refusal as refusal:
            return _refused(job, task, place, refusal.reason.verdict, refusal.reason, "examples")
        return judged(job, task, place, examined)

    def _tell(self, what: str) -> None:
        self._say(what)

    def _judging(self) -> Examiner:
        if self._examiner is None:
            prepare_sandbox()
            self._examiner = Examiner(self._lean, DEFAULT, self._tell)
        return self._examiner


def _of(name: str, say: Say) -> Say:
    return lambda what: say(f"{name}: {what}")


def judged(job: Job, task: Task, place: Place, examined: Examination) -> Outcome:
    """Return a judgement as an outcome."""
    verdict = examined.verdict
    if not isinstance(verdict, Accept):
        return _refused(job, task, place, verdict.name, verdict.reason, verdict.gate)
    certificate = verdict.certificate
    said = [f"tier {certificate.tier}: {TIERS[certificate.tier]}", *claims(task.spec, certificate, None)]
    if task.new is not None and task.spec.result == "same":
        said.append("it returns what the baseline returns")
    return Outcome(
        job.text.digest, task.spec.name, "accept",
        tier=certificate.tier,
        order=certificate.order,
        cost_old=certificate.old_cost if task.new is not None else own_cost(certificate),
        cost_new=certificate.new_cost if task.new is not None else None,
        claims=tuple(said),
        rests=tuple(what for what, _ in rests_on(certificate)),
        seconds=verdict.seconds,
    )  # fmt: skip


def _refused(job: Job, task: Task, place: Place, state: State, reason: Reason, gate: str) -> Outcome:
    fault, failing = fault_of(reason, gate, job.text, place), decorator_place(task, reason) if job.spec is None else None
    return Outcome(job.text.digest, task.spec.name, state, gate, replace(fault, place=failing) if failing else fault)


def decorator_place(task: Task, reason: Reason) -> Place | None:
    """Return where the condition stands that a reason is about: the first that the result breaks, or the precondition."""
    tree = task.spec.source.tree
    node = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == task.spec.name)
    due = {ContractViolated: "ensure", EmptyPrecondition: "require"}.get(type(reason))
    # icontract checks the lowest first
    found = [d for d in reversed(node.decorator_list) if decorator_name(d) == due]
    if isinstance(reason, ContractViolated) and len(found) > 1:
        found = [d for d, met in zip(found, _met(task, reason, len(found)), strict=False) if not met] or found
    if not found:
        return None
    end = found[0].end_col_offset if found[0].end_lineno == found[0].lineno else None
    return Place(found[0].lineno - 1, found[0].col_offset, end)


def _met(task: Task, reason: ContractViolated, count: int) -> list[bool]:
    """Return for each postcondition, in the order of their check, whether the result meets it."""
    match task.spec.ensure:
        case ir.Logic("and", parts) if len(parts) == count:
            pass
        case _:
            return []
    names = [*(p.name for p in task.spec.program.parameters), "result"]
    try:
        values = (*reason.arguments, ast.literal_eval(reason.got))
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return []
    return [holds(part, names, DEFAULT)(values) for part in parts]
