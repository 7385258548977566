"""Decides: a task and its proof -> a verdict; the gates in their order, cheap to dear, stopping at the first that refuses.

An acceptance is made here and nowhere else, and the certificate with it: after the kernel gate's token, or at the tier smt, which
a target must ask for, after the word of both solvers.
"""

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from verify.canonical import digest_bytes
from verify.certificate import (
    Certificate,
    SecondLean,
    implementation_digest,
    limit_pairs,
    not_rechecked,
    spec_digest,
    trusted_pairs,
)
from verify.environment import ROOT, solver, trusted_files
from verify.environment import solvers as solver_versions
from verify.gates.examples import examples
from verify.gates.kernel import Kernel, lost_reason
from verify.gates.lemma import judge_lemma
from verify.gates.smt import smt
from verify.gates.solvers import solvers
from verify.gates.strength import strength
from verify.gates.strengthening import judge_strengthening, refute_strengthening
from verify.graph import Graph, spec_of, superseded
from verify.ir import Expr, Value
from verify.lean_library import LibraryBroken
from verify.lemma import Lemma, lemma_binding
from verify.limits import Limits
from verify.node import Node, lemma_of, rule_of, tier_of
from verify.proof import Proof, proof_from_files
from verify.reasons import (
    GraphCorrupt,
    ReadingsDisagree,
    Reason,
    Refusal,
    TierNotAllowed,
    ToolBroken,
    WeakContract,
    WrongTheorem,
)
from verify.rule import Rule, rule_binding
from verify.second import Second, no_agreement, second_lean
from verify.session import SessionLost
from verify.spec import Spec, to_candidate, to_specs
from verify.standby import start_kernel
from verify.strengthening import Strengthening, mismatch, strengthening_binding
from verify.task import Passed, Task, Version
from verify.ticks import DIGEST
from verify.toolchain import Preference, ToolchainMissing, find
from verify.verdict import Accept, Broken, Refused, Rejected, Seconds, Verdict, to_verdict

