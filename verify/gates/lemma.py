"""Decides: that a lemma says what it seems to say, and is proved, on the word of the Lean kernel.

Its definitions and its statement are what a reader trusts, so they are looked at before any text of the proof is seen: each
definition is a plain def under a name that the library does not have, the statement one term without tactics, printed here as
`def QED.Statement : Prop`. All that they bring is added once more with the kernel on. Then the proof is judged as every proof.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace

from verify.gates.kernel import ALL_ON, PROVED, Base, Controls, Kernel, first_error, is_allowed, lost_reason
from verify.lemma import DEFINITIONS_FILE, STATEMENT_FILE, Lemma, definitions_of
from verify.proof import PROOF_FILE, Declaration, Proof
from verify.proof_syntax import check_declaration, check_proposition, check_text
from verify.reasons import BadLemma, ProofFailed, Reason, Refusal
from verify.session import Audit, SessionLost
from verify.statement import PINNED, Statement, lemma_claim, lemma_definition
from verify.task import Passed

DO = "Mend it; a lemma speaks of the library and of its own definitions only."


def judge_lemma(kernel: Kernel, lemma: Lemma, controls: Controls = ALL_ON) -> Passed | Reason:
    """Decide a lemma; the evidence holds the printed statement and the token."""
    try:
        base = _base(kernel, lemma)
    except Refusal as refusal:
        return refusal.reason
    except SessionLost as lost:
        return lost_reason(lost)
    found = kernel.prove(base, Proof(None, 0, (), (), lemma.proof), controls)
    kernel.forget(base.env)
    return found


def _base(kernel: Kernel, lemma: Lemma) -> Base:
    """Return the environment of the statement. Raises Refusal and SessionLost."""
    session, library = kernel.session, kernel.library
    env = library
    with _placed(DEFINITIONS_FILE):
        check_text(lemma.definitions, kernel.limits)
        parts = definitions_of(lemma)
        names = [_own_name(kernel, part, i, parts) for i, part in enumerate(parts)]
    texts = []
    for part in parts:
        texts.append(lemma_definition(part.text, kernel.limits))
        env = _elaborated(kernel, env, texts[-1], f"{DEFINITIONS_FILE}:{part.line}", ProofFailed)
    with _placed(STATEMENT_FILE):
        check_text(lemma.statement, kernel.limits)
        check_proposition(session, library, lemma.statement)
    statement = Statement("\n".join(texts), lemma_claim(lemma.statement, kernel.limits))
    env = _elaborated(kernel, env, statement.claim, STATEMENT_FILE, BadLemma)
    judge_statement(session.audit(library, env, PINNED), names)
    return Base(env, statement)


@contextlib.contextmanager
def _placed(file: str) -> Iterator[None]:
    """Name the file that a text check is about, since those checks speak of the proof's."""
    try:
        yield
    except Refusal as refusal:
        where = re.sub(rf"^{re.escape(PROOF_FILE)}", file, refusal.reason.where)
        raise Refusal(replace(refusal.reason, where=where)) from None


def _own_name(kernel: Kernel, part: Declaration, index: int, parts: tuple[Declaration, ...]) -> str:
    """Return the name of a definition that is no one else's. Raises Refusal."""
    name = check_declaration(kernel.session, kernel.library, part)
    if any(re.match(rf"def {re.escape(name)}(?![A-Za-z0-9_'])", p.text) for p in parts[:index]):
        what = f"`{name}` is defined twice."
    elif not _is_unknown(kernel, name):
        what = f"`{name}` means something in the library already, so that the statement would mislead."
    else:
        return name
    raise Refusal(BadLemma(what=what, where=f"{PROOF_FILE}:{part.line}", do="Give it a name of its own."))


def _is_unknown(kernel: Kernel, name: str) -> bool:
    """Say whether Lean itself says that a name means nothing where the statement stands; no other answer counts as that."""
    text = lemma_claim(name, kernel.limits)
    done = kernel.session.elaborate(kernel.library, text, keep=False, timeout=kernel.limits.lean_seconds)
    return any(m.severity == "error" and m.text.startswith(f"Unknown identifier `{name}`") for m in done.messages)


def _elaborated(kernel: Kernel, env: int, text: str, where: str, kind: type[BadLemma | ProofFailed]) -> int:
    """Return the environment with one more text of the lemma in it. Raises Refusal."""
    done = kernel.session.elaborate(env, text, keep=True, timeout=kernel.limits.lean_seconds)
    if done.errors or done.env is None:
        if done.env is not None:
            kernel.forget(done.env)
        raise Refusal(kind(what=f"Lean does not accept it: {first_error(done)[1]}.", where=where, do=DO))
    if env != kernel.library:
        kernel.session.forget(env)
    return done.env


def judge_statement(audit: Audit, definitions: list[str]) -> None:
    """Raise Refusal unless an audited constant is a closed proposition made of nothing but plain definitions of its own."""
    if not audit.exists or audit.in_base or audit.kind != "definition":
        raise _bad("it defines no statement.")
    if audit.level_params:
        raise _bad("it has universe parameters.")
    for axiom in audit.axioms:
        if not is_allowed(axiom):
            raise _bad(f"it rests on `{axiom.name[:60]!a}`, which is no allowed axiom.")
    own = re.compile(rf"(_private\.0\.)?QED\.({'|'.join(map(re.escape, [*definitions, 'Statement']))})(\..+)?")
    for constant in audit.new:
        if constant.replay != "ok" or constant.kind not in PROVED or not own.fullmatch(constant.name):
            raise _bad(f"it rests on {constant.name[:60]!a}, which is no plain definition of its own.")
    if PINNED not in {c.name for c in audit.new}:
        raise _bad("the statement itself was not added again.")


def _bad(what: str) -> Refusal:
    return Refusal(BadLemma(what=what, where=STATEMENT_FILE, do=DO))
