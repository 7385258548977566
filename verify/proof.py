"""Decides: what a proof is: its bytes -> Proof, and its text -> the declarations that are elaborated one by one.

A proof holds no statement. It says which order it is about, gives hints on loops, and brings theorems and definitions of which
the last is `accepted : Statement`; what `Statement` is, this package prints.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from verify.canonical import Data, Digest, digest_bytes, from_json, to_json
from verify.limits import Limits
from verify.notes import Note, notes_from_data
from verify.reasons import Malformed, ProofForbidden, ProofMissing, Refusal, TooLarge
from verify.spec import ORDERS, Order
from verify.worst_case import WorstCase, worst_case_from_data

PROOF_FILE: Final = "proof.lean"
NOTES_FILE: Final = "notes.json"
DECLARATIONS: Final = 100
"""most declarations that one proof may hold"""
_START: Final = re.compile(r"(theorem|def) ")
_GOES_ON: Final = re.compile(r"(termination_by|decreasing_by|\|)(\s|$)")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof as it is handed in: `order` is None for a baseline's own proof, `slack` is the K of `eventually` in ticks.

    `old_notes` and `new_notes` are about the loops of the two versions. `text` is Lean: declarations that begin at column 0.
    `worst` is what the order `worst-case` claims, None in any other.
    """

    order: Order | None
    slack: int
    old_notes: tuple[Note, ...]
    new_notes: tuple[Note, ...]
    text: str
    worst: WorstCase | None = None

    @property
    def notes_data(self) -> dict[str, Data]:
        """Everything but the text, as `notes.json` holds it."""
        old: list[Data] = [n.as_data() for n in self.old_notes]
        new: list[Data] = [n.as_data() for n in self.new_notes]
        worst: dict[str, Data] = {} if self.worst is None else {"worst": self.worst.as_data()}
        return {"order": self.order, "slack": self.slack, "old": old, "new": new, **worst}

    @property
    def digest(self) -> Digest:
        """SHA-256 of the text's bytes, as a certificate binds it."""
        return digest_bytes(self.text.encode())


@dataclass(frozen=True, slots=True)
class Declaration:
    """One declaration of a proof's text, and the line of the text on which it begins, counted from 1."""

    line: int
    text: str


def proof_to_files(proof: Proof) -> dict[str, bytes]:
    """Return the two files of a node that hold a proof."""
    return {PROOF_FILE: proof.text.encode(), NOTES_FILE: to_json(proof.notes_data)}


def proof_from_files(files: Mapping[str, bytes], limits: Limits) -> Proof:
    """Read what `proof_to_files` wrote and nothing else. Raises Refusal: Malformed, or TooLarge for the text."""
    for name in (PROOF_FILE, NOTES_FILE):
        if name not in files:
            raise Refusal(Malformed(what="the proof has no such file.", where=name))
    content = files[PROOF_FILE]
    if len(content) > limits.proof_bytes:
        what = f"the proof has {len(content)} bytes; the limit is {limits.proof_bytes}."
        raise Refusal(TooLarge(what=what, where=PROOF_FILE))
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refusal(Malformed(what="the proof is not UTF-8.", where=PROOF_FILE)) from None
    try:
        data = from_json(files[NOTES_FILE])
    except ValueError as error:
        raise Refusal(Malformed(what=f"it is not canonical JSON: {error}.", where=NOTES_FILE)) from None
    match data:
        case {"order": order, "slack": int(slack), "old": old, "new": new, **rest} if rest.keys() <= {"worst"}:
            if not isinstance(slack, bool) and order in (None, *ORDERS):
                worst = _worst(rest["worst"]) if rest else None
                proof = Proof(order, slack, notes_from_data(old), notes_from_data(new), text, worst)
                check_claim(proof, limits)
                return proof
    what = "`order` (an order or null), `slack` (a whole number), `old` and `new` (lists of notes) are due, and nothing else,"
    what += " save `worst` with the order worst-case."
    raise Refusal(Malformed(what=what, where=NOTES_FILE))


def _worst(data: object) -> WorstCase:
    try:
        return worst_case_from_data(data)
    except ValueError as error:
        raise Refusal(Malformed(what=f"{error}.", where=NOTES_FILE)) from None


def check_claim(proof: Proof, limits: Limits) -> None:
    """Raise Refusal(Malformed) unless the claim is whole: `eventually` alone has a slack, `worst-case` alone what it is about."""
    if proof.order not in (None, *ORDERS):
        what = f"the order {str(proof.order)[:40]!a} is none of {', '.join(ORDERS)}."
        raise Refusal(Malformed(what=what, where=NOTES_FILE))
    largest = limits.slack if proof.order == "eventually" else 0
    if not 0 <= proof.slack <= largest:
        what = f"the slack is {proof.slack}; with the order {proof.order or 'of a baseline'} it lies between 0 and {largest}."
        raise Refusal(Malformed(what=what, where=NOTES_FILE))
    if (proof.worst is not None) != (proof.order == "worst-case"):
        what = "the order worst-case, and no other, has a size, a bound and a family."
        raise Refusal(Malformed(what=what, where=NOTES_FILE))


def split(text: str) -> tuple[Declaration, ...]:
    """Split a proof's text at each `theorem` or `def` that begins a line; comment lines at column 0 are dropped.

    Raises Refusal: ProofMissing where there is no declaration, ProofForbidden for anything else at column 0, TooLarge for too
    many declarations.
    """
    starts: list[int] = []
    parts: list[list[str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("--"):
            line = ""  # noqa: PLW2901 - a comment is an empty line, so that lines keep their numbers
        if _START.match(line):
            starts.append(number)
            parts.append([line])
        elif parts and (not line or line[0] == " " or _GOES_ON.match(line)):
            parts[-1].append(line)
        elif line.strip():
            what = f"`{line[:40]!a}` stands at column 0 and begins neither a theorem nor a def."
            do = "Write only `theorem` and `def` there, and indent what belongs to them."
            raise Refusal(ProofForbidden(what=what, where=f"{PROOF_FILE}:{number}", do=do))
    if not parts:
        do = "End it with `theorem accepted : Statement := ...`."
        raise Refusal(ProofMissing(what="the proof holds no declaration.", where=PROOF_FILE, do=do))
    if len(parts) > DECLARATIONS:
        raise Refusal(TooLarge(what=f"the proof holds {len(parts)} declarations; the limit is {DECLARATIONS}."))
    return tuple(Declaration(n, "\n".join(p).rstrip() + "\n") for n, p in zip(starts, parts, strict=True))


def declarations(text: str) -> tuple[str, ...]:
    """Return the texts of the declarations that `split` finds, and raise as it does."""
    return tuple(d.text for d in split(text))
