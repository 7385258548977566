"""A proof is read from exactly the files that were written, and its text is split and filtered before Lean sees it."""



from dataclasses import replace

import pytest

from verify.canonical import to_json
from verify.limits import DEFAULT
from verify.notes import Note
from verify.proof import (
    NOTES_FILE,
    PROOF_FILE,
    Declaration,
    Proof,
    declarations,
    proof_from_files,
    proof_to_files,
    split,
)
from verify.proof_syntax import NESTING, allowed, check_text
from verify.reasons import Malformed, ProofForbidden, ProofMissing, Reason, Refusal, TooLarge

TEXT = "theorem a : 1 = 1 := rfl\n\ntheorem accepted : Statement := by\n  omega\n"
PROOF = Proof("eventually", 3, (Note(1, "n - i", ("i >= 0", "t == i * i")),), (Note(2),), TEXT)


def reason(text: str) -> Reason:
    """Return why a text is refused."""
    with pytest.raises(Refusal) as refused:
        check_text(text, DEFAULT)
    return refused.value.reason


def test_files_hold_a_proof_and_give_it_back() -> None:
    for proof in (PROOF, Proof(None, 0, (), (), TEXT), Proof("always", 0, (), (Note(1, None, ("x > 0",)),), "")):
        files = proof_to_files(proof)
        assert files.keys() == {PROOF_FILE, NOTES_FILE}
        assert proof_from_files(files, DEFAULT) == proof


@pytest.mark.parametrize(
    "notes",
    [
        b"",
        b"{}",
        to_json({"order": None, "slack": 0, "old": [], "new": [], "more": 1}),
        to_json({"order": "best", "slack": 0, "old": [], "new": []}),
        to_json({"order": "eventually", "slack": True, "old": [], "new": []}),
        to_json({"order": "eventually", "slack": 33, "old": [], "new": []}),
        to_json({"order": "eventually", "slack": -1, "old": [], "new": []}),
        to_json({"order": "always", "slack": 1, "old": [], "new": []}),
        to_json({"order": None, "slack": 1, "old": [], "new": []}),
        to_json({"order": None, "slack": 0, "old": [{"loop": 1}], "new": []}),
        to_json({"order": None, "slack": 0, "old": {}, "new": []}),
        to_json(PROOF.notes_data).replace(b"  ", b" "),
    ],
)
def test_notes_of_another_form_are_refused(notes: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        proof_from_files({PROOF_FILE: b"", NOTES_FILE: notes}, DEFAULT)
    assert isinstance(refused.value.reason, Malformed)


def test_missing_files_bad_bytes_and_long_texts_are_refused() -> None:
    files = proof_to_files(PROOF)
    for bad, due in (
        ({NOTES_FILE: files[NOTES_FILE]}, Malformed),
        ({PROOF_FILE: files[PROOF_FILE]}, Malformed),
        ({**files, PROOF_FILE: b"\xff"}, Malformed),
        ({**files, PROOF_FILE: b" " * (DEFAULT.proof_bytes + 1)}, TooLarge),
    ):
        with pytest.raises(Refusal) as refused:
            proof_from_files(bad, DEFAULT)
        assert isinstance(refused.value.reason, due)


def test_a_text_is_split_where_a_declaration_begins() -> None:
    text = "-- about\ntheorem a : 1 = 1 :=\n  rfl\n\n-- more\ndef f (n : Nat) : Nat :=\n  n\ntermination_by n\n"
    assert split(text) == (
        Declaration(2, "theorem a : 1 = 1 :=\n  rfl\n"),
        Declaration(6, "def f (n : Nat) : Nat :=\n  n\ntermination_by n\n"),
    )
    assert declarations(text) == tuple(d.text for d in split(text))


def test_a_text_without_declarations_is_no_proof() -> None:
    for text in ("", "\n\n", "-- nothing\n"):
        with pytest.raises(Refusal) as refused:
            split(text)
        assert isinstance(refused.value.reason, ProofMissing)


@pytest.mark.parametrize(
    "line",
    ["axiom a : False", "end QED.Proof", "open Nat", ":= rfl", "/- a -/", "private theorem a : True", "lemma a : True",
     "theorem\ta", "instance : A := b", "\u00a0theorem a : True"],
)  # fmt: skip
def test_anything_else_at_column_0_is_refused(line: str) -> None:
    for text in (f"{line}\n{TEXT}", f"{TEXT}{line}\n"):
        with pytest.raises(Refusal) as refused:
            split(text)
        assert isinstance(refused.value.reason, ProofForbidden)


def test_too_many_declarations_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        split("theorem a : 1 = 1 := rfl\n" * 101)
    assert isinstance(refused.value.reason, TooLarge)


def test_plain_text_passes_the_filter() -> None:
    check_text("theorem a₁ (α : Type) : ∀ x ∈ [1], ∃ y, x ≤ y ∧ ¬ y ∣ 3 ↔ x ≠ 2 := by\n  · exact ⟨‹_›, h ▸ g⟩\n", DEFAULT)


@pytest.mark.parametrize(
    "sign", ["#", "`", '"', "$", "\\", "\t", "\r", "\x00", "\x7f", "«", "✝", "а", "ﬁ", "\u202e", "\u200d", "é"]
)
def test_other_characters_are_refused(sign: str) -> None:
    assert isinstance(reason(TEXT + sign), ProofForbidden)
    assert reason(TEXT + sign).where == "proof.lean:5"


@pytest.mark.parametrize(
    "word", ["set_option", "open", "import", "sorry", "sorryAx", "native_decide", "@[", "_root_", "unsafeCast"]
)
def test_some_words_are_refused_in_comments_too(word: str) -> None:
    assert isinstance(reason(f"{TEXT}-- {word} x\n"), ProofForbidden)


def test_length_and_nesting_have_limits() -> None:
    assert isinstance(reason(TEXT + " " * DEFAULT.proof_bytes), TooLarge)
    assert isinstance(reason("(" * (NESTING + 1)), TooLarge)
    check_text("(" * NESTING + ")" * NESTING, DEFAULT)
    with pytest.raises(Refusal):
        check_text(TEXT, replace(DEFAULT, proof_bytes=10))


def test_each_allowed_kind_has_its_reason() -> None:
    for table in (allowed().kinds, allowed().options):
        assert table
        assert all(len(why) > 3 for why in table.values())
    assert not {"native", "kernel", "config"} & allowed().options.keys()
    assert not {"choice", "str", "char", "Lean.Parser.Term.sorry", "Lean.Parser.Tactic.set_option"} & allowed().kinds.keys()
