"""Decides: that a proof proves the pinned statement of a task, on the word of the Lean kernel.

The statement is printed here and elaborated before any text of the proof is seen. The proof's text is read by Lean's parser
against an allow-list, elaborated one declaration at a time, and then audited: the theorem exists, has the pinned type, rests on
allowed axioms, and every constant that it brought is added once more with the kernel on. Only then a token is made.
"""

import contextlib
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final

from verify.calls import helpers_in
from verify.canonical import Data, Digest, digest_bytes
from verify.lean_library import library_digest
from verify.limits import Limits
from verify.notes import annotate, annotated
from verify.proof import PROOF_FILE, Declaration, Proof, check_claim, split
from verify.proof_syntax import check_declaration, check_declarations, check_text
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
)  # fmt: skip
from verify.session import Audit, AxiomUse, Elaboration, Session, SessionLost
from verify.statement import OPENING, PINNED, THEOREM, Claim, Statement, to_statement
from verify.task import Passed, Task, Version
from verify.toolchain import Toolchain

AXIOMS: Final = frozenset({"propext", "Classical.choice", "Quot.sound"})
DENIED: Final = frozenset({"sorryAx", "Lean.ofReduceBool", "Lean.ofReduceNat", "Lean.trustCompiler", "lcProof"})
"""constants of Lean's library that no proof may rest on, whatever kind they were declared with"""
OPAQUE: Final = frozenset({"String.Internal.append"})
"""constants of Lean's library whose value the kernel checked and then hides: Lean's lists mention this one, in the message of
`a[i]!` for an index out of bounds"""
PROVED: Final = frozenset({"theorem", "definition"})
"""kinds of the trusted environment's constants whose bodies Lean checked when it made its library"""
BASES: Final = 8
"""environments of old versions, and of statements, that a session keeps"""
QUOTED: Final = 400
"""characters of a message of Lean that a reason quotes"""

_OWN: Final = re.compile(r"(_private\.0\.)?QED\.Proof\..+")
_DERIVED: Final = re.compile(
    r"(eq|congr_eq|hcongr|match|_sparseCasesOn|_proof|_simp)_\d+|eq_def|eq_unfold|_unary|_mutual|_f|splitter"
    r"|(partial_fixpoint_|strong_)?(mutual_)?induct(_unfolding)?|fun_cases(_unfolding)?|congr_simp|else_eq|inj|injEq|noConfusion"
)
"""what Lean calls a fact that it derives from an older constant when a proof first asks for it"""
_DECLARED: Final = re.compile(r"(?:def|theorem|structure) ([A-Za-z]+)(\d*)")
_SPACE: Final = re.compile(r"namespace QED\.f_(\w+)")
_PROOF_OPENING: Final = "set_option autoImplicit false\nnamespace QED.Proof\n"


@dataclass(frozen=True, slots=True)
class Controls:
    """Which controls are on. Only tests pass another value than the default, to show that each control matters."""

    allow_list: bool = True
    """the text must lie within the allow-list, and each declaration stand alone"""
    replay: bool = True
    """every new constant is added to base again with the kernel on, and has a name of the proof's own"""
    axioms: bool = True
    """the theorem rests on allowed axioms only"""
    pinned_type: bool = True
    """the theorem's type is the pinned statement of base"""


ALL_ON: Final = Controls()


@dataclass(frozen=True, slots=True)
class Token:
    """The positive answer: made after the audit from what was audited, and compared with what was asked for."""

    nonce: str
    statement: Digest
    toolchain: Digest
    library: Digest
    theorem: str
    axioms: tuple[str, ...]
    """the axioms that the theorem rests on, sorted"""


@dataclass(frozen=True, slots=True)
class Base:
    """A statement that was elaborated without error, and the environment that holds it."""

    env: int
    statement: Statement


