"""`qed strengthen`: a spec in place of an accepted one of the same target that asks for less."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from loop.commands.check import CheckArguments, Checked, Desk, chosen, to_data
from loop.commands.common import EXIT_CODES, UsageError, print_json, read_lemmas, read_spec, worst
from loop.examine import Examination
from loop.governance.door import admit_or_hold
from loop.keep import baseline_task, standing
from loop.strengthen import proof_of
from loop.words import console, show_verdict
from verify.gates.strengthening import refute_strengthening
from verify.graph import head, strengthened
from verify.judge import decide_strengthening, spec_in, version_of
from verify.limits import DEFAULT
from verify.node import Node, stronger_node
from verify.proof import Proof
from verify.reasons import Reason, Refusal
from verify.spec import Spec
from verify.strengthening import Strengthening, mismatch, to_strengthening
from verify.task import Task, Version
from verify.toolchain import Preference
from verify.verdict import Accept, Verdict, to_verdict


@dataclass(frozen=True, slots=True)
class StrengthenArguments:
    """What the command line asked for."""

    spec: Path
    function: str | None
    accepted: Path
    admit: bool
    lean: Preference
    as_json: bool
    weaker: str | None = None
    """the name, or its beginning, of the spec's node that is to be strengthened"""


def strengthen(arguments: StrengthenArguments) -> int:
    """Judge whether a spec strengthens an accepted one, and whether what is accepted under that meets it; return the exit code.

    Raises UsageError, Refusal, ToolchainMissing.
    """
    checking = CheckArguments(
        spec=arguments.spec, candidate=None, function=arguments.function, accepted=arguments.accepted, admit=arguments.admit,
        lean=arguments.lean, as_json=arguments.as_json,
    )  # fmt: skip
    with contextlib.closing(Desk(checking)) as desk:
        file = read_spec(arguments.spec, desk.graph)
        if file.reason is not None:
            raise Refusal(file.reason)
        (spec, *others) = chosen(file.specs, checking)
        if others:
            names = ", ".join(s.name for s in file.specs)
            raise UsageError(f"{arguments.spec} has {len(file.specs)} targets; name one with --function: {names}.")
        rows = _steps(desk, spec, arguments)
    verdict = worst([r.examination.verdict.name for _, r in rows])
    if arguments.as_json:
        print_json({"target": spec.name, "verdict": verdict, "steps": [{"step": step, **to_data(r)} for step, r in rows]})
    else:
        for step, r in rows:
            show_verdict(console(), f"{spec.name}, {step}", r.examination, r.node)
    return EXIT_CODES[verdict]


def _steps(desk: Desk, spec: Spec, arguments: StrengthenArguments) -> list[tuple[str, Checked]]:
    """Return what each step came to; the steps end with the first that is not accepted."""
    weaker = _weaker(desk, spec, arguments.weaker)
    top = head(desk.graph, weaker.id) if desk.graph else None
    first = _claimed(desk, spec, weaker, read_lemmas(arguments.spec))
    rows = [("stronger", first)]
    if not isinstance(first.examination.verdict, Accept):
        return rows
    rows.append(("baseline", desk.kept(spec, baseline_task(spec), "")))
    carried = top is not None and top.edge("supersedes") is not None
    if top is None or not carried or not isinstance(rows[-1][1].examination.verdict, Accept):
        return rows
    old_spec = spec_in(weaker, DEFAULT)
    baseline = Version(spec.source, spec.program)
    task = Task(spec, desk.top(spec) or baseline, version_of(top, old_spec, DEFAULT))
    rows.append(("accepted version", desk.kept(spec, task, "")))
    return rows


def _weaker(desk: Desk, spec: Spec, asked: str | None) -> Node:
    """Return the node of the spec that is to be strengthened. Raises UsageError where it is not clear which."""
    graph = desk.graph
    nodes = graph.nodes.values() if graph else ()
    here = [n for n in nodes if n.kind == "spec" and n.target == spec.name and n.content("spec.py") != spec.source.content]
    own = standing(graph, spec).spec.edge("strengthens") if graph else None
    if asked is not None:
        found = [n for n in here if n.id.startswith(asked)]
    elif own is not None:
        found = [n for n in here if n.id == own.to]
    else:
        found = [n for n in here if graph is not None and strengthened(graph, n.id) is None]
    if len(found) != 1:
        known = ", ".join(n.id[:12] for n in here) or "none"
        raise UsageError(f"which spec of `{spec.name}` it strengthens is not clear; the graph holds {known}. Name one with --of.")
    return found[0]


def _claimed(desk: Desk, spec: Spec, weaker: Node, lemmas: str) -> Checked:
    """Judge that the spec strengthens the accepted one, and admit it where that is asked for."""
    examiner = desk.judging()
    question = Strengthening(spec_in(weaker, DEFAULT), spec)
    if (wrong := mismatch(question) or refute_strengthening(question, DEFAULT)) is not None:
        return Checked(spec.name, Examination(to_verdict(wrong, "examples", ())))
    proof = examiner.searching().run(lambda kernel: proof_of(kernel, question, lemmas, examiner.order, DEFAULT))
    if isinstance(proof, Reason):
        return Checked(spec.name, Examination(to_verdict(proof, "kernel", ())))
    verdict = decide_strengthening(question, proof, examiner.standby.take, DEFAULT, examiner.second)
    return _admitted(desk, question, weaker, proof, verdict)


def _admitted(desk: Desk, question: Strengthening, weaker: Node, proof: Proof, verdict: Verdict) -> Checked:
    spec = question.stronger
    statement = to_strengthening(question, proof.old_notes, DEFAULT).text
    examination = Examination(verdict, proof, statement)
    if not isinstance(verdict, Accept) or desk.graph is None or desk.folder is None:
        return Checked(spec.name, examination)
    stands = standing(desk.graph, spec)
    if stands.spec.edge("strengthens") is not None or not desk.arguments.admit:
        return Checked(spec.name, examination, stands.spec.id if stands.spec.id in desk.graph.nodes else None)
    node = stronger_node(
        weaker, content=spec.source.content, proof=proof.text.encode(), statement=statement.encode(), notes=proof.notes_data,
        certificate=verdict.certificate,
    )  # fmt: skip
    after = admit_or_hold(desk.graph, desk.folder, (node,), verdict)
    if isinstance(after, Reason):
        return Checked(spec.name, Examination(to_verdict(after, "graph", verdict.seconds)))
    desk.graph = after
    return Checked(spec.name, examination, node.id)
