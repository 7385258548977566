"""A native Lean has to say yes too where there is one, and nothing but two yeses is an acceptance.

There may be no native Lean here; then a second portable session stands where it would, and one that says no. Its driver is
read and type-checked by the portable Lean, which cannot run it.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Self, cast

import pytest
from kernel_cases import REJECT, below

from verify import second as second_module
from verify import session as session_module
from verify.certificate import SecondLean, certificate_from_data, certificate_to_data, not_rechecked
from verify.gates.kernel import Kernel
from verify.judge import Screened, decide
from verify.limits import DEFAULT
from verify.proof import Proof
from verify.reasons import NotToken, ProofFailed, ReadingsDisagree, Reason, TimedOut, ToolBroken, WeakContract, WrongTheorem
from verify.second import SOUND, Second, lean_name, no_agreement, second_lean, sound
from verify.session import Session, SessionLost
from verify.standby import start_kernel
from verify.task import Passed
from verify.toolchain import Toolchain, ToolchainMissing, find
from verify.verdict import Accept, Broken, Declined, Verdict, to_verdict

DRIVER = (Path(session_module.__file__).parent / "driver.lean").read_text()
HEADER = "import Lean\n"
TEXT = (REJECT / "L23-comment" / "proof.lean").read_text().partition("\n\n")[2]
TASK, PROOF = below(), Proof("always", 0, (), (), TEXT)
STAND_IN = Toolchain("native", "4.34.1", "e" * 64, None, Path("/nowhere"))


@pytest.fixture(scope="module")
def kernel(toolchain: Toolchain) -> Iterator[Kernel]:
    """Give the one kernel of these tests."""
    found = start_kernel(toolchain, DEFAULT)
    with found.session:
        yield found


@pytest.fixture(scope="module")
def session(kernel: Kernel) -> Session:
    """Give the one portable session of these tests."""
    return kernel.session


@pytest.fixture(scope="module")
def library(kernel: Kernel) -> int:
    """Give the environment that statements are elaborated in."""
    return kernel.library


@pytest.fixture(scope="module")
def passed(session: Session, library: int) -> Passed:
    """Give what the gate of the stand-in says about an honest proof; it is real but for the name of the Lean."""
    found = Kernel(session, library, STAND_IN, DEFAULT).judge(TASK, PROOF)
    assert isinstance(found, Passed), str(found)
    return found


# -- the driver ------------------------------------------------------------------------------------------------------------------


def driver_errors(session: Session, text: str) -> list[str]:
    """Return what Lean finds wrong with the text of the driver; code is not generated, for want of that of Lean's own parts."""
    env = session.import_header(HEADER).env
    assert env is not None
    done = session.elaborate(env, "public noncomputable section\n" + text.removeprefix(HEADER), keep=False)
    return [m.text for m in done.messages if m.severity == "error"]


def test_the_native_driver_type_checks(session: Session) -> None:
    assert DRIVER.startswith(HEADER)
    assert driver_errors(session, DRIVER) == []


@pytest.mark.parametrize("part", ["Parser.getSyntaxNodeKinds", "collected.axioms"])
def test_a_driver_that_is_wrong_does_not_type_check(session: Session, part: str) -> None:
    assert part in DRIVER
    assert driver_errors(session, DRIVER.replace(part, part + "X")) != []


def test_both_drivers_know_the_same_operations() -> None:
    script = (Path(session_module.__file__).parent / "driver.js").read_text()
    for name in ("import", "elaborate", "parse", "kinds", "audit", "memory", "version", "forget"):
        assert f'  | "{name}" =>' in DRIVER, name
        assert f"{name}:" in script or f" {name}," in script, name


# -- which Lean is asked ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "due"),
    [("4.34.1", True), ("4.35.0", True), ("4.34.2-rc1", True), ("5.0.0", True), ("4.34.1, commit 0123", True),
     ("4.34.0", False), ("4.34.1-rc1", False), ("4.28.0", False), ("3.99.9", False), ("nightly", False), ("", False)],
)  # fmt: skip
def test_a_native_lean_counts_from_the_first_sound_release_on(version: str, due: bool) -> None:  # noqa: FBT001 - a column
    assert sound(version) is due