class Kernel:
    """A warm session with the library, and the environments of the last statements; one judgement at a time.

    It is not of use any more once a method returned a reason of SessionLost: TimedOut or ToolBroken.
    """

    __slots__ = ("_bases", "_digest", "_library", "limits", "session", "toolchain")

    def __init__(self, session: Session, library: int, toolchain: Toolchain, limits: Limits) -> None:
        """Hold a session and the environment of the library in it, as `load_library` made it."""
        self.session, self.toolchain, self.limits = session, toolchain, limits
        self._library, self._digest = library, library_digest()
        self._bases: OrderedDict[tuple[int, Digest], int] = OrderedDict()

    @property
    def library(self) -> int:
        """The environment that holds the library and nothing else."""
        return self._library

    def judge(self, task: Task, proof: Proof, controls: Controls = ALL_ON) -> Passed | Reason:
        """Decide a task by a proof; the evidence holds the token."""
        base = self.base(task, proof)
        return base if isinstance(base, Reason) else self.prove(base, proof, controls)

    def prove(self, base: Base, proof: Proof, controls: Controls = ALL_ON) -> Passed | Reason:
        """Decide a statement of ours that stands in an environment of this session; the evidence holds the token."""
        nonce = secrets.token_hex(16)
        try:
            token = self._prove(base, proof, nonce, controls)
        except Refusal as refusal:
            return refusal.reason
        except SessionLost as lost:
            return lost_reason(lost)
        axioms = token.axioms if isinstance(token, Token) else ()
        due = Token(nonce, base.statement.digest, self.toolchain.digest, self._digest, THEOREM, axioms)
        if not isinstance(token, Token) or token != due:
            return NotToken(what="the kernel gate's answer is not the token that was asked for.", where=PROOF_FILE)
        return Passed({"statement": base.statement.text, "token": _token_data(token)})

    def base(self, task: Task, proof: Proof) -> Base | Reason:
        """Elaborate the statement that a proof is about; the text of the proof is not looked at.

        The environment stays until BASES others were asked for.
        """
        try:
            return self._base(task, proof)
        except Refusal as refusal:
            return refusal.reason
        except SessionLost as lost:
            return lost_reason(lost)

    def attempt(self, env: int, text: str) -> Elaboration | Reason:
        """Elaborate one declaration on top of a base, or of what an attempt returned, for a prover that searches.

        The text must pass the allow-list, `accepted` or not. Lines of its messages count from what is wrapped around it: take
        off `first_line()`. The environment of the answer is the caller's to `forget`. Nothing that this returns is a verdict.
        """
        try:
            check_text(text, self.limits)
            (part, *rest) = split(text)
            if rest:
                return ProofForbidden(what="an attempt is one declaration.", where=PROOF_FILE)
            check_declaration(self.session, env, part)
            return self._elaborate(env, self._wrapped(part.text))
        except Refusal as refusal:
            return refusal.reason
        except SessionLost as lost:
            return lost_reason(lost)

    def forget(self, env: int) -> None:
        """Free an environment that `attempt` returned."""
        with contextlib.suppress(SessionLost):  # the next request says so
            self.session.forget(env)

    def first_line(self) -> int:
        """Return how many lines stand before a declaration when it is elaborated."""
        return self._opening().count("\n")

    # -- the statement --------------------------------------------------------------------------------------------------

    def _base(self, task: Task, proof: Proof) -> Base:
        check_claim(proof, self.limits)
        _check_order(task, proof)
        contract = (task.spec.require, task.spec.ensure)
        old = annotate(task.old.program, proof.old_notes, self.limits, contract)
        new = None if task.new is None else annotate(task.new.program, proof.new_notes, self.limits)
        require, ensure = (annotated(e, proof.old_notes, self.limits) for e in contract)
        spec = replace(task.spec, require=require, ensure=ensure)
        statement = to_statement(spec, old, new, Claim(proof.order, proof.slack, proof.worst), self.limits)
        before = self._kept(self._library, statement.old, replace(task.old, program=old))
        return Base(self._kept(before, statement.claim, task.new and replace(task.new, program=new or old)), statement)

    def _kept(self, parent: int, text: str, version: Version | None) -> int:
        """Return the environment of a trusted text, elaborated now or kept. Raises Refusal(RunNotProved)."""
        key = (parent, digest_bytes(text.encode()))
        if key in self._bases:
            self._bases.move_to_end(key)
            return self._bases[key]
        done = self._elaborate(parent, text)
        if done.errors:
            self._forget(done)
            raise Refusal(_run_not_proved(done, text, version))
        env = self._bases[key] = _env(done)
        if len(self._bases) > 2 * BASES:
            # what was elaborated on top of it stays whole, and is dropped in its turn, since numbers are never used again
            self.session.forget(self._bases.popitem(last=False)[1])
        return env

    # -- the proof ------------------------------------------------------------------------------------------------------

    def _prove(self, base: Base, proof: Proof, nonce: str, controls: Controls) -> Token:
        if controls.allow_list:
            check_text(proof.text, self.limits)
            parts = split(proof.text)
            check_declarations(self.session, base.env, parts)
        else:
            parts = (Declaration(1, proof.text),)
        env = base.env
        for part in parts:
            done = self._elaborate(env, self._wrapped(part.text))
            if env != base.env:
                self.session.forget(env)
            if done.errors:
                self._forget(done)
                raise Refusal(self._proof_failed(done, part))
            env = _env(done)
        audit = self.session.audit(base.env, env, THEOREM)
        self.session.forget(env)
        axioms = judge_audit(audit, controls)
        return Token(nonce, base.statement.digest, self.toolchain.digest, self._digest, THEOREM, axioms)

    def _wrapped(self, text: str) -> str:
        return f"{self._opening()}{text}\nend QED.Proof\n"

    def _opening(self) -> str:
        return OPENING.format(heartbeats=self.limits.lean_heartbeats) + _PROOF_OPENING

    def _elaborate(self, env: int, text: str) -> Elaboration:
        return self.session.elaborate(env, text, keep=True, timeout=self.limits.lean_seconds)

    def _forget(self, done: Elaboration) -> None:
        if done.env is not None:
            self.session.forget(done.env)

    def _proof_failed(self, done: Elaboration, part: Declaration) -> Reason:
        line, said = first_error(done)
        where = f"{PROOF_FILE}:{max(part.line, part.line + line - 1 - self.first_line())}"
        return ProofFailed(what=f"Lean does not accept the proof: {said}.", where=where, do="Mend it, or add a lemma.")


