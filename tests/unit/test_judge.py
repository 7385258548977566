"""What a judgement makes of the words of its gates, and what its certificate binds, with gates that say what they are told to."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from small_graph import TWICE, certificate, chain, lemma
from targets import HEAD, candidate, plain, spec_of, task_of

from verify import judge as judge_module
from verify.canonical import digest_bytes
from verify.certificate import SecondLean, implementation_digest, limit_pairs, spec_digest, trusted_pairs
from verify.environment import ROOT, solver, trusted_files
from verify.gates.kernel import Kernel
from verify.graph import Graph, graph_of
from verify.judge import (
    RECHECK,
    Screened,
    decide,
    decide_lemma,
    decide_smt,
    decide_strengthening,
    proof_of,
    rejudge,
    screen,
    spec_in,
    strengthening_of,
    version_of,
)
from verify.judge import (
    task_of as task_in,
)
from verify.lean_library import LibraryBroken
from verify.lemma import lemma_binding
from verify.limits import DEFAULT, Limits
from verify.node import Node, implementation_node, smt_node, spec_node, stronger_node
from verify.proof import Proof, proof_to_files
from verify.reasons import (
    GraphCorrupt,
    NoSandbox,
    NotStronger,
    NotToken,
    ProofFailed,
    ReadingsDisagree,
    Reason,
    Refusal,
    TierNotAllowed,
    TimedOut,
    ToolBroken,
    WeakContract,
    WrongTheorem,
)
from verify.second import Second
from verify.session import SessionLost
from verify.strengthening import Strengthening, strengthening_binding
from verify.task import Passed, Task
from verify.ticks import DIGEST
from verify.toolchain import Toolchain, ToolchainMissing
from verify.verdict import Accept, Broken, Declined, Rejected, Verdict, to_verdict

SPEC_TEXT = plain("n >= 0", "return n + n + n")
NEW = candidate("return 3 * n")
TASK = task_of(SPEC_TEXT, NEW)
BASELINE = task_of(SPEC_TEXT)
PROOF = Proof("eventually", 2, (), (), "theorem accepted : Statement := h\n")
PORTABLE = Toolchain("portable", "4.28.0", "d" * 64, None, Path("/nowhere"))
NATIVE = Toolchain("native", "4.34.1", "e" * 64, None, Path("/nowhere"))


def passed(library: str = "d" * 64, axioms: tuple[str, ...] = ("propext",), statement: str = "def Statement") -> Passed:
    return Passed({"statement": statement, "token": {"toolchain": library, "axioms": list(axioms)}})


class Says(Kernel):
    """A kernel of a process that is none: it says what it is told to."""

    __slots__ = ("asked", "closed", "said")

    def __init__(self, said: Passed | Reason, toolchain: Toolchain = PORTABLE) -> None:
        super().__init__(self, 0, toolchain, DEFAULT)  # type: ignore[arg-type]  # it is its own session, which only closes
        self.said, self.closed = said, False
        self.asked: list[tuple[object, ...]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def close(self) -> None:
        self.closed = True

    def judge(self, *asked: object) -> Passed | Reason:  # type: ignore[override]  # whatever it is asked
        self.asked.append(asked)
        return self.said


SECOND = passed("e" * 64, ("Quot.sound", "propext"))


def decided(
    first: Kernel, second: Callable[[], Kernel] | None = None, *, task: Task = TASK, screening: Screened | Verdict | None = None
) -> Verdict:
    other = None if second is None else Second(NATIVE, second)
    there = Screened(task, (("examples", 0.5),)) if screening is None else screening
    return decide(task, PROOF, lambda: first, lambda: there, ("9 * n", "3"), other)


# -- the kernel's word ----------------------------------------------------------------------------------------------------------


def test_an_acceptance_binds_what_was_judged_and_by_whom() -> None:
    first = Says(passed())
    verdict = decided(first)
    assert isinstance(verdict, Accept), verdict
    made = verdict.certificate
    assert first.asked == [(TASK, PROOF)]
    assert first.closed
    content = (HEAD + SPEC_TEXT).encode()
    assert (made.spec, made.old) == (spec_digest(content, "f"), implementation_digest(content, "f"))
    assert made.implementation == implementation_digest(NEW.encode(), "f")
    assert made.statement == digest_bytes(b"def Statement")
    assert (made.proof, made.order, made.slack, made.worst) == (PROOF.digest, "eventually", 2, None)
    assert (made.ticks, made.limits, made.trusted) == (DIGEST, limit_pairs(DEFAULT.as_data()), trusted_pairs(trusted_files(ROOT)))
    assert (made.solver, made.tier, made.recheck) == (solver(), "kernel", RECHECK)
    assert (made.lean_version, made.lean_kind, made.lean_library) == ("4.28.0", "portable", "d" * 64)
    assert (made.old_nanoseconds, made.new_nanoseconds, made.old_cost, made.new_cost) == (None, None, "9 * n", "3")
    assert made.second is None
    assert [gate for gate, _ in verdict.seconds] == ["examples", "kernel"]
    assert all(0 <= seconds < 60 for _, seconds in verdict.seconds)


def test_of_a_baseline_nothing_is_superseded() -> None:
    verdict = decided(Says(passed()), task=BASELINE)
    assert isinstance(verdict, Accept)
    content = (HEAD + SPEC_TEXT).encode()
    assert (verdict.certificate.old, verdict.certificate.implementation) == (None, implementation_digest(content, "f"))


def test_a_reason_of_the_kernel_is_never_an_acceptance() -> None:
    for said, due in ((ProofFailed(what="no."), Declined), (WrongTheorem(what="no."), Rejected), (NotToken(what="no."), Broken),
                      (TimedOut(what="late."), Declined)):  # fmt: skip
        first = Says(said)
        verdict = decided(first, lambda: pytest.fail("the second is not asked"))
        assert type(verdict) is due
        assert verdict == due(said, "kernel", verdict.seconds)  # type: ignore[operator]  # none of these is an Accept
        assert first.closed


def test_a_process_that_does_not_start_is_no_acceptance() -> None:
    screened = Screened(TASK, ())
    lost = ((SessionLost("it died"), ToolBroken), (SessionLost("late", "time"), TimedOut), (LibraryBroken("odd"), ToolBroken))
    for error, due in lost:

        def start(error: Exception = error) -> Kernel:
            raise error

        verdict = decide(TASK, PROOF, start, lambda: screened)
        assert not isinstance(verdict, Accept)
        assert type(verdict.reason) is due
        verdict = decide(TASK, PROOF, lambda: Says(passed()), lambda: screened, second=Second(NATIVE, start))
        assert not isinstance(verdict, Accept)
        assert type(verdict.reason) is due


# -- two words ------------------------------------------------------------------------------------------------------------------


def test_two_yeses_are_an_acceptance_that_names_both() -> None:
    second = Says(SECOND, NATIVE)
    verdict = decided(Says(passed()), lambda: second)
    assert isinstance(verdict, Accept)
    assert verdict.certificate.second == SecondLean("4.34.1", "native", "e" * 64, ("Quot.sound", "propext"))
    assert second.asked == [(TASK, PROOF)]
    assert second.closed


def test_anything_but_a_second_yes_to_the_same_statement_is_none() -> None:
    for said, due in ((ProofFailed(what="no."), ReadingsDisagree), (WrongTheorem(what="no."), ReadingsDisagree),
                      (passed("e" * 64, statement="def Other"), ReadingsDisagree),
                      (TimedOut(what="late."), TimedOut)):  # fmt: skip
        second = Says(said, NATIVE)
        verdict = decided(Says(passed()), lambda second=second: second)  # type: ignore[misc]  # bound now
        assert not isinstance(verdict, Accept)
        assert type(verdict.reason) is due
        assert second.closed


def test_a_second_yes_has_the_token_of_that_lean() -> None:
    said = passed().evidence["statement"]
    for evidence in ({"statement": said}, {"statement": said, "token": {}}, passed("d" * 64).evidence,
                     {"statement": said, "token": {"toolchain": "e" * 64}}):  # fmt: skip
        with pytest.raises(TypeError, match="without its token"):
            decided(Says(passed()), lambda e=evidence: Says(Passed(e), NATIVE))  # type: ignore[misc]  # bound now


# -- the words of the gates that only refuse -----------------------------------------------------------------------------------


def test_without_their_word_nothing_is_accepted() -> None:
    unknown = to_verdict(TimedOut(what="no answer."), "smt", ())
    assert decided(Says(passed()), screening=unknown) == unknown
    for other in (replace(TASK, new=None), replace(TASK, old=TASK.judged), BASELINE):
        with pytest.raises(TypeError, match="another task"):
            decided(Says(passed()), screening=Screened(other, ()))


def test_a_refutation_of_what_the_kernel_accepts_is_an_error_and_else_the_verdict() -> None:
    refuted = to_verdict(WrongTheorem(what="another result on n = 3."), "smt", ())
    verdict = decided(Says(passed()), screening=refuted)
    assert isinstance(verdict, Broken)
    assert (type(verdict.reason), verdict.gate) == (ReadingsDisagree, "kernel")
    assert "the gate smt refuted" in verdict.reason.what
    assert decided(Says(ProofFailed(what="no.")), screening=refuted) == refuted
    weak = to_verdict(WeakContract(what="it allows `return 0`.", survivors=()), "strength", ())
    assert decided(Says(passed()), screening=weak) == weak
    broken = to_verdict(ToolBroken(what="no solver."), "smt", ())
    assert decided(Says(passed()), screening=broken) == broken


def test_the_gates_are_run_in_their_order_until_one_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    said: dict[str, Passed | Reason | Refusal] = {}
    ran: list[str] = []

    def gate(name: str) -> Callable[..., Passed | Reason]:
        def run(*_: object) -> Passed | Reason:
            ran.append(name)
            found = said.get(name, Passed())
            if isinstance(found, Refusal):
                raise found
            return found

        return run

    for name in ("examples", "strength", "smt"):
        monkeypatch.setattr(judge_module, name, gate(name))
    told: list[str] = []
    found = screen(TASK, (), DEFAULT, None, told.append)
    assert isinstance(found, Screened)
    assert (found.task, [name for name, _ in found.seconds], ran, told) == (TASK, ["examples", "smt"], ["examples", "smt"], ran)
    assert all(0 <= seconds < 60 for _, seconds in found.seconds)
    ran.clear()
    contract = replace(TASK, spec=replace(TASK.spec, result="contract"))
    assert isinstance(screen(contract, (), DEFAULT), Screened)
    assert ran == ["examples", "strength", "smt"]
    for name, count in (("examples", 1), ("strength", 2), ("smt", 3)):
        for reason in (NotStronger(what="no."), TimedOut(what="late.")):
            ran.clear()
            told.clear()
            said[name] = reason
            verdict = screen(contract, (), DEFAULT, None, told.append)
            assert not isinstance(verdict, Screened | Accept)
            assert (verdict.reason, verdict.gate, len(ran), len(told)) == (reason, name, count, count - 1)
        said.clear()
    said["examples"] = Refusal(NoSandbox(what="there is none."))
    verdict = screen(contract, (), DEFAULT)
    assert not isinstance(verdict, Screened | Accept)
    assert (type(verdict.reason), verdict.gate) == (NoSandbox, "examples")


# -- the tier smt ---------------------------------------------------------------------------------------------------------------


def test_the_tier_smt_is_for_who_asks_for_it_and_on_both_solvers_word(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[Passed | Reason] = [Passed({"statement": "(check-sat)"})]
    monkeypatch.setattr(judge_module, "solvers", lambda *_: said[-1])
    screened = Screened(TASK, (("examples", 0.5),))
    refused = decide_smt(TASK, screened, DEFAULT)
    assert isinstance(refused.verdict, Rejected)
    assert (type(refused.verdict.reason), refused.verdict.gate, refused.statement) == (TierNotAllowed, "solvers", "")
    with pytest.raises(TypeError, match="another task"):
        decide_smt(TASK, Screened(BASELINE, ()), DEFAULT)
    for task, order in ((TASK, "always"), (BASELINE, None)):
        asked = replace(task, spec=replace(task.spec, tier="smt"))
        found = decide_smt(asked, Screened(asked, (("examples", 0.5),)), DEFAULT, ("a", "b"))
        assert isinstance(found.verdict, Accept)
        made = found.verdict.certificate
        assert (made.tier, made.order, made.slack, made.proof, made.old_cost, made.new_cost) == ("smt", order, 0, None, "a", "b")
        assert (made.old is None) == (order is None)
        assert (found.statement, made.statement) == ("(check-sat)", digest_bytes(b"(check-sat)"))
        assert [gate for gate, _ in found.verdict.seconds] == ["examples", "solvers"]
        said.append(TimedOut(what="unknown."))
        found = decide_smt(asked, Screened(asked, ()), DEFAULT)
        assert isinstance(found.verdict, Declined)
        assert found.verdict.gate == "solvers"
        said.pop()


# -- lemmas and strengthenings --------------------------------------------------------------------------------------------------


def test_a_lemma_is_accepted_on_its_gates_word_and_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    said: list[Passed | Reason] = [passed()]

    def gate(*arguments: object) -> Passed | Reason:
        asked.append(arguments)
        return said[-1]

    monkeypatch.setattr(judge_module, "judge_lemma", gate)
    first = Says(passed())
    verdict = decide_lemma(TWICE, lambda: first)
    assert isinstance(verdict, Accept)
    assert asked == [(first, TWICE)]
    assert {name: getattr(verdict.certificate, name) for name in lemma_binding(TWICE)} == lemma_binding(TWICE)
    assert (verdict.certificate.old_cost, verdict.certificate.new_cost) == (None, None)
    said.append(ProofFailed(what="no."))
    assert isinstance(decide_lemma(TWICE, lambda: first), Declined)


def test_a_strengthening_is_refuted_before_the_kernel_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    weaker = spec_of(SPEC_TEXT)
    stronger = spec_of(plain("n >= -1", "return n + n + n"))
    asked: list[tuple[object, ...]] = []

    def gate(*arguments: object) -> Passed | Reason:
        asked.append(arguments)
        return passed()

    monkeypatch.setattr(judge_module, "judge_strengthening", gate)
    refutes: list[Reason | None] = [None]
    monkeypatch.setattr(judge_module, "refute_strengthening", lambda *_: refutes[-1])
    question, first = Strengthening(weaker, stronger), Says(passed())
    verdict = decide_strengthening(question, PROOF, lambda: first, DEFAULT)
    assert isinstance(verdict, Accept)
    assert asked == [(first, question, PROOF)]
    made = verdict.certificate
    assert (made.spec, made.implementation, made.old) == (stronger.digest, weaker.digest, None)
    assert (made.statement, made.proof) == (digest_bytes(b"def Statement"), PROOF.digest)
    refutes.append(NotStronger(what="n = -1."))
    verdict = decide_strengthening(question, PROOF, lambda: pytest.fail("it was started"), DEFAULT)
    assert isinstance(verdict, Rejected)
    assert (type(verdict.reason), verdict.gate) == (NotStronger, "examples")
    refutes.append(None)
    verdict = decide_strengthening(Strengthening(weaker, weaker), PROOF, lambda: pytest.fail("it was started"), DEFAULT)
    assert isinstance(verdict, Rejected)
    assert type(verdict.reason) is NotStronger


# -- what a graph holds ---------------------------------------------------------------------------------------------------------


def small() -> tuple[Graph, Node, Node, Node]:
    """Return a graph of a spec, its baseline and a version, none of which was proved."""
    content = (HEAD + SPEC_TEXT).encode()
    spec = spec_node("f", content)
    texts = {True: content, False: NEW.encode()}
    nodes: list[Node] = [spec]
    for first, program in texts.items():
        task = BASELINE if first else TASK
        proof = replace(PROOF, order=None if first else "always", slack=0)
        screened = Screened(task, ())
        verdict = decide(task, proof, lambda: Says(passed()), lambda screened=screened: screened, ("1", "2"))
        assert isinstance(verdict, Accept)
        files = proof_to_files(proof)
        nodes.append(implementation_node(
            spec, program=program, proof=files["proof.lean"], statement=b"def Statement", notes=proof.notes_data,
            certificate=verdict.certificate, supersedes=None if first else nodes[-1],
        ))  # fmt: skip
    graph = graph_of(nodes, "accepted")
    assert isinstance(graph, Graph), graph
    return graph, spec, nodes[1], nodes[2]


def test_what_a_node_is_about_is_read_back_from_its_bytes() -> None:
    graph, spec, first, second = small()
    assert task_in(graph, first, DEFAULT).new is None
    again = task_in(graph, second, DEFAULT)
    assert again.new is not None
    assert (again.new.source.content, again.old.source.content) == (NEW.encode(), (HEAD + SPEC_TEXT).encode())
    assert again.spec.digest == TASK.spec.digest
    assert version_of(first, spec_in(spec, DEFAULT), DEFAULT).program == BASELINE.old.program
    assert proof_of(second, DEFAULT) == replace(PROOF, order="always", slack=0)
    for node in (spec_node("g", spec.content("spec.py")),):
        with pytest.raises(Refusal) as refused:
            spec_in(node, DEFAULT)
        assert type(refused.value.reason) is GraphCorrupt
    with pytest.raises(Refusal) as refused:
        strengthening_of(graph, spec, DEFAULT)
    assert type(refused.value.reason) is GraphCorrupt


def test_a_node_is_judged_again_in_fresh_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, _, first, second = small()
    kernels: list[Says] = []
    said: list[Passed | Reason] = [passed()]
    screened: list[Reason | None] = [None]

    def start(toolchain: Toolchain, _: object) -> Says:
        kernels.append(Says(said[-1], toolchain))
        return kernels[-1]

    def screens(task: Task, corpus: object, limits: object) -> Screened | Verdict:
        assert (corpus, limits) == ((), DEFAULT)
        return Screened(task, ()) if screened[-1] is None else to_verdict(screened[-1], "smt", ())

    monkeypatch.setattr(judge_module, "find", lambda _: PORTABLE)
    monkeypatch.setattr(judge_module, "second_lean", lambda *_: None)
    monkeypatch.setattr(judge_module, "start_kernel", start)
    monkeypatch.setattr(judge_module, "screen", screens)
    for node in (first, second):
        verdict = rejudge(graph, node, "portable", DEFAULT)
        assert isinstance(verdict, Accept)
        assert verdict.certificate == node.certificate
        assert verdict.unchecked == ()
        assert kernels[-1].closed
    assert len(kernels) == 2
    assert first.certificate is not None
    other = replace(first, certificate=replace(first.certificate, second=SecondLean("4.34.1", "native", "e" * 64, ())))
    verdict = rejudge(graph, other, "portable", DEFAULT)
    assert isinstance(verdict, Accept)
    assert verdict.unchecked == ("Lean 4.34.1 (native)",)
    said.append(ProofFailed(what="no."))
    verdict = rejudge(graph, second, "portable", DEFAULT)
    assert isinstance(verdict, Declined)
    assert verdict.gate == "kernel"
    screened.append(NotStronger(what="n = 1."))
    count = len(kernels)
    verdict = rejudge(graph, second, "portable", DEFAULT)
    assert isinstance(verdict, Rejected)
    assert (verdict.gate, len(kernels)) == ("smt", count), "the kernel is not asked about what was refuted"


def test_what_cannot_be_read_or_judged_again_is_no_acceptance(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, _, first, _ = small()

    def missing(_: object) -> Toolchain:
        raise ToolchainMissing("no Lean", "", "")

    monkeypatch.setattr(judge_module, "find", missing)
    verdict = rejudge(graph, first, "portable", DEFAULT)
    assert isinstance(verdict, Broken)
    assert type(verdict.reason) is ToolBroken
    monkeypatch.setattr(judge_module, "find", lambda _: PORTABLE)
    monkeypatch.setattr(judge_module, "start_kernel", lambda *_: pytest.fail("it was started"))
    odd = chain("f", 1)
    graph_ = graph_of(odd, "accepted")
    assert isinstance(graph_, Graph)
    verdict = rejudge(graph_, odd[1], "portable", DEFAULT)
    assert isinstance(verdict, Rejected | Declined)
    assert verdict.gate == "policy"


def test_a_node_of_the_tier_smt_is_judged_again_by_the_solvers_with_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    text = SPEC_TEXT.replace("@target", '@target(tier="smt")')
    content = (HEAD + text).encode()
    spec = spec_node("f", content)
    given: list[Limits] = []

    def word(_: Task, limits: Limits) -> Passed | Reason:
        given.append(limits)
        return Passed({"statement": "(check-sat)"}) if len(given) < 3 else TimedOut(what="unknown.")

    monkeypatch.setattr(judge_module, "solvers", word)
    monkeypatch.setattr(judge_module, "screen", lambda task, *_: Screened(task, ()))
    monkeypatch.setattr(judge_module, "find", lambda _: pytest.fail("Lean has no part in it"))
    task = task_of(text)
    first = decide_smt(task, Screened(task, ()), DEFAULT, ("5", "5")).verdict
    assert isinstance(first, Accept)
    node = smt_node(spec, program=content, statement=b"(check-sat)", certificate=first.certificate, supersedes=None)
    graph = graph_of([spec, node], "accepted")
    assert isinstance(graph, Graph), graph
    again = rejudge(graph, node, "portable", DEFAULT)
    assert isinstance(again, Accept)
    assert [limits.solver_seconds for limits in given] == [DEFAULT.solver_seconds, 3 * DEFAULT.solver_seconds]
    assert (again.certificate.old_cost, again.certificate.new_cost) == ("5", "5")
    assert isinstance(rejudge(graph, node, "portable", DEFAULT), Declined)
    monkeypatch.setattr(judge_module, "screen", lambda *_: to_verdict(NotStronger(what="no."), "smt", ()))
    assert isinstance(rejudge(graph, node, "portable", DEFAULT), Rejected)


def test_a_stronger_spec_is_judged_again_by_its_own_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    weaker = spec_node("f", (HEAD + SPEC_TEXT).encode())
    content = (HEAD + plain("n >= -1", "return n + n + n")).encode()
    made = certificate(weaker, b"", None, None, 0)
    bound = strengthening_binding("f", weaker.content("spec.py"), content, b"def Statement", PROOF.text.encode())
    files = proof_to_files(replace(PROOF, order=None, slack=0))
    node = stronger_node(weaker, content=content, proof=files["proof.lean"], statement=b"def Statement",
                         notes=replace(PROOF, order=None, slack=0).notes_data, certificate=replace(made, **bound))  # type: ignore[arg-type]  # fmt: skip
    graph = graph_of([weaker, node], "accepted")
    assert isinstance(graph, Graph), graph
    asked: list[Strengthening] = []

    def gate(_: Kernel, question: Strengthening, proof: Proof) -> Passed | Reason:
        asked.append(question)
        assert proof.text == PROOF.text
        return passed() if len(asked) == 1 else ProofFailed(what="no.")

    monkeypatch.setattr(judge_module, "judge_strengthening", gate)
    monkeypatch.setattr(judge_module, "refute_strengthening", lambda *_: None)
    monkeypatch.setattr(judge_module, "find", lambda _: PORTABLE)
    monkeypatch.setattr(judge_module, "second_lean", lambda *_: None)
    monkeypatch.setattr(judge_module, "start_kernel", lambda *_: Says(passed()))
    verdict = rejudge(graph, node, "portable", DEFAULT)
    assert isinstance(verdict, Accept)
    assert {name: getattr(verdict.certificate, name) for name in bound} == bound
    assert [(q.weaker.source.content, q.stronger.source.content) for q in asked] == [(weaker.content("spec.py"), content)]
    assert isinstance(rejudge(graph, node, "portable", DEFAULT), Declined)


def test_a_lemma_is_judged_again_by_its_own_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    node = lemma()
    graph = graph_of([node], "accepted")
    assert isinstance(graph, Graph)
    monkeypatch.setattr(judge_module, "find", lambda _: PORTABLE)
    monkeypatch.setattr(judge_module, "second_lean", lambda *_: None)
    monkeypatch.setattr(judge_module, "start_kernel", lambda *_: Says(passed()))
    seen: list[object] = []

    def gate(_: Kernel, subject: object) -> Passed | Reason:
        seen.append(subject)
        return ProofFailed(what="no.") if len(seen) > 1 else passed()

    monkeypatch.setattr(judge_module, "judge_lemma", gate)
    assert isinstance(rejudge(graph, node, "portable", DEFAULT), Accept)
    assert isinstance(rejudge(graph, node, "portable", DEFAULT), Declined)
    assert seen == [TWICE, TWICE]
