def reversal : Nat → Int → Int → Int
  | 0, _, out => out
  | k + 1, x, out => reversal k (x / 2) (bor (out * 2) (x % 2))

theorem bor_below (k : Nat) (a b : Int) (ha : 0 ≤ a) (hb : 0 ≤ b) (h : b < 2 ^ k) : bor (a * 2 ^ k) b = a * 2 ^ k + b := by
  obtain ⟨m, rfl⟩ : ∃ m : Nat, a = m := ⟨a.toNat, by omega⟩
  obtain ⟨n, rfl⟩ : ∃ n : Nat, b = n := ⟨b.toNat, by omega⟩
  have hn : n < 2 ^ k := by exact_mod_cast h
  have e : (m : Int) * 2 ^ k = ((2 ^ k * m : Nat) : Int) := by rw [Nat.mul_comm]; simp
  rw [bor, e, show -((2 ^ k * m : Nat) : Int) - 1 = .negSucc (2 ^ k * m) by omega, show -(n : Int) - 1 = .negSucc n by omega,
    band_negSucc, ← Nat.two_pow_add_eq_or_of_lt hn]
  omega

theorem four_steps (k : Nat) (x out : Int) (h : 0 ≤ out) :
    reversal (k + 4) x out =
      reversal k (x / 16) (bor (out * 16) (item [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] (x % 16))) := by
  have pair (a b : Int) (ha : 0 ≤ a) (hb : 0 ≤ b) (h : b < 2) : bor (a * 2) b = a * 2 + b := bor_below 1 a b ha hb h
  have nibble (a b : Int) (ha : 0 ≤ a) (hb : 0 ≤ b) (h : b < 16) : bor (a * 16) b = a * 16 + b := bor_below 4 a b ha hb h
  obtain ⟨r, hr⟩ : ∃ r, r = x % 16 := ⟨_, rfl⟩
  simp only [reversal]
  rw [pair out _ h (by omega) (by omega), pair _ (x / 2 % 2) (by omega) (by omega) (by omega),
    pair _ (x / 2 / 2 % 2) (by omega) (by omega) (by omega), pair _ (x / 2 / 2 / 2 % 2) (by omega) (by omega) (by omega)]
  congr 1
  · omega
  · have : r = 0 ∨ r = 1 ∨ r = 2 ∨ r = 3 ∨ r = 4 ∨ r = 5 ∨ r = 6 ∨ r = 7 ∨ r = 8 ∨ r = 9 ∨ r = 10 ∨ r = 11 ∨ r = 12 ∨ r = 13 ∨
        r = 14 ∨ r = 15 := by omega
    rw [← hr]
    rcases this with e | e | e | e | e | e | e | e | e | e | e | e | e | e | e | e <;> subst e <;>
      simp only [item, Int.reduceLE, if_true, Int.reduceToNat, List.getD_cons_zero, List.getD_cons_succ] <;>
      rw [nibble _ _ h (by omega) (by omega)] <;> omega

theorem old_reversal (x out u next stop : Int) :
    (Old.shadow1 x out u next stop).v_out = reversal (stop - next).toNat x out := by
  fun_induction Old.shadow1 x out u next stop with
  | case1 x out u next h ih => rw [show (stop - next).toNat = (stop - (next + 1)).toNat + 1 by omega, reversal]; exact ih
  | case2 x out u next h => rw [show (stop - next).toNat = 0 by omega]; rfl

theorem new_reversal (x out u next stop : Int) (h0 : 0 ≤ out) :
    (New.shadow1 x [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15] out u next stop).v_out =
      reversal (4 * (stop - next).toNat) x out := by
  sorry