RECHECK = "python -m verify ci --all"
PATIENCE = 3
"""times as long as before that the solvers may take where a node is judged again"""
Corpus = Sequence[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Screened:
    """A task that the gates before the kernel let pass, and the seconds that they took."""

    task: Task
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Solved:
    """What the tier smt came to; `statement` is the script that the solvers read, where it was accepted."""

    verdict: Verdict
    statement: str = ""


Screening = Callable[[], Screened | Refused]
"""waits for what `screen` came to"""


def screen(
    task: Task, corpus: Corpus, limits: Limits, hint: Expr | None = None, passed: Callable[[str], None] = lambda _: None
) -> Screened | Refused:
    """Run the gates that can only refuse: examples, strength, smt; `passed` is told the name of each that did not refuse.

    The gate strength is there where the contract alone says what a version may return, and whichever version is judged: none is
    accepted under a contract that did not pass it.
    """
    seconds: list[tuple[str, float]] = []
    gates: dict[str, Callable[[], Passed | Reason]] = {"examples": lambda: examples(task, corpus, limits)}
    if task.spec.result == "contract":
        gates["strength"] = lambda: strength(task.spec, limits)
    gates["smt"] = lambda: smt(task, limits, hint)
    for name, gate in gates.items():
        begun = time.perf_counter()
        try:
            found = gate()
        except Refusal as refusal:  # there is no sandbox to run anything in
            found = refusal.reason
        seconds.append((name, time.perf_counter() - begun))
        if not isinstance(found, Passed):
            return to_verdict(found, name, tuple(seconds))
        passed(name)
    return Screened(task, tuple(seconds))


def decide(
    task: Task,
    proof: Proof,
    fresh: Callable[[], Kernel],
    screening: Screening,
    costs: tuple[str | None, str | None] = (None, None),
    second: Second | None = None,
) -> Verdict:
    """Run the kernel gate on a task, in the fresh process that `fresh` hands out, and in one of the second Lean.

    `screening` waits for what the gates came to that can only refuse: they may be at work meanwhile, and without their word
    nothing is accepted. The processes are ended here: no other judgement is made in them. `costs` are expressions for people,
    old and new; they are written down and nothing rests on them.
    """

    def certified(kernel: Kernel, passed: Passed) -> Certificate:
        of_proof = {"proof": proof.digest, "order": proof.order, "slack": proof.slack, "worst": proof.worst}
        return _certificate({**_bound(task, str(passed.evidence["statement"])), **of_proof}, kernel, costs)

    verdict = _decided(fresh, lambda kernel: kernel.judge(task, proof), certified, second)
    screened = screening()
    if isinstance(screened, Screened):
        if screened.task != task:
            raise TypeError("another task was screened")
        return replace(verdict, seconds=(*screened.seconds, *verdict.seconds))
    # a weak contract is no ground against the proof, which may well be of what the contract says
    weak = isinstance(screened, Rejected) and isinstance(screened.reason, WeakContract)
    if isinstance(verdict, Accept) and isinstance(screened, Rejected) and not weak:
        what = f"the gate {screened.gate} refuted what the Lean kernel accepted: {screened.reason}"
        return Broken(ReadingsDisagree(what=what, do="Please report it, with both files."), "kernel", verdict.seconds)
    return screened


def decide_smt(
    task: Task, screened: Screened, limits: Limits, costs: tuple[str | None, str | None] = (None, None), patience: int = 1
) -> Solved:
    """Decide a task at the tier smt, without Lean; `screened` says that the gates let it pass that can only refuse.

    The order that is proved is `always`. `costs` are for people, as they are for `decide`; the solvers may take `patience` times
    as long as `limits` say, which are what the certificate binds.
    """
    if screened.task != task:
        raise TypeError("another task was screened")
    spec, begun = task.spec, time.perf_counter()
    if spec.tier != "smt":
        what = f"`{spec.name}` is accepted at the tier kernel only."
        refused = TierNotAllowed(what=what, where=spec.where, do='Write `@target(tier="smt")`.')
        return Solved(to_verdict(refused, "solvers", screened.seconds))
    passed = solvers(task, replace(limits, solver_seconds=patience * limits.solver_seconds))
    seconds = (*screened.seconds, ("solvers", time.perf_counter() - begun))
    if not isinstance(passed, Passed):
        return Solved(to_verdict(passed, "solvers", seconds))
    statement = str(passed.evidence["statement"])
    certificate = Certificate(
        **_bound(task, statement),
        proof=None,
        order=None if task.new is None else "always",
        slack=0,
        ticks=DIGEST,
        limits=limit_pairs(limits.as_data()),
        trusted=trusted_pairs(trusted_files(ROOT)),
        solver=solver_versions(),
        lean_version=None,
        lean_kind=None,
        lean_library=None,
        tier="smt",
        old_nanoseconds=None,
        new_nanoseconds=None,
        old_cost=costs[0],
        new_cost=costs[1],
        recheck=RECHECK,
    )
    return Solved(Accept(certificate, seconds), statement)


def _bound(task: Task, statement: str) -> dict[str, Any]:
    """Return the fields of a certificate that say what was judged, but for the proof and its order."""
    name = task.spec.name
    return {
        "spec": spec_digest(task.spec.source.content, name),
        "implementation": implementation_digest(task.judged.source.content, name),
        "old": None if task.new is None else implementation_digest(task.old.source.content, name),
        "statement": digest_bytes(statement.encode()),
    }


def decide_lemma(lemma: Lemma, fresh: Callable[[], Kernel], second: Second | None = None) -> Verdict:
    """Run the gate of lemmas in the fresh process that `fresh` hands out, and in one of the second Lean; both are ended here."""

    def certified(kernel: Kernel, _: Passed) -> Certificate:
        return _certificate(lemma_binding(lemma), kernel, (None, None))

    return _decided(fresh, lambda kernel: judge_lemma(kernel, lemma), certified, second)


def decide_rule(rule: Rule, proof: str, fresh: Callable[[], Kernel], second: Second | None = None) -> Verdict:
    """Have the lemma that a rule is, as it is printed here, decided as any lemma; both processes are ended here."""
    try:
        lemma = rule.lemma(proof)
    except Refusal as refusal:
        return to_verdict(refusal.reason, "policy", ())

    def certified(kernel: Kernel, _: Passed) -> Certificate:
        return _certificate(rule_binding(rule, lemma.statement.encode(), proof.encode()), kernel, (None, None))

    return _decided(fresh, lambda kernel: judge_lemma(kernel, lemma), certified, second)


def decide_strengthening(
    question: Strengthening, proof: Proof, fresh: Callable[[], Kernel], limits: Limits, second: Second | None = None
) -> Verdict:
    """Decide whether a spec strengthens another: an input that refutes it is looked for first, then the kernel's gate is run."""
    if (refuted := mismatch(question) or refute_strengthening(question, limits)) is not None:
        return to_verdict(refuted, "examples", ())
    sources = question.weaker.source.content, question.stronger.source.content

    def certified(kernel: Kernel, passed: Passed) -> Certificate:
        statement = str(passed.evidence["statement"]).encode()
        bound = strengthening_binding(question.stronger.name, *sources, statement, proof.text.encode())
        return _certificate(bound, kernel, (None, None))

    return _decided(fresh, lambda kernel: judge_strengthening(kernel, question, proof), certified, second)


def _decided(
    fresh: Callable[[], Kernel],
    judge: Callable[[Kernel], Passed | Reason],
    certified: Callable[[Kernel, Passed], Certificate],
    second: Second | None,
) -> Verdict:
    """Have a fresh process judge, and one of the second Lean what the first let pass; certify what both let pass."""
    begun = time.perf_counter()

    def since() -> Seconds:
        return (("kernel", time.perf_counter() - begun),)

    first = _word(fresh, judge)
    if isinstance(first, Reason):
        return to_verdict(first, "kernel", since())
    kernel, passed = first
    certificate = certified(kernel, passed)
    if second is not None:
        other = _word(second.start, judge)
        if not isinstance(other, Reason) and other[1].evidence["statement"] != passed.evidence["statement"]:
            other = WrongTheorem(what="it was asked about another statement.")
        if isinstance(other, Reason):
            return to_verdict(no_agreement(kernel.toolchain, second.toolchain, other), "kernel", since())
        certificate = replace(certificate, second=_second_word(*other))
    return Accept(certificate, since())


def _word(fresh: Callable[[], Kernel], judge: Callable[[Kernel], Passed | Reason]) -> tuple[Kernel, Passed] | Reason:
    """Have a fresh process judge, and end it."""
    try:
        kernel = fresh()
    except SessionLost as lost:
        return lost_reason(lost)
    except LibraryBroken as broken:
        return ToolBroken(what=f"{broken}.", do="Restore lean/QED, or run `qed doctor --install`.")
    with kernel.session:
        found = judge(kernel)
    return (kernel, found) if isinstance(found, Passed) else found


def _second_word(kernel: Kernel, passed: Passed) -> SecondLean:
    """Return what a certificate keeps of the second token: all of it but its nonce and what it has in common with the first."""
    match passed.evidence.get("token"):
        case {"toolchain": str(library), "axioms": list(axioms)} if library == kernel.toolchain.digest:
            return SecondLean(kernel.toolchain.version, kernel.toolchain.kind, library, tuple(map(str, axioms)))
    raise TypeError("a gate passed without its token")


def _certificate(bound: Mapping[str, Any], kernel: Kernel, costs: tuple[str | None, str | None]) -> Certificate:
    """Return the certificate of what was judged: `bound` says what that was, the rest is about the judge."""
    return Certificate(
        **bound,
        ticks=DIGEST,
        limits=limit_pairs(kernel.limits.as_data()),
        trusted=trusted_pairs(trusted_files(ROOT)),
        solver=solver(),
        lean_version=kernel.toolchain.version,
        lean_kind=kernel.toolchain.kind,
        lean_library=kernel.toolchain.digest,
        tier="kernel",
        old_nanoseconds=None,
        new_nanoseconds=None,
        old_cost=costs[0],
        new_cost=costs[1],
        recheck=RECHECK,
    )


# -- what a graph holds ---------------------------------------------------------------------------------------------------------


def version_of(node: Node, spec: Spec, limits: Limits) -> Version:
    """Read the implementation that a node holds; the baseline's is the spec file itself. Raises Refusal."""
    content = node.content("program.py")
    if content == spec.source.content:
        return Version(spec.source, spec.program)
    return Version(*to_candidate(content, f"{node.id[:12]}/program.py", spec, limits))


def spec_in(node: Node, limits: Limits) -> Spec:
    """Read the target that a spec node holds. Raises Refusal."""
    for spec in to_specs(node.content("spec.py"), f"{node.id[:12]}/spec.py", limits):
        if spec.name == node.target:
            return spec
    raise Refusal(GraphCorrupt(what=f"its spec has no target `{node.target}`.", where=node.id))


def task_of(graph: Graph, node: Node, limits: Limits) -> Task:
    """Read back what an implementation node is about. Raises Refusal."""
    spec = spec_in(spec_of(graph, node), limits)
    own = version_of(node, spec, limits)
    old = superseded(graph, node)
    return Task(spec, own) if old is None else Task(spec, version_of(old, spec, limits), own, tier_of(old))


def strengthening_of(graph: Graph, node: Node, limits: Limits) -> Strengthening:
    """Read back what a spec node that strengthens another is about. Raises Refusal."""
    edge = node.edge("strengthens")
    if edge is None:
        raise Refusal(GraphCorrupt(what="it strengthens no spec.", where=node.id))
    return Strengthening(spec_in(graph.nodes[edge.to], limits), spec_in(node, limits))


def proof_of(node: Node, limits: Limits) -> Proof:
    """Read back the proof of an implementation node at the tier kernel. Raises Refusal."""
    return proof_from_files({name: node.content(name) for name in ("proof.lean", "notes.json")}, limits)


def rejudge(graph: Graph, node: Node, lean: Preference, limits: Limits) -> Verdict:
    """Judge a node that was proved again from its bytes, in fresh processes; nothing that it records is believed.

    Its tier says by whom it is judged, and the verdict of those is all that counts.

    An acceptance says which Lean of those that the node names was not there to judge it again.
    """
    verdict = _rejudge(graph, node, lean, limits)
    if isinstance(verdict, Accept) and node.certificate is not None:
        return replace(verdict, unchecked=not_rechecked(node.certificate, verdict.certificate))
    return verdict


def _solved_again(graph: Graph, node: Node, limits: Limits) -> Verdict:
    try:
        task = task_of(graph, node, limits)
    except Refusal as refusal:
        return to_verdict(refusal.reason, "policy", ())
    screened = screen(task, (), limits)
    # what was decided within the limit is not to be lost because this machine is busy
    return decide_smt(task, screened, limits, _costs(node), PATIENCE).verdict if isinstance(screened, Screened) else screened


def _costs(node: Node) -> tuple[str | None, str | None]:
    """Return the costs that a node states, which are for people."""
    return (node.certificate.old_cost, node.certificate.new_cost) if node.certificate else (None, None)


def _rejudge(graph: Graph, node: Node, lean: Preference, limits: Limits) -> Verdict:
    if tier_of(node) == "smt":
        return _solved_again(graph, node, limits)
    with contextlib.ExitStack() as stack:

        def fresh() -> Kernel:
            kernel = start_kernel(toolchain, limits)
            stack.callback(kernel.session.close)
            return kernel

        try:
            toolchain = find(lean)
            if node.kind == "lemma":
                return decide_lemma(lemma_of(node), fresh, second_lean(toolchain, limits))
            if node.kind == "rule":
                return decide_rule(rule_of(node), lemma_of(node).proof, fresh, second_lean(toolchain, limits))
            if node.kind == "spec":
                question = strengthening_of(graph, node, limits)
                return decide_strengthening(question, proof_of(node, limits), fresh, limits, second_lean(toolchain, limits))
            task, proof = task_of(graph, node, limits), proof_of(node, limits)
        except Refusal as refusal:
            return to_verdict(refusal.reason, "policy", ())
        except ToolchainMissing as missing:
            return Broken(ToolBroken(what=str(missing)), "kernel", ())
        screened = screen(task, (), limits)
        if not isinstance(screened, Screened):
            return screened
        return decide(task, proof, fresh, lambda: screened, _costs(node), second_lean(toolchain, limits))
