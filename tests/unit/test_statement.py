"""What is claimed, in Lean: the text that the kernel is asked about is the golden one, byte for byte.

`make golden` writes the golden files anew; the difference is then to be read before it is kept.
"""

import os
from pathlib import Path

import pytest
from targets import HEAD, candidate, spec_of

from verify.ir import Program
from verify.limits import DEFAULT
from verify.reasons import NoMeasure, Refusal, TooLarge
from verify.spec import Spec, to_candidate
from verify.standby import start_kernel
from verify.statement import PINNED, THEOREM, Claim, Statement, to_statement
from verify.toolchain import Toolchain
from verify.worst_case import WorstCase

GOLDEN = Path(__file__).parent.parent / "golden"
CUBES = """@target
@require(lambda n: n >= 0)
@ensure(lambda n, result: 4 * result == n * n * (n + 1) * (n + 1))
def f(n: int) -> int:
    total = 0
    for k in range(1, n + 1):
        total += k * k * k
    return total
"""
HALVE = """@target
@require(lambda n, up, by: by != 0 and n // by >= 0)
def f(n: int, up: bool, by: int) -> int:
    while n > 1:
        decreases(n)
        if up and n % 2 == 1:
            return n // by
        n = n // 2
    return abs(n)
"""
PADDED = """@target(result="contract")
@require(lambda n: n >= 0)
@ensure(lambda n, result: result % 8 == 0 and n <= result <= n + 8)
def f(n: int) -> int:
    r = 0
    while r < n:
        decreases(n - r)
        r += 8
    return r
"""
CLOSED = "half = n * (n + 1) // 2"


def new_of(spec: Spec, text: str) -> Program:
    return to_candidate(text.encode(), "candidate.py", spec, DEFAULT)[1]


def improvement(claim: Claim) -> Statement:
    spec = spec_of(CUBES)
    return to_statement(spec, spec.program, new_of(spec, candidate(CLOSED, "return half * half")), claim, DEFAULT)


def contract(claim: Claim) -> Statement:
    spec = spec_of(PADDED)
    return to_statement(spec, spec.program, new_of(spec, candidate("return n + 8 - n % 8")), claim, DEFAULT)


def baseline(text: str) -> Statement:
    spec = spec_of(text)
    return to_statement(spec, spec.program, None, Claim(None), DEFAULT)


STATEMENTS = {
    "baseline": lambda: baseline(HALVE),
    "improvement": lambda: improvement(Claim("eventually", 3)),
    "contract": lambda: contract(Claim("always")),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements_are_the_golden_ones(name: str) -> None:
    path = GOLDEN / f"{name}.lean"
    text = STATEMENTS[name]().text
    if os.environ.get("QED_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "read the difference; `make golden` writes the file anew"


def test_a_statement_is_the_same_each_time_and_named_by_its_text() -> None:
    one, two = improvement(Claim("always")), improvement(Claim("always"))
    assert one == two
    assert one.digest == two.digest
    assert one.digest != improvement(Claim("eventually", 3)).digest


def test_an_order_says_what_it_means() -> None:
    always, eventually = improvement(Claim("always")).claim, improvement(Claim("eventually", 3)).claim
    assert "∧ k' ≤ k) ∧\n  (∃ (v_n : Int), Pre v_n ∧ ∃ r k r' k'," in always
    assert "k' < k" in always
    assert "∧ k' ≤ k + 3) ∧\n  (∀ m : Nat, ∃ (v_n : Int), Pre v_n ∧ ∃ r k r' k'," in eventually
    assert "k' + m ≤ k" in eventually


def test_a_result_within_the_contract_is_all_that_is_claimed_where_no_more_is_asked_for() -> None:
    worst = WorstCase("abs(n)", "size + 9", 30, (("n", "size"),))
    for claim in (Claim("always"), Claim("eventually", 3), Claim("worst-case", 0, worst)):
        text = contract(claim).claim
        assert "the new one returns a result\nthat the contract allows, whatever the old one returns there, " in text
        assert "∧ Run New.prog v_n r' k' ∧ Post v_n r' ∧ " in text
        assert "(post : ∀ (v_n : Int), Pre v_n → Post v_n (New.value v_n))" in text
        assert "r' = r" not in text
        assert "same" not in text
    same = improvement(Claim("always")).claim
    assert "∧ Run New.prog v_n r' k' ∧ r' = r ∧ Post v_n r' ∧ " in same
    assert "the new one returns what the old one returns" in same


@pytest.mark.lean
def test_what_is_claimed_of_a_contract_alone_elaborates_in_every_order(toolchain: Toolchain) -> None:
    worst = WorstCase("abs(n)", "size + 9", 30, (("n", "size"),))
    kernel = start_kernel(toolchain, DEFAULT)
    with kernel.session as session:
        for claim in (Claim("always"), Claim("eventually", 3), Claim("worst-case", 0, worst)):
            stated, env = contract(claim), kernel.library
            for part in (stated.old, stated.claim):
                done = session.elaborate(env, part, keep=True)
                assert (done.errors, done.env is None) == (0, False), done.messages
                env = done.env or 0


def test_what_comes_before_the_claim_knows_nothing_of_the_candidate() -> None:
    assert improvement(Claim("always")).old == baseline(CUBES).old
    assert "New" not in baseline(CUBES).text


def test_a_contract_holds_only_where_it_does_not_raise() -> None:
    pre = next(line for line in baseline(HALVE).old.splitlines() if line.startswith("def Pre"))
    assert pre.endswith(":= ((v_by ≠ 0) ∧ ((fdiv v_n v_by) ≥ 0))")


def test_a_function_without_parameters() -> None:
    text = baseline("@target\ndef f() -> int:\n    return 3\n").text
    assert "def Statement : Prop :=\n  Pre → ∃ r k, Run Old.prog () r k ∧ Post r" in text


def test_names_of_the_pinned_theorem() -> None:
    assert (THEOREM, PINNED) == ("QED.Proof.accepted", "QED.Statement")
    assert "invariant" not in HEAD


def test_a_loop_without_a_measure_has_no_statement() -> None:
    with pytest.raises(Refusal) as refusal:
        baseline(HALVE.replace("        decreases(n)\n", ""))
    reason = refusal.value.reason
    assert isinstance(reason, NoMeasure)
    assert "line 8" in reason.what
    assert "decreases" in reason.do


def test_too_many_paths_are_refused() -> None:
    branches = "".join(f"    if n > {i}:\n        t += 1\n" for i in range(8))
    with pytest.raises(Refusal) as refusal:
        baseline(f"@target\ndef f(n: int) -> int:\n    t = 0\n{branches}    return t\n")
    assert isinstance(refusal.value.reason, TooLarge)
