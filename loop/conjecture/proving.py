"""Proofs of conjectured rules: a few scripts in turn, in an order that is learned, and the rules of the graph as lemmas."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from loop.bench import Bench
from loop.conjecture.candidates import Candidate
from loop.goal_text import Binder, Head
from loop.portfolio import Tactic
from loop.rule_store import Accepted, needed
from loop.tactic_order import Outcome, TacticOrder, goal_class
from loop.techniques.rules import BITS, PLAIN, Rule, lean_text
from verify import ir
from verify.lean_expr import condition, lean_type, plain
from verify.lean_expr import field as lean_name
from verify.rule import SCOPE

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
CASES: Final = "first | omega | (simp_all; done) | grind"
SIGNS: Final = "first | omega | (simp_all; done) | (simp_all; omega) | grind"
_SCRIPTS: Final = (
    ("plain", 1, "", PLAIN),
    ("bits", 1, "", BITS),
    ("quotients", 2, "fdiv|fmod", "simp only [fdiv, fmod]; first | omega | (simp; done) | grind"),
    ("negated quotients", 1, "fdiv", "simp only [fdiv]; rw [← Int.neg_fdiv_neg, Int.neg_neg]"),
    ("divisible", 1, "fmod", "simp only [fmod]; exact Int.fmod_eq_zero_of_dvd (by simp)"),
    ("quotient and remainder", 2, "fdiv|fmod", f"have e := fdiv_add_fmod v_x v_y; {CASES}"),
    ("given divisible", 2, "h0 : .*fmod",
     ("simp only [fdiv, fmod] at *\n  obtain ⟨k, rfl⟩ := Int.dvd_of_fmod_eq_zero h0\n"
      "  first | (simp; done) | (simp_all; done) | exact Int.fmod_eq_zero_of_dvd ⟨-k, by grind⟩ | grind")),
    ("quotient of a sum", 2, r"v_y ≠ 0.*fdiv", "simp only [fdiv]; simpa using Int.add_mul_fdiv_right v_x 1 h0"),
    ("zero or not", 3, "v_x : Int", "by_cases h : v_x = 0 <;> simp_all <;> grind"),
    ("signs", 3, "v_x : Int", f"rcases Int.lt_trichotomy v_x 0 with h | h | h <;> {SIGNS}"),
    ("choices", 2, "pick", f"simp only [pick]; (repeat' split) <;> {CASES}"),
    ("lists", 2, "List", "simp [List.sum_append, List.count_append, List.length_append]; first | done | omega | grind"),
    ("lists by induction", 3, "v_xs", "induction v_xs <;> simp_all <;> omega"),
    ("repeated once", 1, "replicate", "simp [List.replicate_succ]"),
    ("repeated", 3, "replicate", "generalize (v_x).toNat = k; induction k <;> simp_all [List.replicate_succ] <;> grind"),
    ("repeated both ways", 2, "replicate", REPEATED),
    ("shifted ones", 2, r"/ .*\^",
     "have p : (0 : Int) < 2 ^ (v_x).toNat := Int.pow_pos (by omega)\n  rw [Int.neg_one_ediv]; simp; omega"),
    ("shifted complement", 2, r"/ .*\^", SHIFTED),
)
"""what is tried: its name, its static cost, what must stand in the statement, and the script"""
LEMMAS: Final = 5
"""most rules of the graph that a proof is given"""
LEMMA_CHARACTERS: Final = 1_500
"""a rule with a longer proof is no lemma"""
BY_RULES: Final = "rules"
_PROOF: Final = re.compile(r"theorem \S+ : .*? := by\n", re.DOTALL)


@dataclass(slots=True)
class Prover:
    """Tries scripts on a bench; `order` learns which of them do for which goals."""

    bench: Bench
    order: TacticOrder = field(default_factory=TacticOrder)
    lemmas: Sequence[Accepted] = ()
    """rules of the graph"""
    tries: int = 0
    """scripts that Lean was asked about"""

    def prove(self, one: Candidate) -> Rule | None:
        """Return a candidate as a rule with a proof that Lean accepts; None where no script is one.

        Raises BenchLost and SearchStopped.
        """
        goal, near = class_of(one), related(one, self.lemmas)
        offered = [*scripts(one), *([Tactic(BY_RULES, 3, (by_rules(near),))] if near else [])]
        for tactic in self.order.ordered(goal, offered):
            rule = one.rule("\n  ".join(tactic.lines))
            done = self._accepts(rule)
            if done is None:
                continue  # no automaton decides it
            self.order.learn([Outcome(goal, tactic.label, done)])
            if done:
                return self._with_few(one, near) if tactic.label == BY_RULES else rule
        return None

    def _accepts(self, rule: Rule) -> bool | None:
        try:
            text = lean_text(rule)
        except ValueError:
            return None
        self.tries += 1
        return self.bench.accepts(text)

    def _with_few(self, one: Candidate, near: Sequence[Accepted]) -> Rule:
        """Return a rule with a proof that holds no more rules than it needs."""
        few = needed(near, lambda part: self._accepts(one.rule(by_rules(part))) is True)
        return one.rule(by_rules(few))


def proved(candidate: Candidate, bench: Bench) -> Rule | None:
    """Return a candidate as a rule with a proof that Lean accepts; None where no script is one. Raises as `Prover.prove`."""
    return Prover(bench).prove(candidate)


def scripts(one: Candidate) -> list[Tactic]:
    """Return the scripts that may prove a candidate, the plainest first."""
    statement = one.rule().stated.statement
    return [Tactic(label, cost, (text,)) for label, cost, needs, text in _SCRIPTS if re.search(needs, statement)]


def class_of(one: Candidate) -> str:
    """Return the class of a candidate's goal, by which the order of scripts is learned."""
    stated = one.rule().stated
    data = [Binder(lean_name(n), lean_type(SCOPE[n])) for n in stated.letters]
    given = [Binder(f"h{i}", condition(c, plain)) for i, c in enumerate(one.conditions)]
    bits = " bits" if heads(one.sides) & {"and", "or", "xor", "invert", "lshift", "rshift"} else ""
    return goal_class((), Head((*data, *given), stated.equation)) + bits


