"""Proofs of conjectured rules: a few scripts in turn, on a bench that keeps what was proved."""

from typing import Final

from loop.bench import Bench
from loop.conjecture.candidates import Candidate
from loop.techniques.rules import BITS, PLAIN, Rule, lean_text

SCRIPTS: Final = (
    PLAIN,
    BITS,
    "simp only [fdiv, fmod]; first | omega | (simp; done) | grind",
    "simp only [fdiv, fmod]; first | simp [Int.neg_fdiv_neg] | simp [Int.fdiv_neg] | simp [Int.neg_fmod_neg] | grind",
    "by_cases h : v_x = 0 <;> simp_all <;> grind",
    "simp [List.sum_append, List.count_append, List.length_append]; first | done | omega | grind",
    "rw [Int.add_comm]; first | rfl | omega | grind",
    "rcases Int.lt_or_ge v_x 0 with h | h <;> first | omega | (simp_all; omega) | grind",
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