def judge_audit(audit: Audit, controls: Controls) -> tuple[str, ...]:
    """Return the axioms that an audited theorem rests on. Raises Refusal unless it is the pinned theorem, and proved."""
    wrong = _wrong_theorem(audit, controls)
    if wrong:
        raise Refusal(WrongTheorem(what=wrong, where=PROOF_FILE, do=f"End it with `theorem accepted : {PINNED}`."))
    for axiom in audit.axioms if controls.axioms else ():
        if not is_allowed(axiom):
            what = f"the proof rests on `{_plain(axiom.name)}`, which is no allowed axiom."
            raise Refusal(ProofAxioms(what=what, where=PROOF_FILE, do=f"Allowed are {', '.join(sorted(AXIOMS))}."))
    for constant in audit.new if controls.replay else ():
        if constant.replay != "ok" or constant.kind not in PROVED:
            what = f"the kernel does not accept `{_plain(constant.name)}` again: {_plain(constant.replay)}."
            raise Refusal(ProofNotReplayed(what=what, where=PROOF_FILE))
        if not _may_be_new(constant.name):
            what = f"the proof declares `{_plain(constant.name)}`, which is no name of its own."
            raise Refusal(ProofForbidden(what=what, where=PROOF_FILE, do="Write plain theorems and definitions."))
    if controls.replay and THEOREM not in {c.name for c in audit.new}:
        raise Refusal(ProofNotReplayed(what="the theorem itself was not added again.", where=PROOF_FILE))
    return tuple(sorted(a.name for a in audit.axioms if a.kind == "axiom"))


def is_allowed(axiom: AxiomUse) -> bool:
    """Return whether a proof may rest on a constant without a value in its environment."""
    known = {"axiom": AXIOMS, "opaque": OPAQUE}.get(axiom.kind, frozenset())
    return axiom.in_base and (axiom.kind in PROVED or axiom.name in known) and axiom.name not in DENIED


def _wrong_theorem(audit: Audit, controls: Controls) -> str:
    """Return why the audited constant is not the pinned theorem, "" where it is."""
    if not audit.exists:
        return f"`{THEOREM}` does not exist."
    if audit.in_base:
        return f"`{THEOREM}` was there before the proof."
    if audit.kind != "theorem":
        return f"`{THEOREM}` is a {_plain(audit.kind)} and no theorem."
    if audit.level_params:
        return f"`{THEOREM}` has universe parameters."
    if controls.pinned_type and (audit.type_const != PINNED or not audit.type_in_base):
        return f"`{THEOREM}` does not have the type `{PINNED}`."
    return ""