@pytest.mark.parametrize("version", ["4.34.1", "4.30.0", None])
def test_the_second_lean_is_a_sound_native_one(monkeypatch: pytest.MonkeyPatch, version: str | None) -> None:
    def found(_: str) -> Toolchain:
        if version is None:
            raise ToolchainMissing("no native Lean is on PATH", "", "")
        return replace(STAND_IN, version=version)

    monkeypatch.setattr(second_module, "find", found)
    second_module.native_lean.cache_clear()
    portable = replace(STAND_IN, kind="portable", version="4.28.0")
    second = second_lean(portable, DEFAULT)
    second_module.native_lean.cache_clear()
    assert (second.toolchain.version if second else None) == (version if version == "4.34.1" else None)
    assert second_lean(STAND_IN, DEFAULT) is None, "it is the first already"


# -- two words -------------------------------------------------------------------------------------------------------------------


class Says(Kernel):
    """A kernel of a process that is none: it says what it is given to say."""

    __slots__ = ("closed", "said")

    def __init__(self, toolchain: Toolchain, said: Passed | Reason) -> None:
        super().__init__(self, 0, toolchain, DEFAULT)  # type: ignore[arg-type]  # it is its own session, which only closes
        self.said, self.closed = said, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def judge(self, *_: object) -> Passed | Reason:  # type: ignore[override]  # whatever it is asked
        return self.said


def decided(first: Kernel, second: Callable[[], Kernel] | None) -> Verdict:
    """Return the verdict of two kernels on the honest proof."""
    other = None if second is None else Second(STAND_IN, second)
    return decide(TASK, PROOF, lambda: first, lambda: Screened(TASK, ()), (None, None), other)


def first_of(toolchain: Toolchain, passed: Passed) -> Says:
    """Return a first Lean that lets the proof pass."""
    return Says(toolchain, passed)


def test_two_yeses_are_an_acceptance_that_names_both(toolchain: Toolchain, passed: Passed) -> None:
    first, second = first_of(toolchain, passed), Says(STAND_IN, passed)
    verdict = decided(first, lambda: second)
    assert isinstance(verdict, Accept), verdict
    made = verdict.certificate
    assert (made.lean_kind, made.lean_library) == ("portable", toolchain.digest)
    assert made.second == SecondLean("4.34.1", "native", "e" * 64, ("Classical.choice", "propext"))
    assert certificate_from_data(certificate_to_data(made)) == made
    assert (first.closed, second.closed) == (True, True)


class Kept:
    """A session that outlives the judgements made in it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("heartbeats", [DEFAULT.lean_heartbeats, 1])
def test_a_second_session_that_is_real_agrees_or_it_is_an_error(
    session: Session, library: int, toolchain: Toolchain, passed: Passed, heartbeats: int
) -> None:
    """The second is the portable Lean once more, under the other's name; with one heartbeat it accepts nothing."""
    second = Kernel(cast("Session", Kept(session)), library, STAND_IN, replace(DEFAULT, lean_heartbeats=heartbeats))
    verdict = decided(first_of(toolchain, passed), lambda: second)
    if heartbeats > 1:
        assert isinstance(verdict, Accept), verdict
        assert verdict.certificate.second == SecondLean("4.34.1", "native", "e" * 64, ("Classical.choice", "propext"))
    else:
        assert isinstance(verdict, Broken)
        assert isinstance(verdict.reason, ReadingsDisagree)


def test_one_lean_alone_is_enough_where_there_is_no_other(toolchain: Toolchain, passed: Passed) -> None:
    verdict = decided(first_of(toolchain, passed), None)
    assert isinstance(verdict, Accept)
    assert verdict.certificate.second is None
    assert "second" not in certificate_to_data(verdict.certificate)