def heads(es: Sequence[ir.Expr]) -> frozenset[str]:
    """Return the operators that stand in expressions."""
    found = (x for e in es for x in ir.subexpressions(e) if not isinstance(x, ir.Var | ir.Const))
    return frozenset(getattr(x, "op", "") if isinstance(x, ir.Unary | ir.Binary) else type(x).__name__ for x in found)


def related(one: Candidate, lemmas: Sequence[Accepted]) -> list[Accepted]:
    """Return the rules that may help with a candidate: of its operators, those with most of them first."""
    mine = heads(one.sides)
    near: list[tuple[int, Accepted]] = []
    for a in lemmas:
        theirs = heads(a.rule.sides)
        if theirs <= mine and len(a.lemma.proof) <= LEMMA_CHARACTERS and _PROOF.match(a.lemma.proof):
            near.append((-len(theirs), a))
    return [a for _, a in sorted(near, key=lambda pair: (pair[0], pair[1].rule.left, pair[1].rule.right))[:LEMMAS]]


def by_rules(lemmas: Sequence[Accepted]) -> str:
    """Return a script that states rules with their proofs, and works with them."""
    names = ", ".join(a.rule.name for a in lemmas)
    ends = f"first | grind | (simp [{names}]; done) | (simp_all [{names}]; done) | (simp [{names}]; omega)"
    return "\n  ".join([*(line for a in lemmas for line in _stated(a)), ends])


def _stated(a: Accepted) -> Iterator[str]:
    yield f"have {a.rule.name} : {a.lemma.statement} := by"
    body = _PROOF.sub("", a.lemma.proof, count=1)
    yield from (f"  {line}" for line in body.rstrip().split("\n"))
