"""The statement that one spec strengthens another, as text, and what a certificate of it binds."""

from targets import HEAD

from verify.canonical import digest_bytes
from verify.certificate import spec_digest
from verify.limits import DEFAULT
from verify.spec import Spec, to_specs
from verify.strengthening import Strengthening, mismatch, strengthening_binding, to_strengthening

HELPER = "@pure\ndef big(n: int) -> bool:\n    return n > 3\n\n\n"
CLAIM = """def Statement : Prop :=
  ∀ (v_n : Int) (v_xs : (List Int)), Weaker.Pre v_n v_xs → Stronger.Pre v_n v_xs ∧ \
∀ v_result : Int, Stronger.Post v_n v_xs v_result → Weaker.Post v_n v_xs v_result

theorem statement_of (pre : ∀ (v_n : Int) (v_xs : (List Int)), Weaker.Pre v_n v_xs → Stronger.Pre v_n v_xs) \
(post : ∀ (v_n : Int) (v_xs : (List Int)), Weaker.Pre v_n v_xs → \
∀ v_result : Int, Stronger.Post v_n v_xs v_result → Weaker.Post v_n v_xs v_result) : Statement :=
  fun v_n v_xs h => ⟨pre v_n v_xs h, post v_n v_xs h⟩
"""


def spec(require: str, ensure: str, parameters: str = "n: int, xs: list[int]", helper: str = HELPER) -> Spec:
    names = ", ".join(p.split(":")[0] for p in parameters.split(", ") if p)
    result = f"{names}, result" if names else "result"
    text = f"{HEAD.replace('import target', 'import pure, target')}{helper}@target\n@require(lambda {names}: {require})\n"
    text += f"@ensure(lambda {result}: {ensure})\ndef f({parameters}) -> int:\n    return 4\n"
    (made,) = to_specs(text.encode(), "spec.py", DEFAULT)
    return made


WEAKER, STRONGER = spec("big(n)", "result > 0"), spec("n > 2", "big(result)")


def test_each_contract_is_printed_in_a_space_of_its_own_and_the_claim_compares_them() -> None:
    assert mismatch(Strengthening(WEAKER, STRONGER)) is None
    made = to_strengthening(Strengthening(WEAKER, STRONGER), (), DEFAULT)
    (helper,) = {line.split()[-1] for line in made.old.splitlines() if line.startswith("namespace QED.f_big")}
    value = helper.removeprefix("QED.")
    assert made.old.endswith(
        "namespace QED.Weaker\n\n"
        f"def Pre (v_n : Int) (v_xs : (List Int)) : Prop := (({value}.value v_n) = true)\n\n"
        "def Post (v_n : Int) (v_xs : (List Int)) (v_result : Int) : Prop := (v_result > 0)\n\n"
        "end QED.Weaker\n\n"
        "namespace QED.Stronger\n\n"
        "def Pre (v_n : Int) (v_xs : (List Int)) : Prop := (v_n > 2)\n\n"
        f"def Post (v_n : Int) (v_xs : (List Int)) (v_result : Int) : Prop := (({value}.value v_result) = true)\n\n"
        "end QED.Stronger\n\n"
    )
    assert made.claim.endswith(f"{CLAIM}\nend QED\n")
    assert made.old.count("def value (v_n : Int) : Bool :=") == 1, "a helper of both is printed once"
    for text in (made.old, made.claim):
        assert text.startswith("@[expose] public noncomputable section\n")
        assert f"set_option maxHeartbeats {DEFAULT.lean_heartbeats}\n" in text


def test_the_other_way_round_is_another_statement() -> None:
    one = to_strengthening(Strengthening(WEAKER, STRONGER), (), DEFAULT)
    other = to_strengthening(Strengthening(STRONGER, WEAKER), (), DEFAULT)
    assert one.claim == other.claim
    assert one.old != other.old


def test_without_parameters_nothing_is_quantified_but_the_result() -> None:
    weaker, stronger = spec("True", "result > 0", "", ""), spec("True", "result > 1", "", "")
    made = to_strengthening(Strengthening(weaker, stronger), (), DEFAULT)
    assert "  Weaker.Pre → Stronger.Pre ∧ ∀ v_result : Int, Stronger.Post v_result → Weaker.Post v_result\n" in made.claim
    assert "fun h => ⟨pre h, post h⟩" in made.claim


def test_a_certificate_binds_both_specs_statement_and_proof_and_no_order() -> None:
    assert strengthening_binding("f", b"weaker", b"stronger", b"statement", b"proof") == {
        "spec": spec_digest(b"stronger", "f"), "implementation": spec_digest(b"weaker", "f"), "old": None,
        "statement": digest_bytes(b"statement"), "proof": digest_bytes(b"proof"), "order": None, "slack": 0, "worst": None,
    }  # fmt: skip
