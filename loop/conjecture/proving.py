"""Proofs of conjectured rules: a few scripts in turn, on a bench that keeps what was proved."""

from typing import Final

from loop.bench import Bench
from loop.conjecture.candidates import Candidate
from loop.techniques.rules import BITS, PLAIN, Rule, lean_text

REPEATED: Final = """generalize (v_x).toNat = k; induction k with
  | zero => simp
  | succ k ih => rw [List.replicate_succ, List.replicate_succ']; simp [ih]"""
"""a list as many times as an int says, from both ends"""
SHIFTED: Final = """have p : (0 : Int) < 2 ^ (v_y).toNat := Int.pow_pos (by omega)
  generalize (2 : Int) ^ (v_y).toNat = q at p ⊢
  have h := Int.emod_add_mul_ediv v_x q
  have l := Int.emod_nonneg v_x (by omega : q ≠ 0)
  have u := Int.emod_lt_of_pos v_x p
  exact ((Int.ediv_emod_unique p).mpr ⟨by grind, by omega, by omega⟩ :
    (-v_x - 1) / q = _ ∧ (-v_x - 1) % q = q - 1 - v_x % q).1.symm"""
"""a quotient by a power of two, and that of the complement"""
SCRIPTS: Final = (
    PLAIN,
    BITS,
    "simp only [fdiv, fmod]; first | omega | (simp; done) | grind",
    "simp only [fdiv]; rw [← Int.neg_fdiv_neg, Int.neg_neg]",
    "simp only [fmod]; exact Int.fmod_eq_zero_of_dvd (by simp)",
    "by_cases h : v_x = 0 <;> simp_all <;> grind",
    "simp [List.sum_append, List.count_append, List.length_append]; first | done | omega | grind",
    "induction v_xs <;> simp_all <;> omega",
    "simp [List.replicate_succ]",
    "generalize (v_x).toNat = k; induction k <;> simp_all [List.replicate_succ] <;> grind",
    REPEATED,
    "have p : (0 : Int) < 2 ^ (v_x).toNat := Int.pow_pos (by omega)\n  rw [Int.neg_one_ediv]; simp; omega",
    SHIFTED,
)
"""what is tried, the plainest first; each is a proof that a rule of the table might have"""


def proved(candidate: Candidate, bench: Bench) -> Rule | None:
    """Return a candidate as a rule with a proof that Lean accepts, which the bench keeps; None where no script is one.

    Raises BenchLost and SearchStopped.
    """
    for script in SCRIPTS:
        rule = candidate.rule(script)
        try:
            text = lean_text(rule)
        except ValueError:
            continue  # no automaton decides it
        if bench.add(text) is None:
            return rule
    return None
