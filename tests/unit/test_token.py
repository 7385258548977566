"""The kernel gate passes a task on the very token that was asked for, and on nothing that resembles it.

The session here answers as Lean would for a proof that holds, so that the token is all that is left to decide.
"""

from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from targets import candidate, plain, task_of

from verify.gates.kernel import Base, Controls, Kernel, Token
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.reasons import NotToken, ProofFailed, WrongTheorem
from verify.session import Audit, AxiomUse, Elaboration, Message, NewConstant, Session
from verify.statement import PINNED, THEOREM
from verify.task import Passed
from verify.toolchain import Toolchain

TASK = task_of(plain("n >= 0", "return n + n + n"), candidate("return 3 * n"))
PROOF = Proof("always", 0, (), (), "theorem accepted : Statement := h\n")
AUDIT = Audit(
    exists=True, in_base=False, kind="theorem", type_const=PINNED, type_in_base=True, level_params=0,
    axioms=(AxiomUse("propext", "axiom", in_base=True),), new=(NewConstant(THEOREM, "theorem", "ok"),),
)  # fmt: skip
NO_SYNTAX = Controls(allow_list=False)
"""reading a proof's text takes a Lean parser, which this session is not"""


class Answers:
    """Stands where a session does: elaborates without error into the next environment, and gives one audit."""

    def __init__(self, audit: Audit = AUDIT, errors: tuple[str, ...] = ()) -> None:
        self.given, self.errors, self.env = audit, errors, 0

    def elaborate(self, env: int, source: str, *, keep: bool, timeout: float | None = None) -> Elaboration:
        self.env += 1
        messages = tuple(Message("error", e, 1, 0, "") for e in self.errors) if "theorem accepted" in source else ()
        return Elaboration(self.env, messages, len(messages), 0.0)

    def audit(self, base: int, env: int, name: str) -> Audit:
        return self.given

    def forget(self, env: int) -> None:
        pass


TOOLCHAIN = cast("Toolchain", SimpleNamespace(digest="d" * 64, version="4", kind="portable", root=Path()))


class Other(Kernel):
    """A gate whose proof comes back with some field of the token changed."""

    def __init__(self, **changed: object) -> None:
        super().__init__(cast("Session", Answers()), 0, TOOLCHAIN, DEFAULT)
        CHANGED[id(self)] = changed

    def _prove(self, base: Base, proof: Proof, nonce: str, controls: Controls) -> Token:
        return replace(super()._prove(base, proof, nonce, controls), **CHANGED[id(self)])  # type: ignore[arg-type]


CHANGED: dict[int, dict[str, object]] = {}


class LookAlike(Other):
    def _prove(self, base: Base, proof: Proof, nonce: str, controls: Controls) -> Token:
        return cast("Token", SimpleNamespace(**asdict(super()._prove(base, proof, nonce, controls))))


def kernel(session: Answers) -> Kernel:
    return Kernel(cast("Session", session), 0, TOOLCHAIN, DEFAULT)


def test_the_token_that_was_asked_for_passes() -> None:
    passed = kernel(Answers()).judge(TASK, PROOF, NO_SYNTAX)
    assert isinstance(passed, Passed)
    token = cast("dict[str, object]", passed.evidence["token"])
    assert (token["theorem"], token["toolchain"], token["axioms"]) == (THEOREM, "d" * 64, ["propext"])
    assert isinstance(Other().judge(TASK, PROOF, NO_SYNTAX), Passed)


def test_no_token_is_made_twice() -> None:
    passed = [kernel(Answers()).judge(TASK, PROOF, NO_SYNTAX) for _ in range(2)]
    tokens = [cast("dict[str, object]", p.evidence["token"]) for p in passed if isinstance(p, Passed)]
    assert len({str(t["nonce"]) for t in tokens}) == 2


@pytest.mark.parametrize("part", ["nonce", "statement", "toolchain", "library", "theorem"])
def test_a_token_that_differs_in_any_part_is_no_acceptance(part: str) -> None:
    for value in ("", "0" * 64, None, True):
        reason = Other(**{part: value}).judge(TASK, PROOF, NO_SYNTAX)
        assert isinstance(reason, NotToken)
        assert reason.verdict == "error"


def test_what_only_looks_like_the_token_is_no_acceptance() -> None:
    assert isinstance(LookAlike().judge(TASK, PROOF, NO_SYNTAX), NotToken)


def test_an_error_or_another_theorem_never_leads_to_a_token() -> None:
    assert isinstance(kernel(Answers(errors=("type mismatch",))).judge(TASK, PROOF, NO_SYNTAX), ProofFailed)
    other = replace(AUDIT, type_const="QED.Proof.Statement")
    assert isinstance(kernel(Answers(other)).judge(TASK, PROOF, NO_SYNTAX), WrongTheorem)