def _may_be_new(name: str) -> bool:
    """Return whether a proof may bring a constant of this name: under its own namespace, or derived by Lean from older ones.

    The kernel judges both alike; a name of another form is one that no allowed text leads to.
    """
    return bool(_OWN.fullmatch(name)) or any(_DERIVED.fullmatch(part) for part in name.split(".")[1:])


def lost_reason(lost: SessionLost) -> Reason:
    """Return what a lost session amounts to: never a word about the proof."""
    said = str(lost)
    if lost.limit is not None:
        do = "Make the proof shorter, or raise the limits."
        return TimedOut(what=f"Lean reached a limit: {_plain(said)}.", where=PROOF_FILE, do=do)
    return ToolBroken(what=f"the Lean session was lost: {_plain(said)}.", do="Try again; `qed doctor` says what is missing.")


def _check_order(task: Task, proof: Proof) -> None:
    """Raise Refusal unless the proof is about a claim that the task may make."""
    due = task.spec.orders if task.new is not None else (None,)
    if proof.order not in due:
        orders = ", ".join(str(o) for o in due) if task.new is not None else "no order, as for a baseline"
        what = f"the proof is about {proof.order or 'a baseline'}; {orders} is due."
        raise Refusal(SignatureMismatch(what=what, where=task.spec.where))


def _env(done: Elaboration) -> int:
    if done.env is None:
        raise SessionLost("Lean elaborated a text and returned no environment")
    return done.env


def first_error(done: Elaboration) -> tuple[int, str]:
    """Return the line and the text of the first error; a message that was cut off has neither."""
    first = next((m for m in done.messages if m.severity == "error"), None)
    return (first.line, _plain(first.text)) if first else (0, "its message was too far down the list to be kept")


def _plain(text: str) -> str:
    """Return one line of printable text, cut to what a reason quotes."""
    line = " ".join("".join(c if c.isprintable() or c.isspace() else "?" for c in text).split())
    line = line.rstrip(".")
    return line if len(line) <= QUOTED else line[:QUOTED] + " ..."


def _run_not_proved(done: Elaboration, text: str, version: Version | None) -> Reason:
    """Return that a printed program could not be tied to its shadow, with the loop that Lean spoke of."""
    line, said = first_error(done)
    declared = next((m for t in reversed(text.split("\n")[:line]) if (m := _DECLARED.match(t))), None)
    if version is None or declared is None:
        return RunNotProved(what=f"Lean does not accept the printed statement: {said}.")
    before = (t for t in reversed(text.split("\n")[:line]) if t.startswith("namespace "))
    space = _SPACE.match(next(before, ""))
    program = next((h.program for h in helpers_in(version.program.body) if space and h.label == space[1]), version.program)
    name, part, index = program.name, declared[1], int(declared[2] or 0)
    loop = next((s for s in program.loops if s.index == index), None)
    if loop is None:
        do = "State in `require` what keeps the function from raising, or write `invariant(...)` in its loops."
        if helpers_in(program.body):
            do += " Of the functions that it calls, its proof knows what their `@ensure` says."
        return RunNotProved(
            what=f"`{name}` is not shown to end without raising. Lean: {said}.", where=version.source.label, do=do
        )
    where = f"{version.source.label}:{loop.line}"
    if part == "shadow":
        what = f"the loop of `{name}` on line {loop.line} is not shown to end. Lean: {said}."
        do = "Put `decreases(...)` first in its body, and what it rests on in `invariant(...)`."
        return RunNotProved(what=what, where=where, do=do)
    what = (
        f"the loop of `{name}` on line {loop.line} is not shown to run without raising, or to keep its invariant. Lean: {said}."
    )
    return RunNotProved(what=what, where=where, do="Write `invariant(...)` first in its body, or mend the one that is there.")


def _token_data(token: Token) -> dict[str, Data]:
    return {
        "nonce": token.nonce,
        "statement": token.statement,
        "toolchain": token.toolchain,
        "library": token.library,
        "theorem": token.theorem,
        "axioms": list(token.axioms),
    }
