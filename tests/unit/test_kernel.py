"""The kernel gate accepts what is proved, on a token; and nothing that goes wrong on the way is an acceptance."""



import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import targets

from verify.gates.kernel import BASES, Base, Controls, Kernel, judge_audit
from verify.lean_library import LIBRARY_HEADER, library_digest, library_texts
from verify.limits import DEFAULT
from verify.notes import Note
from verify.proof import Proof
from verify.reasons import (
    Malformed,
    NoMeasure,
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
from verify.session import DEFAULT_LIMITS, Audit, AxiomUse, Elaboration, NewConstant, Session
from verify.spec import to_candidate, to_specs
from verify.standby import start_kernel
from verify.statement import THEOREM
from verify.task import Passed, Task, Version
from verify.toolchain import Toolchain, ToolchainMissing, find

HEAD = "from icontract import ensure, require\nfrom verify import decreases, invariant, target\n\n\n@target\n"
BELOW = HEAD + targets.BELOW.removeprefix("@target\n")
DOWN = (
    HEAD
    + """@require(lambda n: n >= 1)
@ensure(lambda n, result: result >= 0)
def down(n: int) -> int:
    m = n
    k = 1
    while m > 1:
        decreases({measure})
        k = {step}
        m = m - 1
    return 0
"""
)
CLOSED = """theorem closed (t i j n : Int) (h : j ≤ n) :
    2 * (Old.shadow1 t i j n).v_total = 2 * t + n * (n - 1) - j * (j - 1) ∧
    ((Old.shadow1 t i j n).ticks : Int) = 1 + 4 * (n - j) := by
  fun_induction Old.shadow1 t i j n <;> grind

"""
SAME = """
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [New.value, New.out, Old.value, Old.out] at *
    omega)"""
POST = """
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [Post, Old.value, Old.out] at *
    grind)"""
COST = """
  (by
    intro n h
    have := closed 0 0 0 n h
    simp only [New.ticks, New.out, Old.ticks, Old.out, Pre] at *
    omega)"""
GAIN = """
  (by
    refine ⟨1, by simp only [Pre]; omega, ?_⟩
    have := closed 0 0 0 1 (by omega)
    simp only [New.ticks, New.out, Old.ticks, Old.out] at *
    omega)
"""
GROWING = """
  (by
    intro m
    refine ⟨m, by simp only [Pre]; omega, ?_⟩
    have := closed 0 0 0 m (by omega)
    simp only [New.ticks, New.out, Old.ticks, Old.out] at *
    omega)
"""
ACCEPTED = "theorem accepted : Statement := statement_of"
ALWAYS = CLOSED + ACCEPTED + SAME + POST + COST + GAIN
SLOW = """theorem slow (f : Nat → Nat) (h : ∀ x y, f (x + y) = f x * f (y + 1) + f (f x)) (a b c : Nat) : f (a + b + c) = 7 := by
  grind (instances := 100000) (ematch := 1000) (gen := 1000)
"""
ALLOWED = [
    "def fib : Nat → Nat\n  | 0 => 0\n  | 1 => 1\n  | n + 2 => fib n + fib (n + 1)\n",
    "def f (x y : Int) : Int := if x < y then f (x + 1) y + 1 else 0\ntermination_by (y - x).toNat\ndecreasing_by omega\n",
    "theorem a (x y : Int) (h : x = y ∧ y = 2) : x = 2 := by\n  obtain ⟨rfl, h⟩ := h\n  exact h\n",
    "theorem a (n : Nat) : 0 ≤ n := by\n  induction n with\n  | zero => simp\n  | succ n ih => exact Nat.zero_le _\n",
    "theorem a (p q : Prop) : p ∨ q → q ∨ p := by\n  rintro (h | h)\n  · right; exact h\n  · exact .inl h\n",
    "theorem a (x : Int) : x = x := by\n  by_cases h : x = 2 <;> first | rfl | omega | grind only [a, = b, ← c] | simp_all\n",
    "theorem a (x y : Nat) (h : x ≤ y) : x ≤ y + 1 := by\n  calc x ≤ y := h\n    _ ≤ y + 1 := by omega\n",
    "theorem a (x : Nat) : (match x with | 0 => 1 | n + 1 => n) ≥ 0 := by\n  split <;> try simp only [a] at *\n",
    "theorem a : ∃ x : Nat, x > 3 ∧ x % 2 = 0 := by\n  refine ⟨4, ?_, by decide⟩\n  show 4 > 3\n  omega\n",
    "theorem a (f : Nat → Nat) (h : ∀ x, f x = x) : f 1 = 1 := by\n  rw [h 1, ← h 1] at *\n  simpa using h _\n",
]  # fmt: skip


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    """Give a Lean, or skip with the reason."""
    try:
        return find("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def bare(toolchain: Toolchain) -> Iterator[Kernel]:
    """Give a kernel over Lean's own library only, whose session the test may lose."""
    with Session.start(toolchain, DEFAULT_LIMITS) as session:
        env = session.import_header(LIBRARY_HEADER).env
        assert env is not None
        yield Kernel(session, env, toolchain, DEFAULT)


def baseline(text: str) -> Task:
    """Return the task of a spec's own baseline."""
    spec = to_specs(text.encode(), "spec.py", DEFAULT)[0]
    return Task(spec, Version(spec.source, spec.program))


def improvement(candidate: str = "return n * (n - 1) // 2") -> Task:
    """Return the task of `below` with a candidate's body."""
    task = baseline(BELOW)
    content = f"def below(n: int) -> int:\n    {candidate}\n".encode()
    return replace(task, new=Version(*to_candidate(content, "candidate.py", task.spec, DEFAULT)))


def always(text: str) -> Proof:
    """Return a proof of the order `always`."""
    return Proof("always", 0, (), (), text)


def test_a_proved_improvement_passes_with_a_token(warm: Kernel) -> None:
    judged = warm.judge(improvement(), always(ALWAYS))
    assert isinstance(judged, Passed), str(judged)
    base = warm.base(improvement(), always(""))
    assert isinstance(base, Base)
    token = judged.evidence["token"]
    assert isinstance(token, dict)
    assert token["statement"] == base.statement.digest
    assert token["toolchain"] == warm.toolchain.digest
    assert token["library"] == library_digest()
    assert token["theorem"] == THEOREM
    assert token["axioms"] == ["Classical.choice", "propext"]
    assert judged.evidence["statement"] == base.statement.text


def test_the_other_order_passes(warm: Kernel) -> None:
    proof = Proof("eventually", 2, (), (), CLOSED + ACCEPTED + SAME + POST + COST + GROWING)
    judged = warm.judge(improvement(), proof)
    assert isinstance(judged, Passed), str(judged)


def test_a_baseline_passes_alone(warm: Kernel) -> None:
    judged = warm.judge(baseline(BELOW), Proof(None, 0, (), (), CLOSED + ACCEPTED + POST + "\n"))
    assert isinstance(judged, Passed), str(judged)


def test_a_fresh_process_accepts(toolchain: Toolchain) -> None:
    fresh = start_kernel(toolchain, DEFAULT)
    with fresh.session:
        judged = fresh.judge(improvement(), always(ALWAYS))
    assert isinstance(judged, Passed), str(judged)


def test_deep_recursion_ends_in_leans_own_limit_in_a_fresh_process_too(toolchain: Toolchain) -> None:
    # no function has been compiled twice in it yet, so that frames are at their largest
    fresh = start_kernel(toolchain, DEFAULT)
    with fresh.session:
        done = fresh.attempt(fresh.library, "theorem t : 100 = 439 + 950 + 1 := by\n  repeat skip")
        assert isinstance(done, Elaboration)
        assert "maximum recursion depth" in done.messages[0].text


def test_a_proof_of_one_candidate_is_no_proof_of_another(warm: Kernel) -> None:
    for body in ("return n * (n + 1) // 2", "return n * n - n", "return 0"):
        assert isinstance(warm.judge(improvement(body), always(ALWAYS)), ProofFailed)


def test_a_proof_must_be_of_the_order_that_is_claimed(warm: Kernel) -> None:
    task = improvement()
    assert isinstance(warm.judge(task, Proof(None, 0, (), (), ALWAYS)), SignatureMismatch)
    assert isinstance(warm.judge(replace(task, new=None), always(ALWAYS)), SignatureMismatch)
    narrow = replace(task, spec=replace(task.spec, orders=("always",)))
    assert isinstance(warm.judge(narrow, Proof("eventually", 2, (), (), ALWAYS)), SignatureMismatch)
    assert isinstance(warm.judge(task, Proof("eventually", DEFAULT.slack + 1, (), (), ALWAYS)), Malformed)
    assert isinstance(warm.judge(task, Proof("always", 1, (), (), ALWAYS)), Malformed)
    assert isinstance(warm.judge(task, Proof("eventually", 0, (), (), ALWAYS)), ProofFailed)


def test_a_failed_proof_names_its_line(warm: Kernel) -> None:
    failed = warm.judge(improvement(), always(ALWAYS.replace("1 + 4 *", "2 + 4 *")))
    assert isinstance(failed, ProofFailed)
    assert failed.where == "proof.lean:4"
    assert "grind" in failed.what
    assert len(str(failed)) < 600


def test_a_loop_that_is_not_shown_to_end_is_named(warm: Kernel) -> None:
    judged = warm.judge(baseline(DOWN.format(measure="7 - m", step="1")), Proof(None, 0, (), (), ACCEPTED + POST + "\n"))
    assert isinstance(judged, RunNotProved)
    assert judged.where == "spec.py:11"
    assert "line 11" in judged.what
    assert "decreases" in judged.do


def test_a_loop_that_may_raise_is_named_until_a_note_helps(warm: Kernel) -> None:
    task = baseline(DOWN.format(measure="m", step="7 // (m + n)"))
    judged = warm.judge(task, Proof(None, 0, (), (), "theorem accepted : Statement := rfl\n"))
    assert isinstance(judged, RunNotProved)
    assert (judged.where, "invariant" in judged.do) == ("spec.py:11", True)
    noted = Proof(None, 0, (Note(1, None, ("n >= 1",)),), (), "theorem accepted : Statement := rfl\n")
    assert isinstance(warm.judge(task, noted), ProofFailed)


def test_a_note_that_does_not_read_is_refused(warm: Kernel) -> None:
    for note in (Note(2), Note(1, "m +"), Note(1, None, ("nowhere > 0",))):
        judged = warm.judge(baseline(BELOW), Proof(None, 0, (note,), (), ""))
        assert isinstance(judged, Reason)
        assert judged.verdict != "accept"
    unmeasured = DOWN.format(measure="m", step="1").replace("decreases(m)", "k = 1")
    assert isinstance(warm.judge(baseline(unmeasured), Proof(None, 0, (), (), "")), NoMeasure)


@pytest.mark.parametrize("text", ALLOWED)
def test_plain_proofs_lie_within_the_allow_list(warm: Kernel, text: str) -> None:
    base = warm.base(improvement(), always(""))
    assert isinstance(base, Base)
    done = warm.attempt(base.env, text)
    assert isinstance(done, Elaboration), str(done)
    if done.env is not None:
        warm.forget(done.env)


def test_an_attempt_gives_back_what_lean_says(warm: Kernel) -> None:
    base = warm.base(improvement(), always(""))
    assert isinstance(base, Base)
    done = warm.attempt(base.env, "theorem a (n : Int) : n = 3 := by\n  omega\n")
    assert isinstance(done, Elaboration)
    assert done.errors == 1
    assert done.messages[0].line - warm.first_line() == 2
    lemma = warm.attempt(base.env, CLOSED)
    assert isinstance(lemma, Elaboration)
    assert (lemma.errors, lemma.env is None) == (0, False)
    whole = warm.attempt(lemma.env or 0, ACCEPTED + SAME + POST + COST + GAIN)
    assert isinstance(whole, Elaboration)
    assert whole.errors == 0
    assert isinstance(warm.attempt(base.env, "theorem a : 1 = 1 := by\n  native_decide\n"), ProofForbidden)
    assert isinstance(warm.attempt(base.env, ALWAYS), ProofForbidden)


def test_old_bases_are_forgotten_and_made_again(warm: Kernel) -> None:
    tasks = [improvement(f"return n * (n - 1) // 2 + {k} - {k}") for k in range(2 * BASES + 2)]
    bases = [warm.base(task, always("")) for task in tasks]
    assert all(isinstance(base, Base) for base in bases)
    assert isinstance(warm.judge(improvement(), always(ALWAYS)), Passed)


def test_the_library_is_read_without_its_headers() -> None:
    for text in library_texts():
        assert "import" not in text.split("/-!")[0]
        assert text.lstrip().startswith("@[expose] public")


# -- limits, and the death of the session -----------------------------------------------------------------------------------


def test_a_proof_that_takes_too_long_is_declined(bare: Kernel) -> None:
    bare.limits = replace(DEFAULT, lean_seconds=1)
    lost = bare.attempt(bare._library, SLOW)
    assert isinstance(lost, TimedOut)
    assert isinstance(bare.judge(improvement(), always(ALWAYS)), ToolBroken)


def test_a_proof_that_works_too_much_is_declined(warm: Kernel) -> None:
    short = Kernel(warm.session, warm._library, warm.toolchain, replace(DEFAULT, lean_heartbeats=200))
    done = short.attempt(warm._library, SLOW)
    assert isinstance(done, Elaboration)
    assert done.errors == 1


def test_a_proof_that_exhausts_the_parser_is_no_acceptance(bare: Kernel) -> None:
    text = f"theorem a : 1 = 1 := {'fun _ => ' * 20_000}rfl\n"
    lost = bare.attempt(bare._library, text)
    assert isinstance(lost, ToolBroken | TimedOut)


def test_a_session_that_is_killed_during_a_check_is_no_acceptance(toolchain: Toolchain) -> None:
    mine = start_kernel(toolchain, DEFAULT)
    with mine.session as session:
        assert isinstance(mine.base(improvement(), always("")), Base)
        killer = threading.Timer(0.2, os.kill, (session.pid, signal.SIGKILL))
        killer.start()
        start = time.monotonic()
        judged: Passed | Reason = Passed()
        while isinstance(judged, Passed) and time.monotonic() - start < 30:
            judged = mine.judge(improvement(), always(ALWAYS))
        assert isinstance(judged, ToolBroken)
        assert isinstance(mine.judge(improvement(), always(ALWAYS)), ToolBroken)


# -- the audit's facts, one by one -------------------------------------------------------------------------------------------

GOOD = Audit(
    exists=True,
    in_base=False,
    kind="theorem",
    type_const="QED.Statement",
    type_in_base=True,
    level_params=0,
    axioms=(AxiomUse("propext", "axiom", in_base=True), AxiomUse("Nat.lt_irrefl", "theorem", in_base=True)),
    new=(NewConstant("QED.Old.shadow1.eq_1", "theorem", "ok"), NewConstant(THEOREM, "theorem", "ok")),
)


def refusal(audit: Audit, controls: Controls) -> type[Reason]:
    """Return the class of the reason for which an audit is refused."""
    with pytest.raises(Refusal) as refused:
        judge_audit(audit, controls)
    return type(refused.value.reason)


def test_a_good_audit_passes() -> None:
    assert judge_audit(GOOD, Controls()) == ("propext",)


@pytest.mark.parametrize(
    "change",
    [{"exists": False}, {"in_base": True}, {"kind": "definition"}, {"kind": "axiom"}, {"type_const": None},
     {"type_const": "QED.Proof.Statement"}, {"type_in_base": False}, {"level_params": 1}],
)  # fmt: skip
def test_an_audit_of_another_theorem_is_refused(change: dict[str, object]) -> None:
    assert refusal(replace(GOOD, **change), Controls()) is WrongTheorem  # type: ignore[arg-type]  # one field each


@pytest.mark.parametrize(
    "axiom",
    [AxiomUse("sorryAx", "axiom", in_base=True), AxiomUse("sorryAx", "theorem", in_base=True),
     AxiomUse("Lean.ofReduceBool", "axiom", in_base=True), AxiomUse("Lean.trustCompiler", "axiom", in_base=True),
     AxiomUse("Lean.reduceBool", "opaque", in_base=True), AxiomUse("propext", "axiom", in_base=False),
     AxiomUse("propext", "opaque", in_base=True), AxiomUse("QED.Proof.h", "theorem", in_base=False),
     AxiomUse("x", "missing", in_base=True), AxiomUse("lcProof", "definition", in_base=True)],
)  # fmt: skip
def test_other_axioms_are_refused(axiom: AxiomUse) -> None:
    assert refusal(replace(GOOD, axioms=(*GOOD.axioms, axiom)), Controls()) is ProofAxioms


@pytest.mark.parametrize(
    ("constant", "due"),
    [(NewConstant("QED.Proof.a", "theorem", "rejected: other"), ProofNotReplayed),
     (NewConstant("QED.Proof.a", "theorem", "not replayed"), ProofNotReplayed),
     (NewConstant("QED.Proof.a", "theorem", ""), ProofNotReplayed),
     (NewConstant("QED.Proof.a", "opaque", "ok"), ProofNotReplayed),
     (NewConstant("QED.cheat", "theorem", "ok"), ProofForbidden),
     (NewConstant("outside", "definition", "ok"), ProofForbidden),
     (NewConstant("_private.0.outside", "theorem", "ok"), ProofForbidden)],
)  # fmt: skip
def test_other_new_constants_are_refused(constant: NewConstant, due: type[Reason]) -> None:
    assert refusal(replace(GOOD, new=(constant, *GOOD.new)), Controls()) is due


def test_the_theorem_itself_must_have_been_replayed() -> None:
    assert refusal(replace(GOOD, new=()), Controls()) is ProofNotReplayed