def test_a_no_of_the_second_is_an_error_with_both_words(toolchain: Toolchain, passed: Passed) -> None:
    for said in (ProofFailed(what="unsolved goals."), WrongTheorem(what="it does not exist.")):
        second = Says(STAND_IN, said)
        verdict = decided(first_of(toolchain, passed), lambda second=second: second)  # type: ignore[misc]  # bound now
        assert isinstance(verdict, Broken)
        assert isinstance(verdict.reason, ReadingsDisagree)
        assert "Lean 4.28.0 (portable) accepts" in verdict.reason.what
        assert f"Lean 4.34.1 (native) does not: {said}" in verdict.reason.what
        assert second.closed


def test_a_second_that_gives_no_word_leaves_it_open(toolchain: Toolchain, passed: Passed) -> None:
    for said, due in ((TimedOut(what="late."), Declined), (ToolBroken(what="dead."), Broken), (NotToken(what="odd."), Broken)):
        verdict = decided(first_of(toolchain, passed), lambda said=said: Says(STAND_IN, said))  # type: ignore[misc]  # bound now
        assert type(verdict) is due
        assert type(verdict.reason) is type(said)
        assert "Lean 4.34.1 (native)" in verdict.reason.what


def test_a_second_that_does_not_start_is_an_error(toolchain: Toolchain, passed: Passed) -> None:
    def start() -> Kernel:
        raise SessionLost("it did not start")

    verdict = decided(first_of(toolchain, passed), start)
    assert isinstance(verdict, Broken)
    assert isinstance(verdict.reason, ToolBroken)


def test_the_second_is_not_asked_where_the_first_says_no(toolchain: Toolchain) -> None:
    verdict = decided(Says(toolchain, ProofFailed(what="no.")), lambda: pytest.fail("it was asked"))
    assert isinstance(verdict, Declined)
    assert isinstance(verdict.reason, ProofFailed)


def test_a_yes_to_another_statement_is_none(toolchain: Toolchain, passed: Passed) -> None:
    other = Passed({**passed.evidence, "statement": "def QED.Statement : Prop := True"})
    verdict = decided(first_of(toolchain, passed), lambda: Says(STAND_IN, other))
    assert isinstance(verdict, Broken)
    assert isinstance(verdict.reason, ReadingsDisagree)


def test_a_yes_without_the_token_of_that_lean_is_none(toolchain: Toolchain, passed: Passed) -> None:
    for evidence in (
        {"statement": passed.evidence["statement"]},
        {**passed.evidence, "token": {"toolchain": "f" * 64, "axioms": []}},
    ):
        with pytest.raises(TypeError):
            decided(first_of(toolchain, passed), lambda e=evidence: Says(STAND_IN, Passed(e)))  # type: ignore[misc]  # bound now


# -- judged again with fewer -----------------------------------------------------------------------------------------------------


def test_what_was_not_asked_again_is_said(toolchain: Toolchain, passed: Passed) -> None:
    both, one = (
        v.certificate
        for v in (
            decided(first_of(toolchain, passed), lambda: Says(STAND_IN, passed)),
            decided(first_of(toolchain, passed), None),
        )
        if isinstance(v, Accept)
    )
    assert not_rechecked(both, one) == ("Lean 4.34.1 (native)",)
    assert not_rechecked(one, both) == ()
    assert not_rechecked(both, both) == ()
    assert not_rechecked(replace(one, lean_kind="native", lean_version="4.35.0"), one) == ("Lean 4.35.0 (native)",)


@pytest.mark.parametrize(
    "change",
    [None, {}, [], {"version": "4"}, {"extra": ""}, {"library": "e"}, {"axioms": ["b", "a"]}, {"axioms": ["a", "a"]},
     {"axioms": "propext"}, {"axioms": [1]}, {"kind": 1}, {"version": "4\n"}],
)  # fmt: skip
def test_a_record_of_the_second_is_read_strictly(toolchain: Toolchain, passed: Passed, change: object) -> None:
    verdict = decided(first_of(toolchain, passed), lambda: Says(STAND_IN, passed))
    assert isinstance(verdict, Accept)
    data = certificate_to_data(verdict.certificate)
    own = data["second"]
    assert isinstance(own, dict)
    data["second"] = {**own, **change} if isinstance(change, dict) and change and change != {"version": "4"} else change  # type: ignore[assignment]  # also what is no data of ours
    with pytest.raises(ValueError, match=r"second|axioms|library|kind|version"):
        certificate_from_data(data)


