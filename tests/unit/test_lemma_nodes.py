"""A lemma is judged as it stands, kept in the graph, proved again by the gate, and put to use where a loop is alike."""

from dataclasses import replace
from pathlib import Path

import pytest
from small_graph import TWICE, USING, lemma, lemma_certificate, put

from loop.bench import Bench
from loop.closed import TICKS
from loop.commands.explain import find
from loop.hints import to_notes
from loop.lemma_store import NOTHING, Draft, LemmaStore, draft, reuses, store_of, unknown
from loop.lemmas import LoopLemmas
from loop.library.weighing import ALL
from loop.observe import inputs, observe
from loop.prover import Prover
from loop.views.explained import explained
from verify.canonical import digest_bytes
from verify.certificate import Certificate
from verify.claim_words import in_words
from verify.command import CiArguments, run_ci
from verify.gates.kernel import Base, Controls, Kernel
from verify.gates.lemma import judge_lemma, judge_statement
from verify.graph import Graph, admit, graph_of, load
from verify.judge import decide_lemma, rejudge
from verify.lemma import Lemma, is_used, lemma_binding, lemma_from_files, lemma_text, lemma_to_files
from verify.limits import DEFAULT
from verify.node import lemma_node
from verify.notes import annotate
from verify.proof import Proof
from verify.reasons import (
    BadLemma,
    Malformed,
    ProofFailed,
    ProofForbidden,
    ProofMissing,
    Reason,
    Refusal,
    TooLarge,
    WrongTheorem,
)
from verify.session import Audit, AxiomUse, NewConstant
from verify.spec import to_specs
from verify.standby import start_kernel
from verify.statement import PINNED
from verify.task import Passed, Task, Version
from verify.toolchain import Toolchain, ToolchainMissing
from verify.toolchain import find as find_lean
from verify.verdict import Accept, Declined, Rejected

SUM = """def sum (x0 : Int) (x1 : Int) (x2 : Int) : Int :=
  if x1 < x2 then sum (x0 + x1) (x1 + 1) x2 else x0
termination_by (x2 - x1).toNat
decreasing_by all_goals first | omega | grind
"""
CLOSED = "∀ (x0 x1 x2 : Int) (h : x1 ≤ x2), 2 * sum x0 x1 x2 = 2 * x0 + x2 * (x2 - 1) - x1 * (x1 - 1)"
BY_INDUCTION = """theorem accepted : Statement := by
  intro x0 x1 x2 h
  fun_induction sum x0 x1 x2 <;> grind
"""
LOOP = Lemma("sums", SUM, CLOSED, BY_INDUCTION)
COMMUTES = "∀ (a b : Int), a + b = b + a"
TRIVIAL = "theorem accepted : Statement := trivial\n"
RFL = "theorem accepted : Statement := rfl\n"


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    """Give a Lean, or skip with the reason."""
    try:
        return find_lean("auto")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))


def _judged(warm: Kernel, definitions: str, statement: str, proof: str) -> Passed | Reason:
    return judge_lemma(warm, Lemma("a", definitions, statement, proof))


# -- the gate -------------------------------------------------------------------------------------------------------------------

