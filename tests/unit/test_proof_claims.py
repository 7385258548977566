"""What a proof claims is whole or refused, and its text is split at column 0 and nowhere else."""

from dataclasses import replace

import pytest

from verify.canonical import digest_bytes, from_json, to_json
from verify.limits import DEFAULT
from verify.notes import Note
from verify.proof import (
    NOTES_FILE,
    PROOF_FILE,
    Declaration,
    Proof,
    check_claim,
    declarations,
    proof_from_files,
    proof_to_files,
    split,
)
from verify.reasons import Malformed, ProofForbidden, ProofMissing, Reason, Refusal, TooLarge
from verify.spec import Order
from verify.worst_case import WorstCase

TEXT = "theorem accepted : Statement :=\n  h\n"
WORST = WorstCase("n", "3 * size", 1, (("n", "size"),))
PLAIN = Proof("always", 0, (), (), TEXT)


def claimed(proof: Proof) -> type[Reason] | None:
    """Return the class of the reason for which a claim is refused, None where it is whole."""
    try:
        check_claim(proof, DEFAULT)
    except Refusal as refusal:
        return type(refusal.reason)
    return None


def cut(text: str) -> tuple[Declaration, ...] | type[Reason]:
    try:
        return split(text)
    except Refusal as refusal:
        return type(refusal.reason)


def test_its_digest_is_that_of_the_bytes_of_its_text() -> None:
    assert replace(PLAIN, text="α\n").digest == digest_bytes("α\n".encode())
    assert replace(PLAIN, slack=1).digest == PLAIN.digest


@pytest.mark.parametrize(
    ("order", "slack", "worst", "due"),
    [(None, 0, None, None), ("always", 0, None, None), ("eventually", 0, None, None), ("eventually", 32, None, None),
     ("worst-case", 0, WORST, None),
     (None, 1, None, Malformed), ("always", 1, None, Malformed), ("always", -1, None, Malformed),
     ("eventually", 33, None, Malformed),
     ("eventually", -1, None, Malformed),
     ("worst-case", 1, WORST, Malformed), ("worst-case", 0, None, Malformed),
     ("always", 0, WORST, Malformed), (None, 0, WORST, Malformed), ("eventually", 0, WORST, Malformed),
     ("best", 0, None, Malformed), ("", 0, None, Malformed)],
)  # fmt: skip
def test_a_slack_and_a_worst_case_belong_to_one_order_each(
    order: Order | None, slack: int, worst: WorstCase | None, due: type[Reason] | None
) -> None:
    proof = Proof(order, slack, (), (), TEXT, worst)
    assert claimed(proof) is due
    files = proof_to_files(proof)
    if due is None:
        assert proof_from_files(files, DEFAULT) == proof
    else:
        with pytest.raises(Refusal) as refused:
            proof_from_files(files, DEFAULT)
        assert type(refused.value.reason) is due


def test_files_are_whole_and_their_notes_have_the_due_keys() -> None:
    proof = Proof("eventually", 3, (Note(1, "n", ("n >= 0",)),), (Note(2, None, ()),), TEXT)
    files = proof_to_files(proof)
    assert files[PROOF_FILE] == TEXT.encode()
    assert proof_from_files(files, DEFAULT) == proof
    assert from_json(files[NOTES_FILE]) == proof.notes_data
    data = proof.notes_data
    odd = [{k: v for k, v in data.items() if k != key} for key in data]
    odd += [{**data, "more": 1}, {**data, "slack": True}, {**data, "slack": "3"}, {**data, "order": "best"},
            {**data, "worst": None}, {**data, "worst": {"size": "n"}}, {**data, "order": None}]  # fmt: skip
    for notes in (*map(to_json, odd), b"[]\n", b"{}", b"", b"1.0\n"):
        with pytest.raises(Refusal) as refused:
            proof_from_files({**files, NOTES_FILE: notes}, DEFAULT)
        assert (type(refused.value.reason), refused.value.reason.where) == (Malformed, NOTES_FILE)
    for name in files:
        with pytest.raises(Refusal) as refused:
            proof_from_files({k: v for k, v in files.items() if k != name}, DEFAULT)
        assert (type(refused.value.reason), refused.value.reason.where) == (Malformed, name)
    longest = b" " * DEFAULT.proof_bytes
    assert proof_from_files({**files, PROOF_FILE: longest}, DEFAULT).text == longest.decode()
    with pytest.raises(Refusal) as refused:
        proof_from_files({**files, PROOF_FILE: longest + b" "}, DEFAULT)
    assert type(refused.value.reason) is TooLarge


@pytest.mark.parametrize(
    "line",
    ["x y", "( h)", "· simp", ". simp", "theoremx a : p", "def", "theorem", "where", "termination_byx", "decreasing_by_", "|x",
     "\u00a0a", "\ta", "/-", "end"],
)  # fmt: skip
def test_a_line_at_column_0_begins_a_declaration_or_goes_on_with_one(line: str) -> None:
    for text in (TEXT + line + "\n", line + "\n" + TEXT, TEXT + line + "\n" + TEXT):
        assert cut(text) is ProofForbidden, line


def test_what_is_indented_empty_or_goes_on_belongs_to_the_declaration_above() -> None:
    body = "theorem a : p := by\n  simp\n\n omega\n| 0 => 1\n|\ntermination_by n\ntermination_by\ndecreasing_by omega\n"
    assert cut(body) == (Declaration(1, body),)
    assert cut("\n  \n" + TEXT) == (Declaration(3, TEXT),)
    assert cut(TEXT + "-- said\n  h2\n\n\n") == (Declaration(1, TEXT.rstrip("\n") + "\n\n  h2\n"),)
    assert cut("-- said\n" + TEXT + "def f := 1\n") == (Declaration(2, TEXT), Declaration(4, "def f := 1\n"))
    assert declarations(TEXT + "def f := 1") == (TEXT, "def f := 1\n")
    for early in ("  simp\n" + TEXT, "| 0 => 1\n" + TEXT, "termination_by n\n" + TEXT):
        assert cut(early) is ProofForbidden
    assert cut("-- nothing\n\n") is ProofMissing


def test_a_proof_holds_a_hundred_declarations_and_no_more() -> None:
    assert len(cut("def f := 1\n" * 100)) == 100  # type: ignore[arg-type]  # it is split
    assert cut("def f := 1\n" * 101) is TooLarge


def test_each_file_of_a_proof_is_named_where_it_does_not_read() -> None:
    files = proof_to_files(PLAIN)
    for name in files:
        with pytest.raises(Refusal) as refusal:
            proof_from_files({**files, name: b"\xff" + files[name]}, DEFAULT)
        assert isinstance(refusal.value.reason, Malformed)
        assert refusal.value.reason.where == name