def test_the_disagreement_of_two_is_never_a_verdict_about_the_proof() -> None:
    reason = no_agreement(replace(STAND_IN, kind="portable"), STAND_IN, ProofFailed(what="no.", where="proof.lean:3"))
    assert (reason.verdict, reason.where) == ("error", "proof.lean:3")
    assert lean_name(STAND_IN) in reason.what


# -- where there is a native Lean ------------------------------------------------------------------------------------------------



# -- gates side by side ----------------------------------------------------------------------------------------------------------


def test_nothing_is_accepted_without_the_word_of_the_other_gates(toolchain: Toolchain, passed: Passed) -> None:
    unknown = to_verdict(TimedOut(what="the solver did not answer."), "smt", ())
    verdict = decide(TASK, PROOF, lambda: first_of(toolchain, passed), lambda: unknown)
    assert verdict == unknown

    def broken() -> Screened:
        raise RuntimeError("the solver's thread died")

    with pytest.raises(RuntimeError):
        decide(TASK, PROOF, lambda: first_of(toolchain, passed), broken)
    with pytest.raises(TypeError):
        decide(TASK, PROOF, lambda: first_of(toolchain, passed), lambda: Screened(replace(TASK, new=TASK.old), ()))


def test_a_refutation_of_what_the_kernel_accepts_is_an_error(toolchain: Toolchain, passed: Passed) -> None:
    refuted = to_verdict(WrongTheorem(what="another result on n = 3."), "smt", ())
    verdict = decide(TASK, PROOF, lambda: first_of(toolchain, passed), lambda: refuted)
    assert isinstance(verdict, Broken)
    assert isinstance(verdict.reason, ReadingsDisagree)


def test_a_weak_contract_is_rejected_whatever_the_kernel_accepts(toolchain: Toolchain, passed: Passed) -> None:
    weak = to_verdict(WeakContract(what="it allows `return 0`.", survivors=()), "strength", ())
    assert decide(TASK, PROOF, lambda: first_of(toolchain, passed), lambda: weak) == weak


def test_a_refusal_counts_before_a_missing_proof(toolchain: Toolchain) -> None:
    refuted = to_verdict(WrongTheorem(what="another result on n = 3."), "smt", ())
    failing = Says(toolchain, ProofFailed(what="no."))
    assert decide(TASK, PROOF, lambda: failing, lambda: refuted) == refuted
    assert isinstance(decide(TASK, PROOF, lambda: failing, lambda: Screened(TASK, ())).reason, ProofFailed)  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def native() -> Toolchain:
    """Give the native Lean, or skip and say what is missing."""
    try:
        found = find("native")
    except ToolchainMissing as missing:
        pytest.skip(str(missing))
    if not sound(found.version):
        pytest.skip(f"the native Lean is {found.version}, and {'.'.join(map(str, SOUND))} or later is needed")
    return found


def test_the_native_lean_accepts_and_refuses_as_the_portable_one(native: Toolchain, passed: Passed) -> None:
    gate = start_kernel(native, DEFAULT)
    with gate.session:
        assert isinstance(gate.judge(TASK, PROOF), Passed)
        for name in ("L01-sorry", "L03-skip-kernel", "L05-native-decide", "L12-true", "L23-comment"):
            case = REJECT / name
            found = gate.judge(TASK, replace(PROOF, text=(case / "proof.lean").read_bytes().decode()))
            assert type(found).__name__ == (case / "expected").read_text().split("\n")[0]


def test_an_acceptance_with_a_native_lean_names_it(native: Toolchain, toolchain: Toolchain, passed: Passed) -> None:
    second = second_lean(toolchain, DEFAULT)
    assert second is not None
    verdict = decide(TASK, PROOF, lambda: first_of(toolchain, passed), lambda: Screened(TASK, ()), (None, None), second)
    assert isinstance(verdict, Accept), verdict
    assert verdict.certificate.second is not None
    assert verdict.certificate.second.version == native.version
