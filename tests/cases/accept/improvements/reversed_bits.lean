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

theorem looked_up (x out : Int) (h : 0 ≤ out) :
    bor (out * 4) (item [0, 2, 1, 3] (x % 4)) = out * 4 + x % 2 * 2 + x / 2 % 2 := by
  have four (b : Int) (hb : 0 ≤ b) (h4 : b < 4) : bor (out * 4) b = out * 4 + b := bor_below 2 out b h hb h4
  rcases (by omega : x % 4 = 0 ∨ x % 4 = 1 ∨ x % 4 = 2 ∨ x % 4 = 3) with r | r | r | r <;>
    rw [r, four _ (by decide) (by decide)] <;> simp [item] <;> omega

theorem two_steps (k : Nat) (x out : Int) (h : 0 ≤ out) :
    reversal (k + 2) x out = reversal k (x / 4) (bor (out * 4) (item [0, 2, 1, 3] (x % 4))) := by
  have two (a b : Int) (ha : 0 ≤ a) (hb : 0 ≤ b) (hb2 : b < 2) : bor (a * 2) b = a * 2 + b := bor_below 1 a b ha hb hb2
  rw [reversal, reversal, looked_up x out h, two out _ h (by omega) (by omega), two _ _ (by omega) (by omega) (by omega)]
  congr 1 <;> omega

theorem old_reversal (x out u next stop : Int) :
    (Old.shadow1 x out u next stop).v_out = reversal (stop - next).toNat x out := by
  fun_induction Old.shadow1 x out u next stop with
  | case1 x out u next h ih => rw [show (stop - next).toNat = (stop - (next + 1)).toNat + 1 by omega, reversal]; exact ih
  | case2 x out u next h => rw [show (stop - next).toNat = 0 by omega]; rfl

theorem new_reversal (x out u next stop : Int) (hx : 0 ≤ x) (h : 0 ≤ out) (h0 : 0 ≤ next) (h1 : next ≤ stop) (hs : stop = 16) :
    (New.shadow1 x [0, 2, 1, 3] out u next stop).v_out = reversal (2 * (stop - next).toNat) x out := by
  obtain ⟨pairs, e⟩ : ∃ pairs : List Int, pairs = [0, 2, 1, 3] := ⟨_, rfl⟩
  rw [← e]
  fun_induction New.shadow1 x pairs out u next stop with
  | case1 x out u next g ih =>
    rw [show 2 * (stop - next).toNat = 2 * (stop - (next + 1)).toNat + 2 by omega, two_steps _ _ _ h, ← e]
    refine ih (by omega) ?_ (by omega) (by omega)
    rw [e, looked_up x out h]; omega
  | case2 x out u next g =>
    have : (4 : Int) = pairs.length := by rw [e]; rfl
    rw [show stop - next = 0 by omega]; rfl

theorem same_bits (x : Int) (h : 0 ≤ x) :
    (Old.shadow1 x 0 0 0 32).v_out = (New.shadow1 x [0, 2, 1, 3] 0 0 0 16).v_out := by
  rw [old_reversal, new_reversal x 0 0 0 16 h (by omega) (by omega) (by omega) rfl]; rfl
