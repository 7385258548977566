"""Facts that a proof proved on its way become lemmas that say as much as their scripts prove."""

from collections.abc import Callable
from contextlib import closing

import pytest

from loop.interact import Workbench
from loop.lemma_store import NOTHING, LemmaStore, Stored
from loop.library.established import _facts
from loop.library.general_facts import QUICK, TRIES, Fact, facts_of, generalised
from verify.gates.kernel import Kernel
from verify.gates.lemma import judge_lemma
from verify.lemma import Lemma
from verify.task import Passed

FALLS = """theorem falls (v_n k : Int) (k0 : 0 ≤ k) (idle : k < v_n) (q : (k + 1) * (k + 1) ≤ (2 * v_n)) : k * k ≤ (2 * v_n) := by
  have k2 := Int.mul_nonneg k0 k0
  grind
"""
BELOW = "theorem below (a k : Int) (h : 0 ≤ k) (q : (k + 1) * (k + 1) ≤ 2 * a) : k * k ≤ 2 * a := by grind [falls]\n"
PROOF = f"""def own (x : Int) : Int := x * x

{FALLS}
theorem of_own (x : Int) : own x = x * x := by rfl

theorem old0_total (v_n : Int) (h : Pre v_n) : (Old.shadow0 v_n).v_total * 1 = v_n := by omega

theorem sums (a b : Int) : a + b = b + a := by omega

theorem term (a : Int) : a * 1 = a := Int.mul_one a

{BELOW}
theorem accepted : Statement := statement_of cost
"""


def test_facts_are_theorems_without_names_of_programs_that_say_what_they_are_about() -> None:
    falls, below = facts_of(PROOF)
    assert falls.goal == "k * k ≤ (2 * v_n)"
    assert [b.name for b in falls.binders] == ["v_n", "k", "k0", "idle", "q"]
    assert falls.script == "\n  have k2 := Int.mul_nonneg k0 k0\n  grind"
    assert (below.script, below.before) == ("\n  grind [falls]", (FALLS,))
    assert falls.before == ()
    assert list(facts_of("no proof at all")) == []


class Scripted:
    """A bench that accepts what a test says, and counts."""

    def __init__(self, accepts: Callable[[str], bool]) -> None:
        self.says, self.tried, self.texts = accepts, 0, list[str]()

    def accepts(self, text: str) -> bool:
        self.tried += 1
        self.texts.append(text)
        return self.says(text)

    def add(self, text: str) -> str | None:
        return None if self.accepts(text) else "no"


def _falls() -> Fact:
    return next(facts_of(PROOF))


def _made(accepts: Callable[[str], bool]) -> Lemma | None:
    return generalised(_falls(), Scripted(accepts))  # type: ignore[arg-type]  # a bench as far as it is asked


def _generalised(accepts: Callable[[str], bool]) -> Lemma | None:
    """Return what becomes of the fact where its script is accepted as a test says, `grind` can use it and `omega` fails."""
    return _made(lambda text: text.startswith("theorem matched") or (not text.startswith("theorem plain") and accepts(text)))


def test_a_hypothesis_goes_without_which_the_script_still_proves() -> None:
    made = _generalised(lambda text: all(part in text for part in (": 0 ≤ k", "2 * v_n", "k + 1")))
    assert made is not None
    # the script minds the names, and the numbers
    assert made.statement == "∀ (v_n : Int) (k : Int) (k0 : 0 ≤ k) (q : (k + 1) * (k + 1) ≤ (2 * v_n)), k * k ≤ (2 * v_n)"


def test_a_number_becomes_a_variable_where_the_script_does_not_depend_on_it() -> None:
    made = _generalised(lambda text: all(part in text for part in (": 0 ≤", " < ", " + 1) * (")))
    assert made is not None
    assert made.statement == (
        "∀ (x0 : Int) (x1 : Int) (x2 : Int) (h0 : 0 ≤ x2) (h1 : x2 < x1) (h2 : (x2 + 1) * (x2 + 1) ≤ (x0 * x1)), "
        "x2 * x2 ≤ (x0 * x1)"
    )


@pytest.mark.parametrize("refused", ["falls nothing", "omega proves it", "nothing can use it"])
def test_a_fact_that_serves_no_other_proof_is_none(refused: str) -> None:
    says: dict[str, Callable[[str], bool]] = {
        "falls nothing": lambda _: False,
        "omega proves it": lambda _: True,
        "nothing can use it": lambda text: not text.startswith(("theorem plain", "theorem matched")),
    }
    assert _made(says[refused]) is None


def test_a_fact_costs_few_checks() -> None:
    bench = Scripted(lambda text: text.startswith("theorem general") and "(q : ((k + 1)" in text and "2 *" in text)
    generalised(_falls(), bench)  # type: ignore[arg-type]  # as above
    assert len(bench.texts) <= TRIES + 3


def test_a_fact_becomes_a_lemma_that_its_gate_accepts(warm: Kernel) -> None:
    bench = Workbench(warm, warm.library)
    bench.effort(QUICK)
    with closing(bench):
        made = generalised(_falls(), bench)
    assert made is not None
    # the hypothesis that was idle is gone, and any factor does in place of 2
    assert made.statement == (
        "∀ (x0 : Int) (x1 : Int) (x2 : Int) (h0 : 0 ≤ x2) (h1 : (x2 + 1) * (x2 + 1) ≤ (x0 * x1)), x2 * x2 ≤ (x0 * x1)"
    )
    judged = judge_lemma(warm, made)
    assert isinstance(judged, Passed), str(judged)


def test_a_lemma_that_the_store_has_is_not_found_again(warm: Kernel) -> None:
    found = _facts(warm, PROOF, NOTHING)
    assert isinstance(found, list)
    assert found
    there = LemmaStore({"": tuple(Stored(str(i), one) for i, one in enumerate(found))}, frozenset({"0"}))
    again = _facts(warm, PROOF, there)
    assert isinstance(again, list)
    assert not {one.statement for one in again} & {one.statement for one in found}
