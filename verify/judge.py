"""Decides: a task and its proof -> a verdict; the gates in their order, cheap to dear, stopping at the first that refuses.

An acceptance is made here and nowhere else, after the kernel gate's token, and the certificate with it.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from verify.canonical import digest_bytes
from verify.certificate import Certificate, implementation_digest, limit_pairs, spec_digest, trusted_pairs
from verify.environment import ROOT, solver, trusted_files
from verify.gates.examples import examples
from verify.gates.kernel import Kernel, lost_reason
from verify.gates.smt import smt
from verify.graph import Graph, spec_of, superseded
from verify.ir import Expr, Value
from verify.lean_library import LibraryBroken
from verify.limits import Limits
from verify.node import Node
from verify.proof import Proof, proof_from_files
from verify.reasons import GraphCorrupt, Reason, Refusal, ToolBroken
from verify.session import SessionLost
from verify.spec import Spec, to_candidate, to_specs
from verify.standby import start_kernel
from verify.task import Passed, Task, Version
from verify.ticks import DIGEST
from verify.toolchain import Preference, Toolchain, ToolchainMissing, find
from verify.verdict import Accept, Broken, Seconds, Verdict, to_verdict

RECHECK = "python -m verify ci --all"
Corpus = Sequence[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Screened:
    """A task that the gates before the kernel let pass, and the seconds that they took."""

    task: Task
    seconds: Seconds


def screen(task: Task, corpus: Corpus, limits: Limits, hint: Expr | None = None) -> Screened | Verdict:
    """Run the gates that can only refuse: examples, then smt."""
    seconds: list[tuple[str, float]] = []
    gates: dict[str, Callable[[], Passed | Reason]] = {
        "examples": lambda: examples(task, corpus, limits),
        "smt": lambda: smt(task, limits, hint),
    }
    for name, gate in gates.items():
        begun = time.perf_counter()
        found = gate()
        seconds.append((name, time.perf_counter() - begun))
        if not isinstance(found, Passed):
            return to_verdict(found, name, tuple(seconds))
    return Screened(task, tuple(seconds))


def decide(
    screened: Screened, proof: Proof, fresh: Callable[[], Kernel], costs: tuple[str | None, str | None] = (None, None)
) -> Verdict:
    """Run the kernel gate on a screened task, in the fresh process that `fresh` hands out.

    The process is ended here where a candidate was judged; one that has seen nothing but a spec's own baseline may go on to
    judge one candidate. `costs` are expressions for people, old and new; they are written down and nothing rests on them.
    """
    begun = time.perf_counter()

    def since() -> Seconds:
        return (*screened.seconds, ("kernel", time.perf_counter() - begun))

    try:
        kernel = fresh()
    except SessionLost as lost:
        return to_verdict(lost_reason(lost), "kernel", since())
    except LibraryBroken as broken:
        return Broken(ToolBroken(what=f"{broken}.", do="Restore lean/QED, or run `qed doctor --install`."), "kernel", since())
    found = kernel.judge(screened.task, proof)
    if screened.task.new is not None or not isinstance(found, Passed):
        kernel.session.close()
    if not isinstance(found, Passed):
        return to_verdict(found, "kernel", since())
    statement = str(found.evidence["statement"])
    return Accept(_certificate(screened.task, proof, statement, kernel.toolchain, kernel.limits, costs), since())


def _certificate(
    task: Task, proof: Proof, statement: str, toolchain: Toolchain, limits: Limits, costs: tuple[str | None, str | None]
) -> Certificate:
    name = task.spec.name
    return Certificate(
        spec=spec_digest(task.spec.source.content, name),
        implementation=implementation_digest(task.judged.source.content, name),
        old=None if task.new is None else implementation_digest(task.old.source.content, name),
        statement=digest_bytes(statement.encode()),
        proof=proof.digest,
        ticks=DIGEST,
        limits=limit_pairs(limits.as_data()),
        trusted=trusted_pairs(trusted_files(ROOT)),
        solver=solver(),
        lean_version=toolchain.version,
        lean_kind=toolchain.kind,
        lean_library=toolchain.digest,
        tier="kernel",
        order=proof.order,
        slack=proof.slack,
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


def task_of(graph: Graph, node: Node, limits: Limits) -> tuple[Task, Proof]:
    """Read back what an implementation node claims, and its proof. Raises Refusal."""
    spec = spec_in(spec_of(graph, node), limits)
    own = version_of(node, spec, limits)
    proof = proof_from_files({name: node.content(name) for name in ("proof.lean", "notes.json")}, limits)
    old = superseded(graph, node)
    return (Task(spec, own) if old is None else Task(spec, version_of(old, spec, limits), own)), proof


def rejudge(graph: Graph, node: Node, lean: Preference, limits: Limits) -> Verdict:
    """Judge an implementation node again from its bytes, in a fresh process; nothing that it records is believed."""
    try:
        task, proof = task_of(graph, node, limits)
        toolchain = find(lean)
    except Refusal as refusal:
        return to_verdict(refusal.reason, "policy", ())
    except ToolchainMissing as missing:
        return Broken(ToolBroken(what=str(missing)), "kernel", ())
    screened = screen(task, (), limits)
    if not isinstance(screened, Screened):
        return screened
    certificate = node.certificate
    costs = (certificate.old_cost, certificate.new_cost) if certificate else (None, None)
    with contextlib.ExitStack() as stack:

        def fresh() -> Kernel:
            kernel = start_kernel(toolchain, limits)
            stack.callback(kernel.session.close)
            return kernel

        return decide(screened, proof, fresh, costs)
