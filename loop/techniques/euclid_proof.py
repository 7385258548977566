"""The proof that Euclid's way gives what repeated subtraction gives, in fewer turns."""

from typing import Final

LEMMAS: Final = """theorem fmod_less (a b : Int) (h : 0 < b) : fmod (a - b) b = fmod a b := by
  rw [fmod_pos _ h, fmod_pos _ h]
  exact Int.sub_emod_right a b

theorem fmod_small (a b : Int) (h : 0 ≤ a) (k : a < b) : fmod a b = a := by
  rw [fmod_pos _ (by omega)]
  exact Int.emod_eq_of_lt h k

theorem more ($a $b : Int) (h : 0 < $b) (k : $b < $a) : (Old.shadow$k $a $b).$a = (Old.shadow$k ($a - $b) $b).$a ∧
    (Old.shadow$k $a $b).ticks = $turn + (Old.shadow$k ($a - $b) $b).ticks := by
  rw [Old.shadow$k, if_pos (by omega)]
  (repeat' split) <;> first | (dsimp only; omega) | omega

theorem less ($a $b : Int) (h : 0 < $a) (k : $a < $b) : (Old.shadow$k $a $b).$a = (Old.shadow$k $a ($b - $a)).$a ∧
    (Old.shadow$k $a $b).ticks = $turn + (Old.shadow$k $a ($b - $a)).ticks := by
  rw [Old.shadow$k, if_pos (by omega)]
  (repeat' split) <;> first | (dsimp only; omega) | omega

theorem alike ($a : Int) (h : 0 < $a) : (Old.shadow$k $a $a).$a = $a ∧ (Old.shadow$k $a $a).ticks = $asked := by
  rw [Old.shadow$k, if_neg (by omega)]
  exact ⟨rfl, rfl⟩

theorem turned (n : Nat) : ∀ a b : Int, 0 < a → 0 < b → a + b ≤ n →
    (Old.shadow$k a b).$a = (Old.shadow$k b a).$a ∧ (Old.shadow$k a b).ticks = (Old.shadow$k b a).ticks := by
  induction n with
  | zero => intro a b a0 b0 l; omega
  | succ n ih =>
    intro a b a0 b0 l
    rcases Int.lt_trichotomy a b with c | c | c
    · have p := less a b a0 c
      have q := more b a a0 c
      have r := ih a (b - a) a0 (by omega) (by omega)
      omega
    · subst c
      exact ⟨rfl, rfl⟩
    · have p := more a b b0 c
      have q := less b a b0 c
      have r := ih (a - b) b (by omega) b0 (by omega)
      omega

theorem taken (n : Nat) : ∀ a b : Int, 0 < b → b < a → a ≤ n →
    (fmod a b = 0 → (Old.shadow$k a b).$a = b ∧ $least ≤ (Old.shadow$k a b).ticks) ∧
    (0 < fmod a b → (Old.shadow$k a b).$a = (Old.shadow$k (fmod a b) b).$a ∧
      $turn + (Old.shadow$k (fmod a b) b).ticks ≤ (Old.shadow$k a b).ticks) := by
  induction n with
  | zero => intro a b b0 c l; omega
  | succ n ih =>
    intro a b b0 c l
    have p := more a b b0 c
    have e := fmod_less a b b0
    rcases Int.lt_trichotomy (a - b) b with d | d | d
    · have s := fmod_small (a - b) b (by omega) d
      rw [← e, s]
      constructor
      · omega
      · intro _; omega
    · have s := alike b b0
      have z : fmod a b = 0 := by rw [← e, d]; exact fmod_self b
      rw [d] at p
      rw [z]
      constructor
      · intro _; omega
      · omega
    · have r := ih (a - b) b b0 d (by omega)
      rw [e] at r
      constructor
      · intro z; have := r.1 z; omega
      · intro z; have := r.2 z; omega

theorem level ($a $b : Int) (h : 0 < $a) (k : 0 < $b) : (Old.shadow$k $a $b).$b = (Old.shadow$k $a $b).$a := by
  fun_induction Old.shadow$k $a $b <;> first
  | (rename_i ih; exact ih (by omega) (by omega))
  | (dsimp only; omega)"""
