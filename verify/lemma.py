"""Decides: what a lemma is: its bytes -> Lemma, a statement about the library and about plain definitions of its own.

Nothing of a target stands in it, so any proof may use it. A proof that does so holds the lemma's whole text, as
`lemma_text` writes it: it is judged as any other text of the proof, and nothing is believed for having been a lemma before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from verify.canonical import Digest, digest, digest_bytes
from verify.limits import Limits
from verify.proof import PROOF_FILE, Declaration, split
from verify.reasons import Malformed, ProofForbidden, Refusal, TooLarge, WrongTheorem

DEFINITIONS_FILE: Final = "definitions.lean"
STATEMENT_FILE: Final = "statement.lean"
LEMMA_FILES: Final = (DEFINITIONS_FILE, PROOF_FILE, STATEMENT_FILE)
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LAST: Final = re.compile(r"theorem accepted : Statement(?= )")


@dataclass(frozen=True, slots=True)
class Lemma:
    """A lemma as it is handed in; all parts but the name are Lean text.

    `definitions` are plain defs that begin at column 0, or "". `statement` is one term, a proposition. `proof` ends with
    `theorem accepted : Statement := ...`, as every proof does.
    """

    name: str
    definitions: str
    statement: str
    proof: str

    @property
    def digest(self) -> Digest:
        """The name of what it says; two lemmas with one such digest differ in name or proof at most."""
        return digest("lemma", {"definitions": self.definitions, "statement": self.statement})


def lemma_binding(lemma: Lemma) -> dict[str, Digest | int | None]:
    """Return the fields of a certificate that say which lemma was proved: what it says takes the place of spec and program."""
    return {
        "spec": lemma.digest,
        "implementation": digest("lemma", {"name": lemma.name, "definitions": lemma.definitions}),
        "old": None,
        "statement": digest_bytes(lemma.statement.encode()),
        "proof": digest_bytes(lemma.proof.encode()),
        "order": None,
        "slack": 0,
    }


def lemma_to_files(lemma: Lemma) -> dict[str, bytes]:
    """Return the files of a node that hold a lemma."""
    return {
        DEFINITIONS_FILE: lemma.definitions.encode(),
        PROOF_FILE: lemma.proof.encode(),
        STATEMENT_FILE: lemma.statement.encode(),
    }


def lemma_from_files(name: str, files: Mapping[str, bytes], limits: Limits) -> Lemma:
    """Read what `lemma_to_files` wrote. Raises Refusal: Malformed, or TooLarge."""
    if not NAME.fullmatch(name):
        raise Refusal(Malformed(what=f"the lemma's name {name[:60]!a} is not one of letters, digits and underscores."))
    texts = []
    for file in (DEFINITIONS_FILE, STATEMENT_FILE, PROOF_FILE):
        content = files.get(file)
        if content is None:
            raise Refusal(Malformed(what="the lemma has no such file.", where=file))
        if len(content) > limits.proof_bytes:
            raise Refusal(TooLarge(what=f"it has {len(content)} bytes; the limit is {limits.proof_bytes}.", where=file))
        try:
            texts.append(content.decode())
        except UnicodeDecodeError:
            raise Refusal(Malformed(what="it is not UTF-8.", where=file)) from None
    return Lemma(name, *texts)


def definitions_of(lemma: Lemma) -> tuple[Declaration, ...]:
    """Return the definitions one by one. Raises Refusal: ProofForbidden where a declaration is no plain `def`, and as `split`."""
    parts = split(lemma.definitions) if lemma.definitions.strip() else ()
    for part in parts:
        if not part.text.startswith("def "):
            what, where = "a lemma's definitions are plain defs.", f"{DEFINITIONS_FILE}:{part.line}"
            raise Refusal(ProofForbidden(what=what, where=where, do="Move theorems to its proof."))
    return parts


def lemma_text(lemma: Lemma) -> tuple[str, ...]:
    """Return the declarations by which a proof uses a lemma; the last one is `theorem <its name> : <its statement>`.

    Raises Refusal: WrongTheorem where its proof does not end in `theorem accepted : Statement`, and as `definitions_of`.
    """
    *before, last = split(lemma.proof)
    if not _LAST.match(last.text):
        raise Refusal(WrongTheorem(what="the lemma's proof does not end in `theorem accepted : Statement`.", where=PROOF_FILE))
    head = f"theorem {lemma.name} : {lemma.statement}"
    return (*(d.text for d in (*definitions_of(lemma), *before)), _LAST.sub(lambda _: head, last.text, count=1))


def is_used(lemma: Lemma, proof: str) -> bool:
    """Say whether a proof's text holds the lemma: each of its definitions, and a theorem that states it word by word."""
    try:
        held = {d.text for d in split(proof)}
        stated = re.compile(rf"theorem [A-Za-z_][A-Za-z0-9_']* : {re.escape(lemma.statement)} :=\s")
        return {d.text for d in definitions_of(lemma)} <= held and any(stated.match(text) for text in held)
    except Refusal:
        return False
