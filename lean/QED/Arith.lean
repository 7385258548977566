module

@[expose] public noncomputable section

/-!
# Expressions

Python's `//` and `%` round towards minus infinity, as `Int.fdiv` and `Int.fmod` do; `fdiv` and `fmod` here are these, kept
opaque to automation, and with them the facts that proofs about a variable divisor need. By a literal divisor the printer
writes `/` and `%`, Lean's Euclidean ones: the first four theorems say that this is the same.
-/

namespace QED

/-- `a // b` for `b ≠ 0`. -/
@[irreducible] def fdiv (a b : Int) : Int := Int.fdiv a b

/-- `a % b` for `b ≠ 0`. -/
@[irreducible] def fmod (a b : Int) : Int := Int.fmod a b

/-- `a if c else b`. It is `if`, under a name of its own so that functional induction takes no case apart for it. -/
def pick {α : Type} (c : Prop) [Decidable c] (a b : α) : α := if c then a else b

@[grind =] theorem pick_eq {α : Type} (c : Prop) [Decidable c] (a b : α) : pick c a b = if c then a else b := rfl

theorem fdiv_pos (a : Int) {c : Int} (h : 0 < c) : fdiv a c = a / c := by
  rw [fdiv, Int.fdiv_eq_ediv_of_nonneg a (Int.le_of_lt h)]

theorem fmod_pos (a : Int) {c : Int} (h : 0 < c) : fmod a c = a % c := by
  rw [fmod, Int.fmod_eq_emod_of_nonneg a (Int.le_of_lt h)]

theorem fdiv_neg (a : Int) {c : Int} (h : 0 < c) : fdiv a (-c) = (-a) / c := by
  rw [fdiv, ← Int.fdiv_eq_ediv_of_nonneg (-a) (Int.le_of_lt h), ← Int.neg_fdiv_neg, Int.neg_neg]

theorem fdiv_add_fmod (a b : Int) : b * fdiv a b + fmod a b = a := by
  rw [fdiv, fmod]; exact Int.mul_fdiv_add_fmod a b

theorem fmod_neg (a : Int) {c : Int} (h : 0 < c) : fmod a (-c) = -((-a) % c) := by
  have h1 := fdiv_add_fmod a (-c)
  have h2 := Int.mul_ediv_add_emod (-a) c
  rw [fdiv_neg a h, Int.neg_mul] at h1
  omega

@[grind =] theorem fmod_self (a : Int) : fmod a a = 0 := by
  rw [fmod]; exact Int.fmod_self

theorem fmod_bounds_pos (a : Int) {b : Int} (h : 0 < b) : 0 ≤ fmod a b ∧ fmod a b < b := by
  rw [fmod]; exact ⟨Int.fmod_nonneg_of_pos a h, Int.fmod_lt_of_pos a h⟩

theorem fmod_bounds_neg (a : Int) {b : Int} (h : b < 0) : b < fmod a b ∧ fmod a b ≤ 0 := by
  have h1 := fmod_neg a (c := -b) (by omega)
  have h2 := Int.emod_nonneg (-a) (b := -b) (by omega)
  have h3 := Int.emod_lt_of_pos (-a) (b := -b) (by omega)
  rw [Int.neg_neg] at h1
  omega

/-- An int is at most its square. -/
theorem le_mul_self (a : Int) : a ≤ a * a := by
  rcases Int.lt_or_le 0 a with h | h
  · have := Int.mul_le_mul_of_nonneg_left (show 1 ≤ a by omega) (Int.le_of_lt h); omega
  · have := Int.mul_nonneg_of_nonpos_of_nonpos h h; omega

/-- An int is at most its powers. -/
theorem le_pow {a : Int} {k : Nat} (h : 0 ≤ a) (hk : 0 < k) : a ≤ a ^ k := by
  match k with
  | k + 1 =>
    rw [Int.pow_succ]
    by_cases h1 : a = 0
    · subst h1; simp
    · have := Int.mul_le_mul_of_nonneg_right (Int.add_one_le_of_lt (show 0 < a ^ k from Int.pow_pos (by omega))) h
      omega

/-- A number is below the powers that it is the exponent of. -/
theorem lt_pow {b : Int} {k : Nat} (h : 2 ≤ b) : (k : Int) < b ^ k := by
  induction k with
  | zero => simp
  | succ k ih =>
    rw [Int.pow_succ]
    have := Int.mul_le_mul_of_nonneg_left h (show 0 ≤ b ^ k by omega)
    omega

grind_pattern fdiv_add_fmod => fmod a b
grind_pattern fdiv_add_fmod => fdiv a b
grind_pattern fmod_bounds_pos => fmod a b
grind_pattern fmod_bounds_neg => fmod a b
grind_pattern le_mul_self => a * a
grind_pattern le_pow => a ^ k
grind_pattern lt_pow => b ^ k

/-- An exact quotient, from the product that it comes from. -/
theorem div_eq_of_mul_eq {a b c : Int} (hc : c ≠ 0) (h : c * a = b) : b / c = a := by
  rw [← h, Int.mul_ediv_cancel_left _ hc]

end QED