"""what the old loop does in a turn, and in as many as a remainder takes"""
ENDED: Final = """theorem next ($a $b : Int) (h : 0 < $a) (k : 0 < $b) :
    (New.shadow$k $a $b).$a = (New.shadow$k $b (fmod $a $b)).$a ∧
    (New.shadow$k $a $b).ticks = 4 + (New.shadow$k $b (fmod $a $b)).ticks := by
  rw [New.shadow$k, if_pos (by first | omega | grind)]
  dsimp only
  omega

theorem ended ($a : Int) : (New.shadow$k $a 0).$a = $a ∧ (New.shadow$k $a 0).ticks = 1 := by
  rw [New.shadow$k, if_neg (by first | omega | grind)]
  exact ⟨rfl, rfl⟩

theorem euclid (n : Nat) : ∀ a b : Int, 0 < b → b < a → b ≤ n →
    (New.shadow$k a b).$a = (Old.shadow$k a b).$a ∧ (New.shadow$k a b).ticks + $saved ≤ (Old.shadow$k a b).ticks := by
  induction n with
  | zero => intro a b b0 c l; omega
  | succ n ih =>
    intro a b b0 c l
    have p := next a b (by omega) b0
    have q := taken a.toNat a b b0 c (by omega)
    have r := fmod_bounds_pos a b0
    by_cases z : fmod a b = 0
    · have s := ended b
      have t := q.1 z
      rw [z] at p
      omega
    · have s := ih b (fmod a b) (by omega) (by omega) (by omega)
      have t := q.2 (by omega)
      have u := turned (fmod a b + b).toNat (fmod a b) b (by omega) b0 (by omega)
      omega

theorem both_loops (a b : Int) (a0 : 0 < a) (b0 : 0 < b) :
    (New.shadow$k a b).$a = (Old.shadow$k a b).$a ∧ (New.shadow$k a b).ticks ≤ (Old.shadow$k a b).ticks + $more := by
  have p := next a b (by omega) b0
  rcases Int.lt_trichotomy a b with c | c | c
  · have s := fmod_small a b (by omega) c
    have t := euclid a.toNat b a a0 c (by omega)
    have u := turned (a + b).toNat a b a0 b0 (by omega)
    rw [s] at p
    omega
  · subst c
    have s := alike a a0
    have t := ended a
    rw [fmod_self] at p
    omega
  · have t := euclid b.toNat a b b0 c (by omega)
    omega"""
"""that the new loop does the same"""
BOTH: Final = """theorem both $binders (h : Pre $parameters) : New.value $parameters = Old.value $parameters ∧
    New.ticks $parameters ≤ Old.ticks $parameters + $slack := by
  simp only [Pre] at h
  have r := both_loops $at_a $at_b (by first | omega | grind) (by first | omega | grind)
  have l := level $at_a $at_b (by first | omega | grind) (by first | omega | grind)
  simp only [New.value, New.out, Old.value, Old.out, New.ticks, Old.ticks]
  constructor
  · (repeat' split) <;> first | omega | grind
  · (repeat' split) <;> first | omega | grind

theorem same $binders (h : Pre $parameters) : New.value $parameters = Old.value $parameters :=
  (both $parameters h).1

theorem cost $binders (h : Pre $parameters) : New.ticks $parameters ≤ Old.ticks $parameters + $slack :=
  (both $parameters h).2

theorem by_ones (d : Nat) : (Old.shadow$k (d + 1) 1).ticks = $turn * d + $asked := by
  induction d with
  | zero => exact (alike 1 (by omega)).2
  | succ d ih =>
    have p := (more (((d + 1 : Nat) : Int) + 1) 1 (by omega) (by omega)).2
    rw [show ((d + 1 : Nat) : Int) + 1 - 1 = d + 1 by omega] at p
    omega

theorem one_left (a : Int) (h : 0 < a) : (New.shadow$k a 1).ticks = 5 := by
  have p := next a 1 (by omega) (by omega)
  have q := ended 1
  have r := fmod_bounds_pos a (show (0 : Int) < 1 by omega)
  rw [show fmod a 1 = 0 by omega] at p
  omega

theorem far (a b : Int) (a0 : 0 < a) (b0 : 0 < b) (one : a = 1 ∨ b = 1) :
    (New.shadow$k a b).ticks ≤ 9 ∧ $turn * (a + b - 2) + $asked ≤ ((Old.shadow$k a b).ticks : Int) := by
  rcases one with e | e
  · subst e
    have p := next 1 b (by omega) b0
    have q := one_left b b0
    have t := turned (1 + b).toNat 1 b (by omega) b0 (by omega)
    have o := by_ones (b - 1).toNat
    rw [show ((b - 1).toNat : Int) + 1 = b by omega] at o
    by_cases c : b = 1
    · subst c; omega
    · rw [fmod_small 1 b (by omega) (by omega)] at p
      omega
  · subst e
    have q := one_left a a0
    have o := by_ones (a - 1).toNat
    rw [show ((a - 1).toNat : Int) + 1 = a by omega] at o
    omega"""
GAIN: Final = """intro m
$put
have h : Pre $parameters := by simp only [Pre]; first | trivial | omega | grind
refine ⟨$witness, h, ?_⟩
have r := far $at_a $at_b (by first | omega | grind) (by first | omega | grind) (by first | omega | grind)
simp only [New.ticks, New.out, Old.ticks, Old.out]
(repeat' split) <;> first | omega | grind"""
"""the proof that the gain is unbounded, where one number is 1"""
