"""What the kernel gate makes of the answers of a session, one fact at a time, with a session that answers as it is told.

Real proofs, and Lean itself, are the matter of `test_kernel` and of the attacks.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from targets import candidate, plain, task_of

from verify.gates.kernel import BASES, Base, Controls, Kernel, is_allowed, judge_audit
from verify.lean_library import library_digest
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.reasons import (
    NotToken,
    ProofAxioms,
    ProofFailed,
    ProofForbidden,
    ProofNotReplayed,
    Reason,
    Refusal,
    RunNotProved,
    SignatureMismatch,
    TimedOut,
    ToolBroken,
    WrongTheorem,
)
from verify.session import Audit, AxiomUse, Elaboration, Message, NewConstant, Session, SessionLost, SyntaxFault, Tree
from verify.statement import PINNED, THEOREM
from verify.task import Passed, Task
from verify.toolchain import Toolchain

TASK = task_of(plain("n >= 0", "return n + n + n"), candidate("return 3 * n"))
TEXT = "theorem accepted : Statement := h\n"
PROOF = Proof("always", 0, (), (), TEXT)
GOOD = Audit(
    exists=True, in_base=False, kind="theorem", type_const=PINNED, type_in_base=True, level_params=0,
    axioms=(AxiomUse("propext", "axiom", in_base=True),), new=(NewConstant(THEOREM, "theorem", "ok"),),
)  # fmt: skip
NO_SYNTAX = Controls(allow_list=False)
DENIED = ("sorryAx", "Lean.ofReduceBool", "Lean.ofReduceNat", "Lean.trustCompiler", "lcProof")


def refused(audit: Audit, controls: Controls = Controls()) -> type[Reason] | None:  # noqa: B008 - a frozen value
    """Return the class of the reason for which an audit is refused, None where it passes."""
    try:
        judge_audit(audit, controls)
    except Refusal as refusal:
        return type(refusal.reason)
    return None


# -- axioms ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["propext", "Classical.choice", "Quot.sound"])
def test_three_axioms_are_allowed_as_axioms_of_the_statements_environment(name: str) -> None:
    assert judge_audit(replace(GOOD, axioms=(AxiomUse(name, "axiom", in_base=True),)), Controls()) == (name,)
    for kind, in_base in (("axiom", False), ("opaque", True), ("missing", True), ("", True)):
        assert not is_allowed(AxiomUse(name, kind, in_base=in_base)), (kind, in_base)


@pytest.mark.parametrize("kind", ["axiom", "opaque", "theorem", "definition", "missing"])
@pytest.mark.parametrize("name", DENIED)
def test_the_compilers_word_is_denied_whatever_it_was_declared_as(name: str, kind: str) -> None:
    assert refused(replace(GOOD, axioms=(AxiomUse(name, kind, in_base=True),))) is ProofAxioms


@pytest.mark.parametrize("kind", ["theorem", "definition"])
def test_what_the_library_proves_is_allowed_and_what_the_proof_brings_is_not(kind: str) -> None:
    assert is_allowed(AxiomUse("Nat.lt_irrefl", kind, in_base=True))
    assert not is_allowed(AxiomUse("Nat.lt_irrefl", kind, in_base=False))


def test_one_opaque_constant_is_allowed() -> None:
    assert is_allowed(AxiomUse("String.Internal.append", "opaque", in_base=True))
    assert not is_allowed(AxiomUse("String.Internal.append", "opaque", in_base=False))
    assert not is_allowed(AxiomUse("String.Internal.append", "axiom", in_base=True))
    assert not is_allowed(AxiomUse("String.Internal.append2", "opaque", in_base=True))


def test_every_axiom_is_looked_at() -> None:
    good, bad = GOOD.axioms[0], AxiomUse("h", "axiom", in_base=True)
    for axioms in ((bad,), (good, bad), (bad, good), (good, bad, good)):
        assert refused(replace(GOOD, axioms=axioms)) is ProofAxioms


def test_the_axioms_come_back_sorted_and_without_what_is_none() -> None:
    uses = [AxiomUse("propext", "axiom", in_base=True), AxiomUse("Classical.choice", "axiom", in_base=True),
            AxiomUse("Nat.add_comm", "theorem", in_base=True),
            AxiomUse("String.Internal.append", "opaque", in_base=True)]  # fmt: skip
    assert judge_audit(replace(GOOD, axioms=tuple(uses)), Controls()) == ("Classical.choice", "propext")


# -- new constants --------------------------------------------------------------------------------------------------------------


def new(*constants: NewConstant) -> Audit:
    return replace(GOOD, new=(*constants, *GOOD.new))


@pytest.mark.parametrize(
    "name",
    ["QED.Proof.a", "_private.0.QED.Proof.a", "QED.Proof.a.b.c", "f.eq_1", "f.eq_12", "f.g.match_3", "f.congr_eq_1", "f.hcongr_2",
     "f._sparseCasesOn_1", "f._proof_4", "f._simp_2", "f.eq_def", "f.eq_unfold", "f._unary", "f._mutual", "f._f",
     "f.match_1.splitter", "f.induct", "f.induct_unfolding", "f.mutual_induct", "f.strong_induct", "f.partial_fixpoint_induct",
     "f.fun_cases", "f.fun_cases_unfolding", "f.congr_simp", "f.else_eq", "T.inj", "T.injEq", "T.noConfusion", "f.eq_1.g"],
)  # fmt: skip
def test_what_the_proof_declares_and_what_lean_derives_may_be_new(name: str) -> None:
    assert refused(new(NewConstant(name, "theorem", "ok"))) is None


@pytest.mark.parametrize(
    "name",
    ["", "QED", "QED.Proof", "QED.Proof.", "QED.Proofs.a", "QED.Old.a", "aQED.Proof.a", "_private.1.QED.Proof.a",
     "_private.QED.Proof.a", "QED.Proof.a\nb", "_private.0.QED.Old.a", "eq_1", "eq_def", "induct", "f.eq_", "f.eq_x",
     "f.eq_1x", "f.xeq_1", "f.eq_defs", "f.induct_", "f.inject", "f.a", "propext", "QED.Statement"],
)  # fmt: skip
def test_no_other_name_may_be_new(name: str) -> None:
    assert refused(new(NewConstant(name, "theorem", "ok"))) is ProofForbidden


@pytest.mark.parametrize("replay", ["", "OK", "ok ", "okay", "rejected: ok", "not replayed"])
def test_every_new_constant_must_be_added_again(replay: str) -> None:
    for name in ("QED.Proof.a", "f.eq_1"):
        assert refused(new(NewConstant(name, "theorem", replay))) is ProofNotReplayed
    assert refused(replace(GOOD, new=(NewConstant(THEOREM, "theorem", replay),))) is ProofNotReplayed


@pytest.mark.parametrize("kind", ["axiom", "opaque", "inductive", "constructor", "recursor", "quotient", "missing", ""])
def test_theorems_and_definitions_may_be_new_and_nothing_else(kind: str) -> None:
    assert refused(new(NewConstant("QED.Proof.a", kind, "ok"))) is ProofNotReplayed
    assert refused(new(NewConstant("QED.Proof.a", "definition", "ok"))) is None


def test_every_new_constant_is_looked_at() -> None:
    fine, bad = NewConstant("QED.Proof.a", "theorem", "ok"), NewConstant("QED.Proof.b", "theorem", "rejected")
    for constants in ((bad, fine), (fine, bad), (fine, bad, fine)):
        assert refused(new(*constants)) is ProofNotReplayed


# -- controls: each is on by itself, and takes away its own refusal alone --------------------------------------------------------


def test_a_control_that_is_off_lets_its_own_attack_through_and_no_other() -> None:
    another = replace(GOOD, type_const="QED.Other")
    sorry = replace(GOOD, axioms=(AxiomUse("sorryAx", "axiom", in_base=True),))
    skipped = replace(GOOD, new=())
    rejected = new(NewConstant("QED.Proof.a", "theorem", "rejected"))
    due = {"pinned_type": (another, WrongTheorem), "axioms": (sorry, ProofAxioms), "replay": (skipped, ProofNotReplayed)}
    for off in due:
        controls = Controls(**{off: False})
        for name, (audit, reason) in due.items():
            assert refused(audit, controls) is (None if name == off else reason), (off, name)
        assert refused(rejected, controls) is (None if off == "replay" else ProofNotReplayed)
    assert refused(replace(GOOD, exists=False), Controls(pinned_type=False)) is WrongTheorem
    assert refused(replace(another, type_in_base=False), Controls(pinned_type=False)) is None


def test_controls_are_on_where_nobody_says_otherwise() -> None:
    assert Controls() == Controls(allow_list=True, replay=True, axioms=True, pinned_type=True)
    kernel = gate(Told(replace(GOOD, type_const="QED.Other")))
    assert isinstance(kernel.judge(TASK, PROOF), ProofForbidden), "the allow-list asks the session's parser, which reads nothing"


# -- the way of a proof ---------------------------------------------------------------------------------------------------------


class Told:
    """A session that does as it is told, and writes down what it was asked."""

    def __init__(self, audit: Audit = GOOD, *, fails: str = "", lost: SessionLost | None = None, env: bool = True) -> None:
        self.given, self.fails, self.lost, self.env = audit, fails, lost, env
        self.asked: list[tuple[object, ...]] = []
        self.count = 0

    def elaborate(self, env: int, source: str, *, keep: bool, timeout: float | None = None) -> Elaboration:
        if self.lost is not None:
            raise self.lost
        self.count += 1
        self.asked.append(("elaborate", env, source, keep, timeout))
        failed = bool(self.fails) and self.fails in source
        messages = (Message("warning", "unused", 1, 0, ""), Message("error", "no such lemma", 9, 0, "")) if failed else ()
        return Elaboration(self.count if self.env else None, messages, int(failed), 0.0)

    def parse(self, env: int, category: str, text: str) -> Tree | SyntaxFault:
        self.asked.append(("parse", env, category, text))
        return SyntaxFault("<input>:1:0: expected term")

    def audit(self, base: int, env: int, name: str) -> Audit:
        self.asked.append(("audit", base, env, name))
        return self.given

    def forget(self, env: int) -> None:
        self.asked.append(("forget", env))

    def of(self, what: str) -> list[tuple[object, ...]]:
        return [a[1:] for a in self.asked if a[0] == what]


TOOLCHAIN = cast("Toolchain", SimpleNamespace(digest="d" * 64, version="4", kind="portable", root=Path()))


def gate(session: Told) -> Kernel:
    return Kernel(cast("Session", session), 0, TOOLCHAIN, DEFAULT)


def base(kernel: Kernel, task: object = TASK) -> Base:
    made = kernel.base(cast("Task", task), PROOF)
    assert isinstance(made, Base)
    return made


def test_the_statement_comes_before_the_proof_and_the_audit_compares_the_two() -> None:
    told = Told()
    kernel = gate(told)
    assert isinstance(kernel.judge(TASK, PROOF, NO_SYNTAX), Passed)
    statement = base(kernel).statement
    (first, second, third) = told.of("elaborate")
    assert first[:2] == (0, statement.old)
    assert second[:2] == (1, statement.claim)
    assert third[0] == 2
    wrapped = str(third[1])
    assert wrapped.endswith(f"namespace QED.Proof\n{TEXT}\nend QED.Proof\n")
    assert "set_option autoImplicit false" in wrapped
    assert all(asked[2:] == (True, DEFAULT.lean_seconds) for asked in (first, second, third))
    assert told.of("audit") == [(2, 3, THEOREM)]
    assert told.of("forget") == [(3,)]


def test_the_evidence_is_the_statement_and_the_token() -> None:
    kernel = gate(Told())
    passed = kernel.judge(TASK, PROOF, NO_SYNTAX)
    assert isinstance(passed, Passed)
    statement = base(kernel).statement
    assert passed.evidence.keys() == {"statement", "token"}
    assert passed.evidence["statement"] == statement.text
    token = cast("dict[str, object]", passed.evidence["token"])
    assert len(str(token.pop("nonce"))) == 32
    assert token == {"statement": statement.digest, "toolchain": "d" * 64, "library": library_digest(), "theorem": THEOREM,
                     "axioms": ["propext"]}  # fmt: skip


def test_an_error_in_the_proof_is_a_refusal_that_names_its_line() -> None:
    told = Told(fails="theorem accepted")
    failed = gate(told).judge(TASK, PROOF, NO_SYNTAX)
    assert isinstance(failed, ProofFailed)
    assert "no such lemma" in failed.what
    assert failed.where.startswith("proof.lean:")
    assert told.of("audit") == []
    assert (3,) in told.of("forget")


def test_an_error_in_the_statement_is_a_refusal_about_the_program() -> None:
    for fails in ("namespace QED", "def Statement"):
        told = Told(fails=fails)
        assert isinstance(gate(told).judge(TASK, PROOF, NO_SYNTAX), RunNotProved)
        assert told.of("audit") == []


def test_an_answer_without_an_environment_is_none() -> None:
    assert isinstance(gate(Told(env=False)).judge(TASK, PROOF, NO_SYNTAX), ToolBroken)


def test_a_lost_session_is_no_word_about_the_proof() -> None:
    for lost, due in ((SessionLost("it died"), ToolBroken), (SessionLost("too long", "time"), TimedOut)):
        kernel = gate(Told())
        made = base(kernel)
        cast("Told", kernel.session).lost = lost
        assert isinstance(kernel.prove(made, PROOF, NO_SYNTAX), due)
        assert isinstance(gate(Told(lost=lost)).base(TASK, PROOF), due)
        assert isinstance(gate(Told(lost=lost)).judge(TASK, PROOF, NO_SYNTAX), due)


class Agrees:
    """Something that says of everything that it is the same."""

    __hash__ = None  # type: ignore[assignment]  # nothing asks for it

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False


def test_no_token_is_no_acceptance(monkeypatch: pytest.MonkeyPatch) -> None:
    for found in (None, True, Agrees()):
        monkeypatch.setattr(Kernel, "_prove", lambda *_, found=found: found)
        assert isinstance(gate(Told()).judge(TASK, PROOF, NO_SYNTAX), NotToken)


def test_the_text_and_each_declaration_are_looked_at_before_lean_elaborates_any() -> None:
    told = Told()
    kernel = gate(told)
    made = base(kernel)
    before = len(told.of("elaborate"))
    for text in (f"{TEXT}-- sorry\n", f"#eval 1\n{TEXT}", TEXT):
        assert isinstance(kernel.prove(made, replace(PROOF, text=text)), ProofForbidden)
    assert told.of("parse") == [(made.env, "command", TEXT)]
    assert len(told.of("elaborate")) == before
    for text in (f"{TEXT}-- sorry\n", TEXT, "theorem a : 1 = 1 := rfl\n" + TEXT):
        assert isinstance(kernel.attempt(made.env, text), ProofForbidden)
    assert told.of("parse")[1:] == [(made.env, "command", TEXT)]
    assert len(told.of("elaborate")) == before


def test_each_declaration_is_elaborated_on_top_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[object, int, int]] = []

    def look(session: object, env: int, parts: Sequence[object]) -> None:
        seen.append((session, env, len(parts)))

    monkeypatch.setattr("verify.gates.kernel.check_declarations", look)
    told = Told()
    kernel = gate(told)
    lemmas = "theorem a : 1 = 1 := rfl\n\ntheorem b : 2 = 2 := rfl\n\n"
    assert isinstance(kernel.judge(TASK, replace(PROOF, text=lemmas + TEXT)), Passed)
    assert seen == [(told, 2, 3)]
    assert [asked[0] for asked in told.of("elaborate")] == [0, 1, 2, 3, 4]
    assert told.of("audit") == [(2, 5, THEOREM)]
    assert told.of("forget") == [(3,), (4,), (5,)], "the statement's own environment is kept"


def test_what_an_attempt_made_is_the_callers_to_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verify.gates.kernel.check_declaration", lambda *_: "accepted")
    told = Told()
    kernel = gate(told)
    done = kernel.attempt(5, TEXT)
    assert isinstance(done, Elaboration)
    assert told.of("elaborate")[0][0] == 5
    assert told.of("forget") == []
    kernel.forget(done.env or 0)
    assert told.of("forget") == [(1,)]


# -- which claims, and which environments ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "proof"),
    [(TASK, replace(PROOF, order=None)), (replace(TASK, new=None), PROOF),
     (replace(TASK, spec=replace(TASK.spec, orders=("always",))), replace(PROOF, order="eventually", slack=1))],
)  # fmt: skip
def test_the_proof_is_about_a_claim_that_the_task_may_make(task: object, proof: Proof) -> None:
    told = Told()
    assert isinstance(gate(told).judge(cast("Task", task), proof, NO_SYNTAX), SignatureMismatch)
    assert told.asked == []


def test_each_order_that_the_spec_allows_may_be_claimed() -> None:
    for order in ("always", "eventually"):
        assert isinstance(gate(Told()).judge(TASK, replace(PROOF, order=order), NO_SYNTAX), Passed)
    assert isinstance(gate(Told()).judge(replace(TASK, new=None), replace(PROOF, order=None), NO_SYNTAX), Passed)


def test_a_statement_is_elaborated_once_and_the_last_ones_are_kept() -> None:
    told = Told()
    kernel = gate(told)
    first = base(kernel)
    assert (base(kernel), len(told.of("elaborate"))) == (first, 2)
    for k in range(2 * BASES - 2):
        base(kernel, task_of(plain("n >= 0", "return n + n + n"), candidate(f"return 3 * n + {k}")))
    assert told.of("forget") == []
    base(kernel)
    base(kernel, task_of(plain("n >= 0", "return n + n + n"), candidate("return 4 * n")))
    assert told.of("forget") == [(3,)], "the one that was asked for least recently"
    count = len(told.of("elaborate"))
    assert base(kernel) == first
    assert len(told.of("elaborate")) == count