TRUE = {
    "a loop": (SUM, CLOSED, BY_INDUCTION),
    "helpers in the proof": (
        SUM, CLOSED,
        BY_INDUCTION.replace("accepted : Statement", f"before : {CLOSED}") + "\ntheorem accepted : Statement := before\n",
    ),
    "the library alone": ("", "∀ (a b : Int), a + b = b + a", "theorem accepted : Statement := Int.add_comm\n"),
    "our library": ("", "∀ (a : Int), fdiv a 3 = a / 3", "theorem accepted : Statement := fun a => fdiv_pos a (by omega)\n"),
    "a predicate": (
        "def even (n : Nat) : Prop := match n with\n  | 0 => True\n  | 1 => False\n  | n + 2 => even n\n",
        "∀ n : Nat, even (2 * n)",
        """theorem accepted : Statement := by
  intro n
  induction n with
  | zero => simp only [even]
  | succ n ih => rw [show 2 * (n + 1) = 2 * n + 2 from by omega]; simpa only [even] using ih
""",
    ),
    "one definition after another": (
        "def one (x : Nat) : Nat := x + 1\n\ndef two (x : Nat) : Nat := one (one x)\n",
        "∀ x, two x = x + 2",
        "theorem accepted : Statement := fun _ => rfl\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_a_true_lemma_passes_with_a_token(name: str, warm: Kernel) -> None:
    judged = _judged(warm, *TRUE[name])
    assert isinstance(judged, Passed), str(judged)
    token = judged.evidence["token"]
    assert isinstance(token, dict)
    assert token["statement"] == digest_bytes(str(judged.evidence["statement"]).encode())
    assert token["toolchain"] == warm.toolchain.digest


FALSE: dict[str, tuple[str, str, str, type[Reason]]] = {
    "a false statement": (SUM, CLOSED.replace("2 * x0", "2 * x0 + 1"), BY_INDUCTION, ProofFailed),
    "a statement without its condition": (
        SUM, CLOSED.replace(" (h : x1 ≤ x2)", ""), BY_INDUCTION.replace(" h\n", "\n"), ProofFailed,
    ),
    "False": ("", "False", TRIVIAL, ProofFailed),
    "a proof of another statement": ("", COMMUTES, "theorem accepted : Statement := Nat.add_comm\n", ProofFailed),
    "a theorem of another type": ("", COMMUTES, "theorem accepted : True := trivial\n", WrongTheorem),
    "a statement of the proof's own": ("", "False", "def Statement : Prop := True\n\n" + TRIVIAL, ProofForbidden),
    "a definition again in the proof": (
        SUM, CLOSED, "def sum (x0 x1 x2 : Int) : Int := x0\n\n" + BY_INDUCTION, ProofFailed,
    ),
    "no theorem": ("", "True", "theorem other : True := trivial\n", WrongTheorem),
    "no proof": ("", "True", "", ProofMissing),
    "sorry in the proof": ("", "False", "theorem accepted : Statement := sorry\n", ProofForbidden),
    "a sneaked binder": ("", "(h : False) : 1 = 2", "theorem accepted : Statement := fun h => h.elim\n", ProofForbidden),
    "a second declaration": ("", "True\n\ntheorem evil : False := sorryAx _", TRIVIAL, ProofForbidden),
    "a value sneaked in": ("", "True := trivial\n\ndef evil : Prop :=\n  True", TRIVIAL, ProofForbidden),
    "an open comment": ("", "True /- and", TRIVIAL, ProofForbidden),
    "an auto-bound name": ("", "∀ (x : α), x = x", "theorem accepted : Statement := fun _ => rfl\n", BadLemma),
    "a name that is unknown": ("", "∀ (x : Int), unknown x = x", RFL, BadLemma),
    "a universe variable": ("", "∀ (x : Type u), x = x", "theorem accepted : Statement := fun _ => rfl\n", BadLemma),
    "a universe left open": ("", "∀ (x : Type _), x = x", "theorem accepted : Statement := fun _ => rfl\n", ProofForbidden),
    "a number": ("", "3", TRIVIAL, BadLemma),
    "a predicate, not applied": ("", "fun x : Nat => x = x", "theorem accepted : Statement := fun _ => rfl\n", BadLemma),
    "a hole": ("", "_", TRIVIAL, BadLemma),
    "nothing": ("", "", TRIVIAL, ProofForbidden),
    "tactics in the statement": ("", "(by exact True)", TRIVIAL, ProofForbidden),
    "what the target defines": ("", "Pre 1", TRIVIAL, BadLemma),
    "sorry in a definition": ("def f (x : Int) : Int := sorry\n", "f 1 = f 1", RFL, ProofForbidden),
    "sorry by its name": ("def f (x : Int) : Int := sorryAx Int\n", "f 1 = f 1", RFL, ProofForbidden),
    "an unsafe definition": ("unsafe def f (x : Int) : Int := x\n", "f 1 = f 1", RFL, ProofForbidden),
    "a partial definition": ("partial def f (x : Int) : Int := f x\n", "f 1 = f 1", RFL, ProofForbidden),
    "a definition without end": ("def f (x : Int) : Int := f (x + 1)\n", "f 1 = f 1", RFL, ProofFailed),
    "a measure that does not fall": (
        "def f (x : Int) : Int := f (x + 1)\ntermination_by x.toNat\ndecreasing_by omega\n", "f 1 = f 1", RFL, ProofFailed,
    ),
    "an ill-typed definition": ("def f (x : Int) : Nat := x\n", "f 1 = f 1", RFL, ProofFailed),
    "a theorem among the definitions": ("theorem f : True := trivial\n", "True", TRIVIAL, ProofForbidden),
    "an axiom": ("axiom f : False\n", "True", TRIVIAL, ProofForbidden),
    "an attribute": ("@[simp] def f (x : Int) : Int := x\n", "f 1 = f 1", RFL, ProofForbidden),
    "a definition twice": ("def f (x : Int) : Int := x\n\ndef f (x : Nat) : Nat := x\n", "f 1 = f 1", RFL, BadLemma),
    "a name of our library": ("def pick (x : Int) : Int := x\n", "pick 1 = 1", RFL, BadLemma),
    "a name of our semantics": ("def Run (x : Int) : Prop := True\n", "Run 1", TRIVIAL, BadLemma),
    "a name of Lean's library": ("def Nat (x : Int) : Int := x\n", "Nat 1 = 1", RFL, BadLemma),
    "an alias of Lean's library": ("def max (x y : Int) : Int := x\n", "max 1 2 = 1", RFL, BadLemma),
    "a pinned name": ("def Statement : Prop := True\n", "Statement", TRIVIAL, ProofForbidden),
    "a name of the target's": ("def Pre (x : Int) : Prop := True\n", "Pre 1", TRIVIAL, ProofForbidden),
    "a name in another namespace": ("def Int.f (x : Int) : Int := x\n", "Int.f 1 = 1", RFL, ProofForbidden),
    "a name from the root": ("def _root_.f (x : Int) : Int := x\n", "f 1 = 1", RFL, ProofForbidden),
    "a definition of Lean's": ("def f (x : Lean.Name) : Int := 1\n", "True", TRIVIAL, ProofForbidden),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_what_is_no_proved_lemma_is_refused(name: str, warm: Kernel) -> None:
    definitions, statement, proof, due = FALSE[name]
    judged = _judged(warm, definitions, statement, proof)
    assert type(judged) is due, str(judged)
    assert warm.session.alive()


def test_the_file_of_the_fault_is_named(warm: Kernel) -> None:
    where = {
        "definitions.lean:2": _judged(warm, "def f (x : Int) : Int := x\n#eval 1\n", "True", TRIVIAL),
        "definitions.lean:3": _judged(warm, "def f (x : Int) : Int := x\n\ndef g (x : Int) : Nat := x\n", "True", TRIVIAL),
        "statement.lean:1": _judged(warm, "", "True)", TRIVIAL),
        "statement.lean": _judged(warm, "", "7", TRIVIAL),
        "proof.lean:2": _judged(warm, "", "False", "theorem accepted : Statement := by\n  trivial\n"),
    }
    assert {at: r.where for at, r in where.items() if isinstance(r, Reason)} == {at: at for at in where}


def test_a_text_that_is_too_long_is_not_read(warm: Kernel) -> None:
    long = "-- " + "x" * DEFAULT.proof_bytes
    for parts in ((long, "True", TRIVIAL), ("", f"True\n{long}", TRIVIAL), ("", "True", TRIVIAL + long)):
        assert isinstance(_judged(warm, *parts), TooLarge)


SOUND = Audit(
    exists=True, in_base=False, kind="definition", type_const=None, type_in_base=False, level_params=0, axioms=(),
    new=(
        NewConstant("QED.f", "definition", "ok"), NewConstant("QED.f.eq_1", "theorem", "ok"),
        NewConstant(PINNED, "definition", "ok"),
    ),
)  # fmt: skip


def test_an_audit_of_plain_definitions_is_fine() -> None:
    judge_statement(SOUND, ["f"])
    judge_statement(replace(SOUND, axioms=(AxiomUse("propext", "axiom", in_base=True),)), ["f"])


UNSOUND = {
    "it is not there": replace(SOUND, exists=False),
    "it was there": replace(SOUND, in_base=True),
    "it is opaque": replace(SOUND, kind="opaque"),
    "it is a theorem": replace(SOUND, kind="theorem"),
    "it has a universe": replace(SOUND, level_params=1),
    "an axiom of its own": replace(SOUND, axioms=(AxiomUse("QED.f", "axiom", in_base=False),)),
    "sorry": replace(SOUND, axioms=(AxiomUse("sorryAx", "axiom", in_base=True),)),
    "another axiom": replace(SOUND, axioms=(AxiomUse("Lean.ofReduceBool", "axiom", in_base=True),)),
    "the kernel says no": replace(SOUND, new=(*SOUND.new, NewConstant("QED.f.g", "definition", "rejected: by the kernel"))),
    "an opaque definition": replace(SOUND, new=(*SOUND.new, NewConstant("QED.f.g", "opaque", "ok"))),
    "a definition of no name of its own": replace(SOUND, new=(*SOUND.new, NewConstant("QED.g", "definition", "ok"))),
    "a name that begins alike": replace(SOUND, new=(*SOUND.new, NewConstant("QED.ff", "definition", "ok"))),
    "a definition elsewhere": replace(SOUND, new=(*SOUND.new, NewConstant("Int.f", "definition", "ok"))),
    "it was not added again": replace(SOUND, new=SOUND.new[:2]),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_an_audit_of_anything_else_is_refused(name: str) -> None:
    with pytest.raises(Refusal) as refused:
        judge_statement(UNSOUND[name], ["f"])
    assert type(refused.value.reason) is BadLemma


def test_a_second_control_holds_what_the_first_lets_through(warm: Kernel) -> None:
    """Without the allow-list the proof may say what it likes; the audit still knows the theorem that was asked for."""
    evil = "axiom evil : False\n\ntheorem accepted : Statement := evil.elim\n"
    judged = judge_lemma(warm, Lemma("a", "", "False", evil), Controls(allow_list=False))
    assert isinstance(judged, Reason)


# -- the node, and the gate of the graph ----------------------------------------------------------------------------------------


def test_a_lemma_reads_back() -> None:
    assert lemma_from_files("sums", lemma_to_files(LOOP), DEFAULT) == LOOP
    for files in ({}, {**lemma_to_files(LOOP), "proof.lean": b"\xff"}):
        with pytest.raises(Refusal) as refused:
            lemma_from_files("sums", files, DEFAULT)
        assert type(refused.value.reason) is Malformed


def test_names_and_proofs_make_no_new_lemma_and_what_it_says_does() -> None:
    assert replace(LOOP, name="b", proof="").digest == LOOP.digest
    assert replace(LOOP, statement=CLOSED + " ").digest != LOOP.digest
    assert replace(LOOP, definitions="").digest != LOOP.digest
    assert lemma_binding(replace(LOOP, name="b"))["implementation"] != lemma_binding(LOOP)["implementation"]


def test_the_text_that_a_proof_holds_is_recognised() -> None:
    assert is_used(TWICE, USING)
    assert lemma_text(TWICE)[-1].startswith("theorem twice_form : ∀ (x : Nat), twice x = 2 * x := by\n")
    assert not is_used(TWICE, USING.replace("2 * x", "3 * x"))
    assert not is_used(TWICE, "no declaration")
    with pytest.raises(Refusal):
        lemma_text(replace(TWICE, proof="theorem other : True := trivial\n"))


@pytest.fixture(scope="module")
def accepted(toolchain: Toolchain) -> Accept:
    """Give the acceptance of a true lemma, made in a fresh process."""
    verdict = decide_lemma(TWICE, lambda: start_kernel(toolchain, DEFAULT))
    assert isinstance(verdict, Accept), verdict
    return verdict


def test_an_accepted_lemma_enters_and_is_proved_again(
    accepted: Accept, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = accepted.certificate
    assert (certificate.tier, certificate.order, certificate.old, certificate.slack) == ("kernel", None, None, 0)
    node, folder = lemma_node(TWICE, certificate), tmp_path / "accepted"
    empty = graph_of((), "accepted")
    assert isinstance(empty, Graph)
    assert isinstance(admit(empty, folder, [node], accepted), Graph)
    assert run_ci(CiArguments(everything=True, accepted=folder)) == 0
    assert "re-proved 1 of 1 due" in capsys.readouterr().out
    path = folder / node.id / "definitions.lean"
    path.write_bytes(path.read_bytes().replace(b"x + x", b"x * x"))
    assert run_ci(CiArguments(everything=True, accepted=folder)) == 1
    assert f"{node.id}/definitions.lean" in capsys.readouterr().out


FORGED = {
    "a false statement": (replace(TWICE, statement="∀ (x : Nat), twice x = 3 * x"), Declined),
    "another definition": (replace(TWICE, definitions="def twice (x : Nat) : Nat := x\n"), Declined),
    "another proof": (replace(TWICE, proof="theorem accepted : Statement := sorry\n"), Rejected),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_lemma_that_only_says_it_is_proved_is_not(name: str, toolchain: Toolchain, tmp_path: Path) -> None:
    """A forger makes all digests anew, so that the graph is sound; the lemma is judged from its bytes all the same."""
    forged, due = FORGED[name]
    node = lemma(forged)
    put(tmp_path, node)
    graph = load(tmp_path)
    assert isinstance(graph, Graph)
    assert type(rejudge(graph, node, toolchain.kind, DEFAULT)) is due


# -- reuse ----------------------------------------------------------------------------------------------------------------------

HEAD = "from icontract import require\nfrom verify import target\n\n\n@target\n"
SUMMING = (
    HEAD
    + """@require(lambda n: n >= 0)
def below(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
    return total
"""
)
ALIKE = (
    HEAD
    + """@require(lambda size, start: size >= 3 and start >= 2)
def layers(size: int, start: int) -> int:
    count = 0
    stones = start
    for k in range(1, size):
        count += 1
        if count > 5:
            count = 0
        stones = stones + k
    return stones
"""
)
OTHER = SUMMING.replace("total += i", "total += 2 * i")


def _maker(spec_text: str) -> tuple[Task, Proof, LoopLemmas]:
    """Return the task of a baseline, the draft of its proof, and the lemmas of its one loop."""
    spec = to_specs(spec_text.encode(), "spec.py", DEFAULT)[0]
    loops = observe(spec.program, inputs(spec, DEFAULT, seed=0), DEFAULT)
    notes = to_notes(loops, DEFAULT, 0)
    noted = annotate(spec.program, notes, DEFAULT)
    own = replace(loops[1], loop=noted.loops[0])
    return Task(spec, Version(spec.source, spec.program)), Proof(None, 0, notes, (), ""), LoopLemmas(noted, own, "Old", DEFAULT)


def _draft(maker: LoopLemmas, wanted: str) -> Draft:
    name, form, made = next(f for f in maker.forms(ticks=False) if f[0] == wanted)
    found = draft(maker, name, form, counts="(T : Int)" in made.statement)
    assert found is not None
    return found


def _store(*lemmas: Lemma) -> LemmaStore:
    graph = graph_of([lemma(one) for one in lemmas], "accepted")
    assert isinstance(graph, Graph)
    return store_of(graph, offering=ALL)


def test_loops_that_are_alike_up_to_names_have_one_lemma() -> None:
    one, two, other = _draft(_maker(SUMMING)[2], "total"), _draft(_maker(ALIKE)[2], "stones"), _draft(_maker(OTHER)[2], "total")
    assert one.slice.definition == two.slice.definition
    assert one.lemmas[0] == two.lemmas[0]
    assert other.slice.definition != one.slice.definition
    assert two.slice.variables == ("stones", "next_1", "stop_1")
    for name in ("total", "stones", "below", "v_", "Old"):
        assert name not in one.lemmas[0].definitions + one.lemmas[0].statement
    assert unknown(NOTHING, [one, two, other]) == (two, other)
    assert unknown(_store(one.lemmas[0]), [one, two, other]) == (other,)


def test_what_a_proof_found_is_a_lemma_of_its_own(warm: Kernel) -> None:
    (made, *_) = _draft(_maker(SUMMING)[2], "total").lemmas
    judged = judge_lemma(warm, made)
    assert isinstance(judged, Passed), str(judged)


def test_a_lemma_of_one_target_serves_another(warm: Kernel) -> None:
    known = _draft(_maker(SUMMING)[2], "total").lemmas[0]
    store = _store(known)
    task, proof, maker = _maker(ALIKE)
    base = warm.base(task, proof)
    assert isinstance(base, Base), str(base)
    prover = Prover(task.spec, Bench(warm, base.env), DEFAULT, store=store)
    assert prover.reuse(maker, "Old.shadow1") == {"stones"}, prover.last_error
    assert prover.uses == [lemma(known).id]
    assert is_used(known, "\n\n".join(prover.kept) + "\n")
    assert [k.name for k in prover.known] == ["old1_stones"]
    assert "(Old.shadow1" in prover.kept[-1]
    assert all(name != "stones" for name, _, _ in maker.forms(ticks=True, settled={"stones"}))
    assert {name for name, _, _ in _maker(SUMMING)[2].forms(ticks=True, settled={"total"})} == {TICKS}


def test_a_false_lemma_in_the_store_proves_nothing(warm: Kernel) -> None:
    """The edge has no authority: what the graph's folder says is tried as text, and Lean does not accept it."""
    known = _draft(_maker(SUMMING)[2], "total").lemmas[0]
    task, proof, maker = _maker(ALIKE)
    base = warm.base(task, proof)
    assert isinstance(base, Base)
    prover = Prover(task.spec, Bench(warm, base.env), DEFAULT, store=_store(replace(known, statement=known.statement + " + 1")))
    assert prover.reuse(maker, "Old.shadow1") == set()
    assert (prover.uses, prover.known) == ([], [])


@pytest.mark.parametrize("statement", ["True", "∀ (x0 : Int), True", CLOSED], ids=len)
def test_a_lemma_of_another_form_is_passed_over(statement: str) -> None:
    known = _draft(_maker(SUMMING)[2], "total").lemmas[0]
    assert not list(reuses(_store(replace(known, statement=statement)), _maker(ALIKE)[2], "stones"))


def test_lemmas_about_the_library_are_found_by_their_constants() -> None:
    about = Lemma(
        "halves", "", "∀ (a : Int), fdiv a 2 = a / 2", "theorem accepted : Statement := fun a => fdiv_pos a (by omega)\n"
    )
    store = _store(about, LOOP)
    assert [s.lemma for s in store.mentioning("def value (v_n : Int) : Int := fdiv v_n 2")] == [about]
    assert store.mentioning("def value (v_n : Int) : Int := v_n") == ()
    assert NOTHING.mentioning("fdiv") == ()


def test_a_lemma_about_the_library_is_offered_to_a_proof(warm: Kernel) -> None:
    about = Lemma(
        "halves", "", "∀ (a : Int), fdiv a 2 = a / 2", "theorem accepted : Statement := fun a => fdiv_pos a (by omega)\n"
    )
    task, _, _ = _maker(SUMMING)
    prover = Prover(task.spec, Bench(warm, warm.library), DEFAULT, store=_store(about))
    prover.offer("fdiv")
    assert prover.uses == [lemma(about).id]
    assert prover.kept == ["theorem halves : ∀ (a : Int), fdiv a 2 = a / 2 := fun a => fdiv_pos a (by omega)"]


# -- words ----------------------------------------------------------------------------------------------------------------------


def test_a_statement_in_words() -> None:
    words = "∀ (x0 : Int) (x1 : Int) (b : Bool) (h0 : ((x1 - x0) > (-1))) (h1 : (x0 ≠ 0)), 2 * (f x0 x1) = ((2 * x0) + (x1 / 2))"
    assert in_words(replace(TWICE, statement=words)) == (
        "for all whole numbers x0, x1 and truth values b with x1 - x0 > -1 and x0 != 0:",
        "2 * f(x0, x1) = 2 * x0 + x1 / 2",
    )
    assert in_words(replace(TWICE, statement="∃ x : Nat,\n  x = x")) == ("∃ x : Nat, x = x",)


def test_a_lemma_is_explained_by_its_name_and_says_who_uses_it() -> None:
    node = lemma()
    graph = graph_of([node], "accepted")
    assert isinstance(graph, Graph)
    assert find(graph, "twice_form", Path("accepted")) == find(graph, node.id[:8], Path("accepted")) == node
    told = {s.title: list(s.lines) for s in explained(graph, node)}
    assert told["Claimed"] == ["for all natural numbers x:", "twice x = 2 * x"]
    assert told["Where"] == ["def twice (x : Nat) : Nat := x + x"]
    assert any(line == "0 nodes rest on this one" for line in told["Rests on"])
    assert not any("printer" in line for line in told["Rests on"])


def test_the_certificate_of_a_lemma_binds_it() -> None:
    made: Certificate = lemma_certificate(TWICE)
    assert all(getattr(made, name) == value for name, value in lemma_binding(TWICE).items())
